"""The context (contexte) of a transaction: who acts, on what, signed. Byte format: ADR 0002.

A context is nothing but transaction-local settings. PostgreSQL believes them only if their
HMAC-SHA256, made with a key that the roles of the application cannot read, is right and if they
have not expired. Without a valid context every policy answers « no row ».
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

# A request lasts seconds; a context that leaked is worthless a minute later.
REQUEST_SECONDS = 60
# A job's time limit is nine minutes (workers/celery_app.py).
JOB_SECONDS = 600
# v2 binds a context to the backend that it was made for; v1 is for a caller that knows none.
FORMAT, BOUND_FORMAT = "v1", "v2"


class Kind(StrEnum):
    """The kinds of context, each with its own database role."""

    BAILLEUR = "bailleur"
    PRESTATAIRE = "prestataire"
    SCHEME = "scheme"
    FIGURES = "figures"
    OPERATOR = "operator"
    RELAY = "relay"

    @property
    def database_role(self) -> str:
        """The role whose engine a session of this kind uses."""
        return f"presence_{self.value}"


@dataclass(frozen=True)
class Context:
    """Who acts: a kind, its one subject, and the account behind it (None for a machine).

    `bailleurs` narrows a prestataire's context to some of the bailleurs under contract; None
    means all of them, as PostgreSQL finds them in the running contracts at each statement.
    """

    kind: Kind
    subject: int | None = None
    account: UUID | None = None
    bailleurs: tuple[int, ...] | None = None
    seconds: int = REQUEST_SECONDS

    def __post_init__(self) -> None:
        """Refuse a context that could not be signed into anything meaningful."""
        if self.kind in {Kind.OPERATOR, Kind.RELAY}:
            return
        if self.subject is None:
            message = f"Un contexte « {self.kind.value} » demande un sujet."
            raise ValueError(message)

    @property
    def own_id(self) -> int:
        """The subject; raises `ValueError` for the kinds that have none."""
        if self.subject is None:
            message = f"Un contexte « {self.kind.value} » n'a pas de sujet."
            raise ValueError(message)
        return self.subject


RELAY = Context(Kind.RELAY)


@dataclass(frozen=True)
class SigningKey:
    """A key that signs contexts; PostgreSQL holds its two HMAC pads, never shown to a role."""

    key_id: str
    secret: bytes

    def pads(self) -> tuple[bytes, bytes]:
        """The inner and outer pads of HMAC-SHA256 (RFC 2104), block of 64 bytes."""
        block = self.secret if len(self.secret) <= 64 else hashlib.sha256(self.secret).digest()
        block = block.ljust(64, b"\0")
        return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def settings_of(
    context: Context, key: SigningKey, now: float | None = None, backend: int | None = None
) -> dict[str, str]:
    """The transaction-local settings of a context, its signature included.

    With `backend` (PostgreSQL's process id) no other connection believes them.
    """
    ids = ""
    if context.kind is Kind.PRESTATAIRE:
        ids = (
            "*" if context.bailleurs is None else "{" + ",".join(map(str, context.bailleurs)) + "}"
        )
    expires = int((time.time() if now is None else now) + context.seconds)
    subject = "" if context.subject is None else str(context.subject)
    settings = {
        "app.kind": context.kind.value,
        "app.bailleur_id": subject if context.kind is Kind.BAILLEUR else "",
        "app.bailleur_ids": ids,
        "app.subject": subject,
        "app.account": "" if context.account is None else str(context.account),
        "app.expires": str(expires),
        "app.key_id": key.key_id,
    }
    bound = () if backend is None else (str(backend),)
    form = BOUND_FORMAT if bound else FORMAT
    message = "|".join((form, *settings.values(), *bound))
    signature = hmac.new(key.secret, message.encode(), hashlib.sha256)
    return settings | {"app.mac": signature.hexdigest(), "app.backend": "".join(bound)}
