"""Sign in and out, sessions and API tokens; open an account (operator).

Before sign-in there is no context: everything here goes through the pinned functions that the
relay's engine may run (ADR 0006). Secrets are stored as SHA-256, passwords as Argon2id.
"""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from presence.accounts.models import Account, AccountRole
from presence.kernel.clock import today
from presence.kernel.errors import Invalid
from tenants.context import RELAY, Context, Kind
from tenants.database import transaction
from tenants.models import Organisation
from tenants.roles import OrganisationKind, Role

# OWASP's first choice for Argon2id: 19 MiB, two passes, one lane; 15 ms here.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MINIMUM_PASSWORD = 12
# Idle and absolute limits (ANSSI): an office closes at night, an agent's phone lasts a shift.
OFFICE_IDLE, OFFICE_ABSOLUTE = 30 * 60, 12 * 3600
FIELD_IDLE, FIELD_ABSOLUTE = 12 * 3600, 7 * 24 * 3600

_KINDS = {
    OrganisationKind.BAILLEUR: Kind.BAILLEUR,
    OrganisationKind.PRESTATAIRE: Kind.PRESTATAIRE,
    OrganisationKind.OPERATOR: Kind.OPERATOR,
}


@dataclass(frozen=True)
class Identity:
    """Who is signed in: a person, an organisation, roles; and the context all this gives."""

    account_id: UUID
    display_name: str
    organisation_id: int
    organisation_public_id: UUID
    organisation_kind: OrganisationKind
    organisation_name: str
    roles: frozenset[Role]

    def context(self) -> Context:
        """The context of this person's requests. CAPI, communes and State read figures only."""
        kind = _KINDS.get(self.organisation_kind, Kind.FIGURES)
        subject = None if kind is Kind.OPERATOR else self.organisation_id
        return Context(kind, subject, self.account_id)


def sign_in(email: str, password: str) -> tuple[str, Identity] | None:
    """Open a session: its secret and who it is; None when e-mail and password do not match."""
    with transaction(RELAY) as session:
        row = session.execute(
            select(text("account_id, password_hash")).select_from(
                func.app.account_for_sign_in(email.strip())
            )
        ).one_or_none()
        # An unknown address costs the same as a wrong password.
        matches = _matches(row.password_hash if row else _dummy_hash(), password)
        if row is None or not matches:
            return None
        identity = _identity(session, "identity_of", row.account_id)
        if identity is None:
            return None
        secret = secrets.token_urlsafe(32)
        field = identity.organisation_kind is OrganisationKind.PRESTATAIRE
        limits = (FIELD_IDLE, FIELD_ABSOLUTE) if field else (OFFICE_IDLE, OFFICE_ABSOLUTE)
        session.execute(select(func.app.open_session(row.account_id, hash_of(secret), *limits)))
    return secret, identity


def sign_out(secret: str) -> None:
    """Close a session, at once and everywhere."""
    with transaction(RELAY) as session:
        session.execute(select(func.app.close_session(hash_of(secret))))


def identity_of_session(secret: str) -> Identity | None:
    """Who a session's secret stands for; None once closed, expired or idle too long."""
    with transaction(RELAY) as session:
        return _identity(session, "session_by_hash", hash_of(secret))


def identity_of_token(secret: str) -> Identity | None:
    """Who an API token stands for; None once revoked or expired."""
    with transaction(RELAY) as session:
        return _identity(session, "token_by_hash", hash_of(secret))


def issue_token(email: str, days: int) -> str:
    """Issue an API token for an account; the secret is returned once and never stored."""
    if not 1 <= days <= 366:
        raise Invalid("days", "La durée d'un jeton va de 1 à 366 jours.")
    with transaction(RELAY) as session:
        row = session.execute(
            select(text("account_id")).select_from(func.app.account_for_sign_in(email.strip()))
        ).one_or_none()
        if row is None:
            raise Invalid("account", f"Aucun compte ouvert pour « {email} ».")
        secret = "presence_" + secrets.token_urlsafe(32)
        session.execute(select(func.app.issue_token(row.account_id, hash_of(secret), days)))
    return secret


def open_account(
    session: Session,
    organisation: Organisation,
    *,
    email: str,
    display_name: str,
    password: str,
    roles: list[Role],
) -> UUID:
    """Open an account with its roles (operator's context)."""
    if len(password) < MINIMUM_PASSWORD:
        message = f"Le mot de passe doit compter au moins {MINIMUM_PASSWORD} caractères."
        raise Invalid("password", message)
    account = Account(
        organisation_id=organisation.id,
        email=email.strip().lower(),
        display_name=display_name,
        password_hash=_HASHER.hash(password),
    )
    session.add(account)
    session.flush()
    session.execute(
        insert(AccountRole),
        [
            {"account_id": account.id, "role": role.value, "from_on": today(session)}
            for role in roles
        ],
    )
    return account.id


def hash_of(secret: str) -> str:
    """What is stored of a secret of 256 bits: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _identity(session: Session, function: str, key: object) -> Identity | None:
    row = session.execute(
        select(text("*")).select_from(getattr(func.app, function)(key))
    ).one_or_none()
    if row is None:
        return None
    return Identity(
        account_id=row.account_id,
        display_name=row.display_name,
        organisation_id=row.organisation_id,
        organisation_public_id=row.organisation_public_id,
        organisation_kind=OrganisationKind(row.organisation_kind),
        organisation_name=row.organisation_name,
        roles=frozenset(Role(role) for role in row.roles),
    )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
