"""What the run's SMTP server kept, for one address."""

import re
import time
from email.message import EmailMessage

from devstack.mail import messages
from tests.worlds import World

_LINK = re.compile(r"http://127\.0\.0\.1:\d+(/\S+)")


def received(world: World, address: str, *, patience: float = 5.0) -> list[EmailMessage]:
    """The messages to an address, in order; waits a little for the first one."""
    deadline = time.monotonic() + patience
    while True:
        found = [m for m in messages(world.servers.mail_folder) if m["To"] == address]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def link_in(message: EmailMessage) -> str:
    """The path of a message's one link."""
    (link,) = _LINK.findall(message.get_content())
    return str(link)
