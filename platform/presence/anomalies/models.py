"""Anomaly (anomalie technique), its sightings and its steps: about things, never about people.

An anomaly seen again the next night is the same row; sightings and steps are only added.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import AnomalyState, Equipment
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class _Technical(BailleurOwned, Placed):
    """What the three tables carry: whose, seen by which prestataire, where."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    residence_id: Mapped[UUID]

    @declared_attr
    def prestataire_id(cls) -> Mapped[int]:  # noqa: N805 - a declared attribute gets the class
        """The prestataire that saw it."""
        return mapped_column(ForeignKey("presence.organisation.id"))


class Anomaly(_Technical, Base):
    """Technical anomaly (anomalie technique) of an entrance: one open per equipment."""

    __tablename__ = "anomaly"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id", "entrance_id"),
            (
                "presence.entrance.bailleur_id",
                "presence.entrance.residence_id",
                "presence.entrance.id",
            ),
        ),
        codes("equipment", Equipment),
        codes("state", AnomalyState),
        CheckConstraint("first_seen_on <= last_seen_on", name="seen"),
        CheckConstraint("char_length(note) <= 280", name="note"),
        # A prestataire never meets the row of the one before it, which it may not read.
        Index(
            "uq_anomaly_open",
            "bailleur_id",
            "prestataire_id",
            "entrance_id",
            "equipment",
            unique=True,
            postgresql_where=text("state <> 'verified'"),
        ),
        Index(None, "bailleur_id", "first_seen_on"),
        Index(None, "bailleur_id", "entrance_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SU", ("bailleur_id",), ("state", "state_at")),
        "prestataire": Access(
            "SIU",
            ("bailleur_id", "prestataire_id"),
            ("state", "state_at", "first_seen_on", "last_seen_on", "sightings", "note"),
            checks=("scheme_id",),
        ),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("note",))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    entrance_id: Mapped[UUID]
    equipment: Mapped[str]
    state: Mapped[str]
    # A sighting that comes late does not undo what was said after it.
    state_at: Mapped[datetime]
    first_seen_on: Mapped[date] = mapped_column(Date)
    last_seen_on: Mapped[date] = mapped_column(Date)
    sightings: Mapped[int] = mapped_column(SmallInteger)
    reported_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    note: Mapped[str | None]


class AnomalySighting(_Technical, Base):
    """Sighting (constat) of an anomaly during a visit: still there, or repaired.

    It is withdrawn with the sheet that told it, never rewritten. The visit is no foreign key: a
    withdrawn sheet is deleted, and its sighting stays, withdrawn.
    """

    __tablename__ = "anomaly_sighting"
    __table_args__ = (
        ForeignKeyConstraint(
            ("anomaly_id", "bailleur_id"), ("presence.anomaly.id", "presence.anomaly.bailleur_id")
        ),
        UniqueConstraint("bailleur_id", "anomaly_id", "visit_id"),
        CheckConstraint("char_length(note) <= 280", name="note"),
        Index(None, "bailleur_id", "evening_on"),
        Index(None, "bailleur_id", "visit_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access(
            "SIU", ("bailleur_id", "prestataire_id"), ("withdrawn_at",), checks=("scheme_id",)
        ),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("note",))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    anomaly_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    seen_at: Mapped[datetime]
    still_there: Mapped[bool]
    note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]


class AnomalyStep(_Technical, Base):
    """Step of an anomaly (étape): the state it reached, by which side, when; never rewritten."""

    __tablename__ = "anomaly_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ("anomaly_id", "bailleur_id"), ("presence.anomaly.id", "presence.anomaly.bailleur_id")
        ),
        codes("state", AnomalyState),
        CheckConstraint("side in ('bailleur', 'prestataire')", name="side"),
        CheckConstraint("char_length(note) <= 280", name="note"),
        Index(None, "bailleur_id", "anomaly_id", "taken_at"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",)),
        "prestataire": Access("SI", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("note", "content_hash"))
    anomaly_id: Mapped[UUID]
    state: Mapped[str]
    side: Mapped[str]
    taken_at: Mapped[datetime]
    note: Mapped[str | None]
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]
