"""Visit frequency, request of a visit, and the evening's plan as each bailleur may read it."""

from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import FrequencyPeriod, RequestState, StopOrder, StopSource
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


def _entrance() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("bailleur_id", "residence_id", "entrance_id"),
        (
            "presence.entrance.bailleur_id",
            "presence.entrance.residence_id",
            "presence.entrance.id",
        ),
    )


def _residence() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("bailleur_id", "residence_id"),
        ("presence.residence.bailleur_id", "presence.residence.id"),
    )


class VisitFrequency(BailleurOwned, Placed, Base):
    """Visit frequency (fréquence de passage recommandée): what the bailleur asks for, dated.

    Of a residence, or of one entrance, whose own then wins. Periods never overlap.
    """

    __tablename__ = "visit_frequency"
    __table_args__ = (
        _residence(),
        _entrance(),
        Index(None, "bailleur_id", "scheme_id"),
        codes("per", FrequencyPeriod),
        codes("pattern", StopOrder),
        CheckConstraint("times between 1 and 31", name="times"),
        CheckConstraint("per = 'month' or times <= 7", name="times_per_week"),
        CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'", name="weekdays"),
        CheckConstraint("min_gap_days between 0 and 30", name="min_gap_days"),
        CheckConstraint("(from_time is null) = (to_time is null)", name="band"),
        ExcludeConstraint(
            ("bailleur_id", "="),
            (text("coalesce(entrance_id, residence_id)"), "="),
            ("valid_during", "&&"),
            name="ex_visit_frequency_no_overlap",
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("SIU", ("bailleur_id",), ("valid_during",)),
        "prestataire": Access("S", ("bailleur_id", "scheme_id")),
        "owner": Access("SU", ("residence_text",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("per", "pattern"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("presence.scheme.id"))
    times: Mapped[int] = mapped_column(SmallInteger)
    per: Mapped[str] = mapped_column(server_default="week")
    # ISO weekdays that are admitted; empty: any.
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    from_time: Mapped[time | None]
    to_time: Mapped[time | None]
    pattern: Mapped[str] = mapped_column(server_default="ordered")
    min_gap_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    valid_during: Mapped[Range[date]] = mapped_column(DATERANGE)


class VisitRequest(BailleurOwned, Placed, Base):
    """Request of a visit (demande de passage) on an evening, answered by the prestataire."""

    __tablename__ = "visit_request"
    __table_args__ = (
        _residence(),
        _entrance(),
        codes("state", RequestState),
        CheckConstraint(
            "(state in ('accepted', 'refused')) = (answered_at is not null)", name="answered"
        ),
        CheckConstraint("state <> 'refused' or answer is not null", name="refused"),
        Index(None, "bailleur_id", "wanted_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU", ("bailleur_id",), ("state", "withdrawn_at"), checks=("scheme_id",)
        ),
        "prestataire": Access(
            "SU", ("bailleur_id", "scheme_id"), ("state", "answered_at", "answer")
        ),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("note", "state", "answer", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID | None]
    wanted_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    asked_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    content_hash: Mapped[str]


class EveningPlan(BailleurOwned, Base):
    """An evening's plan (programme de la soirée) as published for one bailleur, version by version.

    A version is written when this bailleur's own visits change, and then only: its number tells
    nothing of the others.
    """

    __tablename__ = "evening_plan"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "scheme_id", "evening_on", "version"),
        UniqueConstraint("bailleur_id", "id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access("SI", ("bailleur_id", "prestataire_id"), checks=("scheme_id",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    published_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))


class PlannedVisit(BailleurOwned, Placed, Base):
    """A visit foreseen (passage prévu) at an entrance: the hour band asked for, and no order."""

    __tablename__ = "planned_visit"
    __table_args__ = (
        _entrance(),
        ForeignKeyConstraint(
            ("bailleur_id", "evening_plan_id"),
            ("presence.evening_plan.bailleur_id", "presence.evening_plan.id"),
        ),
        codes("source", StopSource),
        UniqueConstraint("bailleur_id", "evening_plan_id", "entrance_id"),
        Index(None, "bailleur_id", "evening_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access("SI", ("bailleur_id", "prestataire_id"), checks=("scheme_id",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("source", "reasons"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evening_plan_id: Mapped[UUID]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID]
    from_time: Mapped[time]
    to_time: Mapped[time]
    source: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    request_id: Mapped[UUID | None]
