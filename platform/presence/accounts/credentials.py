"""What lets a person or a machine in: open sessions (sessions ouvertes) and API tokens (jetons)."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from presence.accounts.identity import Identity, call, hash_of, identity_of
from presence.kernel.errors import Invalid, NotFound
from tenants.roles import Permission

LONGEST_DAYS = 366


@dataclass(frozen=True)
class OpenSession:
    """A session of the person, `current` when it is this one."""

    id: UUID
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str | None
    current: bool


@dataclass(frozen=True)
class Token:
    """A token of the person; its secret was shown once and is not known any more."""

    id: UUID
    name: str
    scopes: tuple[Permission, ...] | None
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None


def open_sessions(identity: Identity) -> list[OpenSession]:
    """The person's live sessions, the last used first."""
    rows = call("sessions_of", identity.account_id)
    return [
        OpenSession(
            row.id, row.opened_at, row.seen_at, row.expires_at, row.agent,
            current=row.id == identity.credential_id,
        )
        for row in rows
    ]  # fmt: skip


def close_session(identity: Identity, session_id: UUID) -> None:
    """Close one of one's own sessions; raises `NotFound`."""
    if not call("close_sessions", identity.account_id, session_id, None)[0][0]:
        raise NotFound


def close_other_sessions(identity: Identity) -> int:
    """Close every session of the person but this one: how many."""
    return int(call("close_sessions", identity.account_id, None, identity.credential_id)[0][0])


def tokens(identity: Identity) -> list[Token]:
    """The person's live tokens, the newest first."""
    return [
        Token(
            row.id, row.name, _permissions(row.scopes), row.issued_at, row.expires_at, row.used_at
        )
        for row in call("tokens_of", identity.account_id)
    ]


def issue_token(
    identity: Identity,
    days: int,
    name: str = "Jeton",
    scopes: Collection[Permission] | None = None,
) -> str:
    """Issue a token for one's own account: its secret, returned once and never stored.

    `scopes` are permissions that the person holds; None lends all of them, now and later.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid("days", f"La durée d'un jeton va de 1 à {LONGEST_DAYS} jours.")
    name = name.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise Invalid("name", "Donnez au jeton un nom de 1 à 80 caractères.")
    if scopes is not None and (not scopes or not identity.permissions.issuperset(scopes)):
        raise Invalid("scopes", "Choisissez au moins un droit, parmi ceux que vous avez.")
    secret = "presence_" + secrets.token_urlsafe(32)
    allowed = None if scopes is None else sorted(scope.value for scope in scopes)
    call("issue_token", identity.account_id, hash_of(secret), days, name, allowed)
    return secret


def issue_token_for(email: str, days: int, scopes: Collection[Permission] | None = None) -> str:
    """Issue a token from the command line; raises `Invalid` for an unknown account."""
    rows = call("account_for_sign_in", email.strip())
    identity = identity_of(rows[0].account_id) if rows else None
    if identity is None:
        raise Invalid("account", f"Aucun compte ouvert pour « {email} ».")
    return issue_token(identity, days, "Ligne de commande", scopes)


def revoke_token(identity: Identity, token_id: UUID) -> None:
    """Revoke one of one's own tokens, at once; raises `NotFound`."""
    if not call("revoke_token", identity.account_id, token_id)[0][0]:
        raise NotFound


def _permissions(scopes: Sequence[str] | None) -> tuple[Permission, ...] | None:
    return None if scopes is None else tuple(Permission(scope) for scope in scopes)
