"""`python -m devstack.mail smtp://127.0.0.1:PORT FOLDER`: an SMTP server that keeps what it gets.

Real protocol, no way out: every message becomes a file of the folder, to be read by whoever runs
the demonstration or the tests. Never shipped.
"""

import signal
import sys
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Domains that a test or a curious reader writes to, to see a refusal.
REFUSED, BUSY = "@refus.example", "@occupe.example"


class Keeper:
    """Writes each message to a file, whole before it has its name."""

    def __init__(self, folder: Path) -> None:
        """The folder is made if it is not there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.numbers = count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Refuse for good what ends with `REFUSED`, for now what ends with `BUSY`."""
        if address.endswith(REFUSED):
            return "550 5.1.1 nobody of that name here"
        if address.endswith(BUSY):
            return "450 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; its name is its rank of arrival."""
        content = envelope.original_content or b""
        path = self.folder / f"{next(self.numbers):05d}.eml"
        partial = path.with_suffix(".partial")
        partial.write_bytes(content)
        partial.rename(path)
        return "250 kept"


def serve(url: str, folder: Path) -> Controller:
    """Start the server in a thread; `stop()` ends it."""
    where = urlsplit(url)
    controller = Controller(
        Keeper(folder), hostname=where.hostname or "127.0.0.1", port=where.port or 0
    )
    controller.start()
    return controller


def messages(folder: Path) -> list[EmailMessage]:
    """What was kept, in order of arrival."""
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


def main(url: str, folder: str) -> int:
    """Serve until told to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    controller = serve(url, Path(folder))
    stop.wait()
    controller.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
