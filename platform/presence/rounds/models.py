"""The evening's rounds as the prestataire draws them: all bailleurs together, its own rows.

What a bailleur may know of them is written apart, in its own rows (`planning.PlannedVisit`).
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import RoundState, StopSource
from tenants.classes import DataClass, classified
from tenants.columns import Access, Base, PrestataireOwned

_OWN = ("prestataire_id",)


def _plan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("prestataire_id", "round_plan_id"),
        ("presence.round_plan.prestataire_id", "presence.round_plan.id"),
    )


class RoundPlan(PrestataireOwned, Base):
    """An evening's rounds (tournées d'une soirée): drawn up, edited, published; then a new one."""

    __tablename__ = "round_plan"
    __table_args__ = (
        UniqueConstraint("prestataire_id", "id"),
        UniqueConstraint("prestataire_id", "scheme_id", "evening_on", "version"),
        codes("state", RoundState),
        CheckConstraint("method in ('solver', 'greedy', 'copy', 'none')", name="method"),
        Index(
            "uq_round_plan_draft",
            "prestataire_id",
            "scheme_id",
            "evening_on",
            unique=True,
            postgresql_where=text("state in ('asked', 'draft')"),
        ),
    )
    __access__: ClassVar = {
        "prestataire": Access(
            "SIU",
            _OWN,
            ("state", "method", "seconds", "drawn_at", "published_at", "error"),
            checks=("scheme_id",),
        )
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("state", "method", "error")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    method: Mapped[str] = mapped_column(server_default="none")
    seed: Mapped[int]
    seconds: Mapped[float | None] = mapped_column(Double)
    asked_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    drawn_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]
    error: Mapped[str | None]


class RoundStop(PrestataireOwned, Base):
    """A stop (arrêt) of a round with its reasons, or one that was given up, with why."""

    __tablename__ = "round_stop"
    __table_args__ = (
        _plan(),
        ForeignKeyConstraint(
            ("prestataire_id", "team_id"), ("presence.team.prestataire_id", "presence.team.id")
        ),
        codes("source", StopSource),
        UniqueConstraint("prestataire_id", "round_plan_id", "entrance_id"),
        CheckConstraint("(team_id is null) = (given_up_why is not null)", name="served"),
        CheckConstraint("(team_id is null) = (arrives_at is null)", name="arrival"),
    )
    __access__: ClassVar = {
        "prestataire": Access(
            "SIU", _OWN, ("team_id", "rank", "arrives_at", "given_up_why", "pinned")
        )
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("source", "reasons", "given_up_why")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    round_plan_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
    rank: Mapped[int] = mapped_column(SmallInteger)
    # Whose the place is: a reference, not the owner of the row.
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID]
    arrives_at: Mapped[datetime | None]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    source: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    request_id: Mapped[UUID | None]
    given_up_why: Mapped[str | None]
    # Put there by the chief: drawing again keeps it.
    pinned: Mapped[bool] = mapped_column(server_default=text("false"))


class RoundOpening(PrestataireOwned, Base):
    """Who has opened a published round (accusé d'ouverture), once per person and version."""

    __tablename__ = "round_opening"
    __table_args__ = (
        _plan(),
        UniqueConstraint("prestataire_id", "round_plan_id", "account_id"),
    )
    __access__: ClassVar = {"prestataire": Access("SI", _OWN)}
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    round_plan_id: Mapped[UUID]
    account_id: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
