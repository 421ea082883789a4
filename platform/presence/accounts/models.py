"""Account, its roles, its sessions and its API tokens.

No role of the application reads these tables before sign-in: the pinned functions of schema
`app` answer for one e-mail or one hash at a time (ADR 0006). Only hashes of secrets are kept.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.columns import Access, Base, Identity


class Account(Identity, Base):
    """A person (compte) of one organisation; e-mail in lower case, password hashed (Argon2id)."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(None, "organisation_id"),
    )
    __access__: ClassVar = {
        "operator": Access("I", ("operator",)),
        "owner": Access("S", ("account_key",)),
    }
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    closed_at: Mapped[datetime | None]


class AccountRole(Identity, Base):
    """A role held by an account, from a date."""

    __tablename__ = "account_role"
    __access__: ClassVar = {
        "operator": Access("I", ("operator",)),
        "owner": Access("S", ("account_text",)),
    }
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(Date)


class SessionAuth(Identity, Base):
    """A signed-in session (session ouverte), known by the hash of its secret."""

    __tablename__ = "session_auth"
    __table_args__ = (Index(None, "account_id"),)
    __access__: ClassVar = {"owner": Access("SIU", ("token_hash",))}
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    opened_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    revoked_at: Mapped[datetime | None]


class ApiToken(Identity, Base):
    """A machine's token (jeton d'API): acts with its account's rights until it expires."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "account_id"),)
    __access__: ClassVar = {"owner": Access("SIU", ("token_hash",))}
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    issued_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
