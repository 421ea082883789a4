"""Hand a message (courriel) to the mail relay. Text only, no tracking, no attachment."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from presence.settings import MailRelay


@dataclass(frozen=True)
class Message:
    """A message to one person."""

    to: str
    subject: str
    text: str


_relays: dict[str, MailRelay] = {}


class NotDelivered(Exception):
    """The relay did not take the message; it may be sent again."""


def configure(relay: MailRelay) -> None:
    """Say where this process hands its mail."""
    _relays["current"] = relay


def deliver(message: Message) -> None:
    """Hand a message over; raises `NotDelivered`."""
    relay = _relays["current"]
    where = urlsplit(relay.url)
    secure = where.scheme == "smtps"
    host, port = where.hostname or "localhost", where.port or 25
    # The relay proves its name whenever the channel is private.
    private = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=15, context=private)
            if secure
            else smtplib.SMTP(host, port, timeout=15)
        ) as smtp:
            if where.username:
                if not secure:
                    smtp.starttls(context=private)
                smtp.login(where.username, where.password or "")
            smtp.send_message(_written(message, relay.sender))
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(type(error).__name__) from error


def _written(message: Message, sender: str) -> EmailMessage:
    written = EmailMessage()
    written["From"] = Address("Présence", addr_spec=sender)
    # An address is one address: what a person typed never adds a header or a recipient.
    written["To"] = Address(addr_spec=message.to)
    written["Subject"] = message.subject
    written["Date"] = formatdate(localtime=False)
    written["Message-ID"] = make_msgid(domain=sender.rsplit("@", 1)[-1])
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text)
    return written
