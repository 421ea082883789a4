"""Child processes that never outlive the supervisor, even killed with -9."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import StackError
from devstack.places import Account

_PR_SET_PDEATHSIG = 1
CURRENT = Account(None, None)


@dataclass
class Child:
    """A running child, the signal that stops it cleanly, and where its log is."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    log: Path

    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def stop(self, patience: float = 15.0) -> None:
        """Ask it to stop, insist if it does not."""
        if not self.running():
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


@dataclass(frozen=True)
class Launch:
    """How to start a child."""

    name: str
    command: Sequence[str | Path]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account = CURRENT
    env: Mapping[str, str] | None = None
    cwd: Path | None = None


def spawn(launch: Launch) -> Child:
    """Start a child that the kernel signals when this process dies."""
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    stream = launch.log.open("ab")
    account = launch.account
    try:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [str(part) for part in launch.command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=dict(launch.env) if launch.env is not None else None,
            cwd=launch.cwd or "/",
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid is not None else None,
            # Its own group: Ctrl-C at the terminal reaches the supervisor alone, which stops
            # everything in order.
            process_group=0,
            preexec_fn=_die_with_parent(launch.stop_signal),  # noqa: PLW1509 - one thread starts children
        )
    finally:
        stream.close()
    return Child(launch.name, process, launch.stop_signal, launch.log)


def require_running(children: Sequence[Child]) -> None:
    """Raise `StackError` with the end of the log of the first child that has stopped."""
    for child in children:
        if not child.running():
            message = f"« {child.name} » s'est arrêté. Fin de {child.log} :\n{child.last_lines()}"
            raise StackError(message)


def free_port() -> int:
    """A free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _die_with_parent(signal_number: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    supervisor = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        # The supervisor may have died between fork and prctl: nobody would ever signal us.
        if os.getppid() != supervisor:
            os._exit(1)

    return arm
