"""Hand messages (courriels) to the mail relay. Text only, no tracking, no attachment."""

import smtplib
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit
from uuid import UUID

from presence.settings import MailRelay

# The relay answers in less, or is down.
SECONDS = 15
# SMTP's permanent refusals (RFC 5321 §4.2.1).
PERMANENT = 500


@dataclass(frozen=True)
class Message:
    """A message to one person; with a key, a second sending has the same Message-ID."""

    to: str
    subject: str
    text: str
    key: UUID | None = None


_relays: dict[str, MailRelay] = {}


class NotDelivered(Exception):
    """The relay did not take the message; it may be sent again."""


class Unreachable(NotDelivered):
    """The relay does not answer: nothing else would leave either."""


class Refused(NotDelivered):
    """The address is refused for good: sending again is of no use."""


def configure(relay: MailRelay) -> None:
    """Say where this process hands its mail."""
    _relays["current"] = relay


def message_id(key: UUID) -> str:
    """The Message-ID of everything that is sent under a key."""
    return f"<{key}@{_relays['current'].sender.rsplit('@', 1)[-1]}>"


class Connection:
    """A dialogue with the relay, opened at the first message and again if it was cut."""

    def __init__(self) -> None:
        """Nothing is opened yet."""
        self._smtp: smtplib.SMTP | None = None
        self._down: Unreachable | None = None

    def send(self, message: Message) -> None:
        """Hand a message over; raises `Refused`, `Unreachable` or `NotDelivered`."""
        relay = _relays["current"]
        try:
            written = _written(message, relay.sender)
        except (ValueError, IndexError, MessageError) as error:
            # What was stored as an address is none.
            raise Refused(type(error).__name__) from error
        smtp = self._opened()
        try:
            smtp.send_message(written)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            kind = Refused if codes and min(codes) >= PERMANENT else NotDelivered
            raise kind(type(error).__name__) from error
        except (OSError, smtplib.SMTPException) as error:
            # Whatever state the dialogue is in, the next message begins another one.
            self.close()
            raise NotDelivered(type(error).__name__) from error

    def close(self) -> None:
        """Say good-bye, if anybody is still there."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def _opened(self) -> smtplib.SMTP:
        # Tried once per batch: each attempt may take a quarter of a minute.
        if self._down is not None:
            raise self._down
        if self._smtp is None:
            try:
                self._smtp = _open(_relays["current"])
            except (OSError, smtplib.SMTPException) as error:
                self._down = Unreachable(type(error).__name__)
                raise self._down from error
        return self._smtp


@contextmanager
def connection() -> Iterator[Connection]:
    """One dialogue for a batch of messages."""
    opened = Connection()
    try:
        yield opened
    finally:
        opened.close()


def deliver(message: Message) -> None:
    """Hand one message over; raises `NotDelivered`."""
    with connection() as relay:
        relay.send(message)


def _open(relay: MailRelay) -> smtplib.SMTP:
    where = urlsplit(relay.url)
    secure = where.scheme == "smtps"
    host, port = where.hostname or "localhost", where.port or 25
    # The relay proves its name whenever the channel is private.
    private = ssl.create_default_context()
    smtp = (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=private)
        if secure
        else smtplib.SMTP(host, port, timeout=SECONDS)
    )
    try:
        if where.username:
            if not secure:
                smtp.starttls(context=private)
            smtp.login(where.username, where.password or "")
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def _written(message: Message, sender: str) -> EmailMessage:
    written = EmailMessage()
    written["From"] = Address("Présence", addr_spec=sender)
    # An address is one address: what a person typed never adds a header or a recipient.
    written["To"] = Address(addr_spec=message.to)
    written["Subject"] = "".join(_on_one_line(sign) for sign in message.subject)
    written["Date"] = formatdate(localtime=False)
    domain = sender.rsplit("@", 1)[-1]
    written["Message-ID"] = message_id(message.key) if message.key else make_msgid(domain=domain)
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text)
    return written


def _on_one_line(sign: str) -> str:
    return " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
