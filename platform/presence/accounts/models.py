"""Account, its roles, sessions, tokens, invitations, resets, recovery codes, security journal.

No role of the application reads these tables: the pinned functions of schema `app` answer for one
key at a time, to the relay's engine (ADR 0006, 0012). Only hashes of secrets are kept, and the
second factor's secret is sealed (`kernel/sealing.py`).
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, Identity


class Account(Identity, Base):
    """A person (compte) of one organisation; e-mail in lower case, password hashed (Argon2id).

    `card_number` (matricule, carte professionnelle) is all that another organisation sees of a
    prestataire's people (domain.md, shared views).
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            "(second_factor_secret is null) = (second_factor_at is null)", name="second_factor"
        ),
        UniqueConstraint("organisation_id", "card_number"),
        Index(None, "organisation_id"),
    )
    __access__: ClassVar = {"owner": Access("SIU", ("account_key",))}
    __classes__: ClassVar = classified(
        DataClass.PERSONAL,
        personal=("email", "display_name", "card_number"),
        secret=("password_hash", "second_factor_secret", "second_factor_step"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    closed_at: Mapped[datetime | None]
    second_factor_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_factor_at: Mapped[datetime | None]
    second_factor_step: Mapped[int | None] = mapped_column(BigInteger)
    # A demonstration's accounts sign in without it; production does not look at this column.
    second_factor_waived_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    signed_in_at: Mapped[datetime | None]
    card_number: Mapped[str | None]


class AccountRole(Identity, Base):
    """A role held by an account, between dates, on agencies and residences (none: everywhere)."""

    __tablename__ = "account_role"
    __table_args__ = (
        CheckConstraint("to_on is null or to_on > from_on", name="period"),
        CheckConstraint(
            "role not in ('sector', 'caretaker') or cardinality(agencies) + "
            "cardinality(residences) > 0",
            name="scope",
        ),
        CheckConstraint("granted_by <> account_id", name="two_people"),
    )
    __access__: ClassVar = {"owner": Access("SIUD", ("account_text",))}
    __classes__: ClassVar = classified(DataClass.PERSONAL, personal=("role",))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    agencies: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    residences: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("presence.account.id"))


class SessionAuth(Identity, Base):
    """A signed-in session (session ouverte), known by the hash of its secret.

    While `code_due`, it opens nothing but the second factor's page.
    """

    __tablename__ = "session_auth"
    __table_args__ = (Index(None, "account_id"), UniqueConstraint("id"))
    __access__: ClassVar = {"owner": Access("SIU", ("token_key",))}
    __classes__: ClassVar = classified(
        DataClass.PERSONAL, personal=("agent",), secret=("token_hash",)
    )
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    opened_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    revoked_at: Mapped[datetime | None]
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    code_due: Mapped[bool] = mapped_column(server_default=text("false"))
    code_tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    agent: Mapped[str | None]


class ApiToken(Identity, Base):
    """A machine's token (jeton d'API): its account's rights, or only some, until it expires."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "account_id"), UniqueConstraint("id"))
    __access__: ClassVar = {"owner": Access("SIU", ("token_key",))}
    __classes__: ClassVar = classified(
        DataClass.PERSONAL, personal=("name", "scopes"), secret=("token_hash",)
    )
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    issued_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    name: Mapped[str] = mapped_column(server_default="Jeton")
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class Invitation(Identity, Base):
    """An invitation: one address, one organisation, roles; its secret is made when it is mailed."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(
            "uq_invitation_live",
            "organisation_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
    )
    __access__: ClassVar = {"owner": Access("SIU", ("invitation_key",))}
    __classes__: ClassVar = classified(
        DataClass.PERSONAL,
        personal=("email", "display_name", "card_number", "grants"),
        secret=("token_hash",),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    email: Mapped[str]
    display_name: Mapped[str]
    grants: Mapped[list[dict[str, object]]] = mapped_column(JSONB)
    card_number: Mapped[str | None]
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Identity, Base):
    """A password reset (réinitialisation): single use, half an hour."""

    __tablename__ = "password_reset"
    __table_args__ = (Index(None, "account_id"),)
    __access__: ClassVar = {"owner": Access("SIU", ("reset_key",))}
    __classes__: ClassVar = classified(DataClass.PERSONAL, secret=("token_hash",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(
        server_default=text("clock_timestamp() + interval '30 minutes'")
    )
    used_at: Mapped[datetime | None]


class RecoveryCode(Identity, Base):
    """A recovery code (code de secours) of the second factor: hashed, single use."""

    __tablename__ = "recovery_code"
    __access__: ClassVar = {"owner": Access("SIUD", ("account_text",))}
    __classes__: ClassVar = classified(DataClass.PERSONAL, secret=("code_hash",))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("presence.account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class SecurityEvent(Identity, Base):
    """Security journal (journal de sécurité): sign-ins, secrets, rights; append-only."""

    __tablename__ = "security_event"
    __table_args__ = (Index(None, "organisation_id", "at"),)
    __access__: ClassVar = {"owner": Access("SI", ("organisation_key",))}
    __classes__: ClassVar = classified(DataClass.PERSONAL, personal=("act", "details"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    account_id: Mapped[UUID]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    act: Mapped[str]
    details: Mapped[dict[str, object]] = mapped_column(JSONB)
