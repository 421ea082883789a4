"""Who is acting: a person, an organisation, roles and what they reach.

Nothing here has a context: the pinned functions that the relay's engine may run answer for one
key at a time (ADR 0006), each in a transaction of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import BindParameter, Row, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from presence.kernel.errors import Conflict, NotFound
from tenants.classification import CONTEXTS
from tenants.context import RELAY, Context, Kind
from tenants.database import read_once, transaction
from tenants.errors import NotPermitted
from tenants.roles import (
    OrganisationKind,
    Permission,
    Role,
    needs_second_factor,
    permissions_of,
)


@dataclass(frozen=True)
class Grant:
    """A role in force; without agencies nor residences it holds for the whole organisation."""

    role: Role
    agencies: tuple[UUID, ...] = ()
    residences: tuple[UUID, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it holds everywhere in the organisation."""
        return not self.agencies and not self.residences


@dataclass(frozen=True)
class Identity:
    """Who is signed in, and the context and rights that all this gives.

    `since` is when the session was opened or the token issued; `scopes` narrows a token.
    """

    account_id: UUID
    display_name: str
    email: str
    organisation_id: int
    organisation_public_id: UUID
    organisation_kind: OrganisationKind
    organisation_name: str
    grants: tuple[Grant, ...]
    second_factor: bool
    waived: bool
    since: datetime | None
    scopes: frozenset[str] | None
    credential_id: UUID | None

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles in force."""
        return frozenset(grant.role for grant in self.grants)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything that these roles open, within the token's scope."""
        opened = permissions_of(self.organisation_kind, self.roles)
        return opened if self.scopes is None else frozenset(opened & self.scopes)

    def may(self, permission: Permission) -> bool:
        """Whether the door opens."""
        return permission in self.permissions

    def grants_of(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants that carry a permission."""
        kind = self.organisation_kind
        return tuple(g for g in self.grants if permission in permissions_of(kind, [g.role]))

    def owes_second_factor(self, *, production: bool) -> bool:
        """Whether a second factor is required and not enrolled yet; a waiver never holds there."""
        required = needs_second_factor(self.organisation_kind, self.roles)
        return required and not self.second_factor and (production or not self.waived)

    def context(self) -> Context:
        """The context of this person's requests. CAPI, communes and State read figures only."""
        kind = CONTEXTS[self.organisation_kind]
        subject = None if kind is Kind.OPERATOR else self.organisation_id
        return Context(kind, subject, self.account_id)


# Asked at each request, hence in one round trip (performance.md G16, G24).
_BY_SESSION: LiteralString = "select * from app.session_by_hash(%(hash)s)"
_BY_BEARER: LiteralString = "select * from app.token_by_hash(%(hash)s)"


def hash_of(secret: str) -> str:
    """What is stored of a secret of 256 bits: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def identity_of_session(secret: str) -> Identity | None:
    """Who a session's secret stands for; None once closed, expired or idle too long."""
    return _first(read_once(RELAY, _BY_SESSION, {"hash": hash_of(secret)}))


def identity_of_token(secret: str) -> Identity | None:
    """Who an API token stands for; None once revoked or expired."""
    return _first(read_once(RELAY, _BY_BEARER, {"hash": hash_of(secret)}))


def identity_of(account_id: UUID) -> Identity | None:
    """Who an account is; None once closed."""
    return _first(call("identity_of", account_id))


def call(function: str, *arguments: object) -> Sequence[Row[Any]]:
    """Run a pinned function in a transaction of its own: its rows."""
    with transaction(RELAY) as session:
        return within(session, function, *arguments)


def within(session: Session, function: str, *arguments: object) -> Sequence[Row[Any]]:
    """Run a pinned function in the relay's transaction; its refusals are the domain's."""
    try:
        return session.execute(
            select(text("*")).select_from(getattr(func.app, function)(*arguments))
        ).all()
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == "PZ404":
            raise NotFound from None
        if state == "PZ409":
            diagnosis: Any = error.orig
            raise Conflict(str(diagnosis.diag.message_primary)) from None
        if state == "42501":
            message = "Seul un administrateur de l'organisme peut faire cela."
            raise NotPermitted(message) from None
        raise


def jsonb(value: object) -> BindParameter[object]:
    """An argument that PostgreSQL reads as JSON."""
    return bindparam(None, value, type_=JSONB)


def _first(rows: Sequence[Row[Any]]) -> Identity | None:
    if not rows:
        return None
    row = rows[0]
    return Identity(
        account_id=row.account_id,
        display_name=row.display_name,
        email=row.email,
        organisation_id=row.organisation_id,
        organisation_public_id=row.organisation_public_id,
        organisation_kind=OrganisationKind(row.organisation_kind),
        organisation_name=row.organisation_name,
        grants=tuple(
            Grant(
                Role(given["role"]),
                tuple(map(UUID, given["agencies"])),
                tuple(map(UUID, given["residences"])),
            )
            for given in row.grants
        ),
        second_factor=row.second_factor,
        waived=row.waived,
        since=row.since,
        scopes=None if row.scopes is None else frozenset(row.scopes),
        credential_id=row.session_id,
    )
