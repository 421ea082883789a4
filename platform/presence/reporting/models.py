"""Figures of each bailleur: the day tier, the month tier, what was counted; the runs."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    Date,
    ForeignKey,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed, System

_FIGURES = {
    "bailleur": Access("S", ("bailleur_id",)),
    "aggregator": Access("SIUD", (), ("value", "insee_code", "qpv")),
}


class DailyFigure(BailleurOwned, Placed, Base):
    """Day tier (chiffres du jour): evening × residence × measure."""

    __tablename__ = "daily_figure"
    # One bailleur's evenings lie together: its month is one short range of the key.
    __table_args__ = (
        PrimaryKeyConstraint("bailleur_id", "evening_on", "scheme_id", "residence_id", "measure"),
        {"postgresql_partition_by": "RANGE (evening_on)"},
    )
    __access__: ClassVar = _FIGURES
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, public=("insee_code", "qpv", "measure")
    )
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"), primary_key=True)
    residence_id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    insee_code: Mapped[str]
    # Priority area as `2015:Champfleuri`, empty outside; as the residence was when counted.
    qpv: Mapped[str] = mapped_column(server_default="")
    value: Mapped[int]


class MonthlyFigure(BailleurOwned, Base):
    """Month tier (chiffres du mois): month × commune × measure, derived from the day tier."""

    __tablename__ = "monthly_figure"
    __table_args__ = (
        PrimaryKeyConstraint(
            "bailleur_id", "month_on", "scheme_id", "insee_code", "qpv", "measure"
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "aggregator": Access("SIUD", (), ("value",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, public=("insee_code", "qpv", "measure")
    )
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"), primary_key=True)
    insee_code: Mapped[str] = mapped_column(primary_key=True)
    qpv: Mapped[str] = mapped_column(primary_key=True, server_default="")
    measure: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class AggregatedEvening(BailleurOwned, Base):
    """What the nightly job counted for an evening: rows and version, which grows on change."""

    __tablename__ = "aggregated_evening"
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "aggregator": Access(
            "SIU", (), ("version", "row_count", "aggregated_at", "report_version")
        ),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY)
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    row_count: Mapped[int]
    aggregated_at: Mapped[datetime]
    # The newest version of the evening's report when it was counted: what the figures say.
    report_version: Mapped[int | None] = mapped_column(SmallInteger)


class Run(System, Base):
    """Register of nightly runs (registre des exécutions): one line per job and evening."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("name", "due_on"),)
    __access__: ClassVar = {
        "relay": Access(
            "SIU", ("relay",), ("started_at", "finished_at", "evenings", "row_count", "attempts")
        ),
        "operator": Access("S", ("operator",)),
    }
    __classes__: ClassVar = classified(DataClass.PUBLIC, public=("name",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    evenings: Mapped[int | None]
    row_count: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(SmallInteger)
