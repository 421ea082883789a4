"""Agents, trainings, teams, shifts and swaps: the prestataire's own people."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import JobKind, SwapState
from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, PrestataireOwned

_OWN = ("prestataire_id",)


def _to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("prestataire_id", column), (f"presence.{table}.prestataire_id", f"presence.{table}.id")
    )


class Agent(PrestataireOwned, Base):
    """Agent: a person who walks, with the professional card (L612-20 CSI) when security asks it."""

    __tablename__ = "agent"
    __table_args__ = (
        UniqueConstraint("prestataire_id", "id"),
        UniqueConstraint("prestataire_id", "card_number"),
        UniqueConstraint("prestataire_id", "account_id"),
        codes("job_kind", JobKind),
        CheckConstraint(
            "job_kind = 'mediator' or (card_number is not null and card_valid_until is not null)",
            name="card",
        ),
    )
    __access__: ClassVar = {
        "prestataire": Access(
            "SIU",
            _OWN,
            (
                "account_id", "display_name", "job_kind", "card_number", "card_valid_until",
                "left_on",
            ),
        )
    }  # fmt: skip
    # The card number is what bailleurs know an agent by.
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        operational=("job_kind",),
        personal=("card_number", "display_name", "card_valid_until", "left_on"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("presence.account.id"))
    display_name: Mapped[str]
    job_kind: Mapped[str]
    card_number: Mapped[str | None]
    card_valid_until: Mapped[date | None] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class Training(PrestataireOwned, Base):
    """A training (formation) that an agent took, and until when it holds."""

    __tablename__ = "training"
    __table_args__ = (
        _to("agent", "agent_id"),
        CheckConstraint("expires_on > taken_on", name="dates"),
    )
    __access__: ClassVar = {"prestataire": Access("SI", _OWN)}
    __classes__: ClassVar = classified(DataClass.PERSONAL, personal=("label",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    agent_id: Mapped[UUID]
    label: Mapped[str]
    taken_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)


class Team(PrestataireOwned, Base):
    """Team (binôme): agents who walk together, and where they start from."""

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("prestataire_id", "id"),
        UniqueConstraint("prestataire_id", "scheme_id", "name"),
    )
    __access__: ClassVar = {
        "prestataire": Access(
            "SIU", _OWN, ("name", "starts_from", "disbanded_on"), checks=("scheme_id",)
        ),
        "owner": Access("S", ("id_text",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("name", "starts_from"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    name: Mapped[str]
    # The commune that it sets out from, by Insee code.
    starts_from: Mapped[str | None] = mapped_column(ForeignKey("presence.commune.insee_code"))
    disbanded_on: Mapped[date | None] = mapped_column(Date)


class Shift(PrestataireOwned, Base):
    """Shift (vacation) of one agent in a team, on an evening; two of one person never overlap."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("prestataire_id", "id"),
        _to("agent", "agent_id"),
        _to("team", "team_id"),
        CheckConstraint("not isempty(during)", name="during"),
        # Half-open: a shift may begin when the former one ends.
        ExcludeConstraint(
            ("prestataire_id", "="),
            ("agent_id", "="),
            ("during", "&&"),
            where=text("cancelled_at is null"),
            name="ex_shift_no_overlap",
        ),
        Index(None, "prestataire_id", "evening_on"),
    )
    __access__: ClassVar = {
        "prestataire": Access("SIU", _OWN, ("agent_id", "cancelled_at"), checks=("scheme_id",)),
        "owner": Access("S", ("team_text",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    team_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    cancelled_at: Mapped[datetime | None]


class ShiftSwap(PrestataireOwned, Base):
    """Swap (échange de vacation): asked, accepted or refused; accepting changes the roster."""

    __tablename__ = "shift_swap"
    __table_args__ = (
        _to("shift", "shift_id"),
        _to("agent", "from_agent_id"),
        _to("agent", "to_agent_id"),
        codes("state", SwapState),
        CheckConstraint("from_agent_id <> to_agent_id", name="agents"),
        CheckConstraint("(state = 'asked') = (answered_at is null)", name="answered"),
        Index(
            "uq_shift_swap_asked",
            "prestataire_id",
            "shift_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
    )
    __access__: ClassVar = {
        "prestataire": Access("SIU", _OWN, ("state", "answered_at", "answered_by_id"))
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("state",), personal=("reason",)
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    shift_id: Mapped[UUID]
    from_agent_id: Mapped[UUID]
    to_agent_id: Mapped[UUID]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="asked")
    asked_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None]


class CalendarLink(PrestataireOwned, Base):
    """Calendar link (abonnement iCal) to a team's shifts: a secret address that can be revoked."""

    __tablename__ = "calendar_link"
    __table_args__ = (
        _to("team", "team_id"),
        UniqueConstraint("prestataire_id", "secret_hash"),
    )
    __access__: ClassVar = {
        "prestataire": Access("SIU", _OWN, ("revoked_at",)),
        "owner": Access("SU", ("secret_key",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, secret=("secret_hash",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    team_id: Mapped[UUID]
    secret_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
