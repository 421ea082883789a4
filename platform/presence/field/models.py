"""Visit (passage), intervention and its actions: nobody's identity, ever.

Partitioned by month of the evening; keys are made by the writer (UUIDv7), so that a batch sent
twice is stored once. Rows are added, never changed.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import (
    Action,
    Area,
    ChangeState,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed, PrestataireOwned

_RECORDED = {
    "bailleur": Access("S", ("bailleur_id",)),
    # Read under a running contract; written 72 hours longer, on the contract's own evenings.
    "prestataire": Access(
        "SI",
        ("bailleur_id", "prestataire_id"),
        writes=("deposit", "prestataire_id", "deposit_evening"),
    ),
    "aggregator": Access("S"),
}


class _Recorded(BailleurOwned):
    """What every row recorded by the agents carries: whose, by whom, under which scheme, when."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)

    @declared_attr
    def prestataire_id(cls) -> Mapped[int]:  # noqa: N805 - a declared attribute gets the class
        """The prestataire that recorded it."""
        return mapped_column(ForeignKey("presence.organisation.id"))

    @declared_attr
    def scheme_id(cls) -> Mapped[int]:  # noqa: N805
        """The scheme under which it was recorded."""
        return mapped_column(ForeignKey("presence.scheme.id"))


# Corrected by `app.apply_sheet_change` alone, which the owner runs for the signed prestataire.
_CORRECTED = _RECORDED | {"owner": Access("SUD", ("prestataire_id",))}


class Visit(_Recorded, Placed, Base):
    """Visit (passage) of an entrance by the agents, or the reason why it was not made."""

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id", "entrance_id"),
            (
                "presence.entrance.bailleur_id",
                "presence.entrance.residence_id",
                "presence.entrance.id",
            ),
        ),
        codes("result", VisitResult),
        codes("not_done_reason", NotDoneReason),
        CheckConstraint("(result = 'not_done') = (not_done_reason is not null)", name="reason"),
        Index("ix_visit_evening", "bailleur_id", "evening_on", "residence_id"),
        Index("ix_visit_days", "evening_on", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (evening_on)"},
    )
    __access__: ClassVar = _CORRECTED
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("content_hash",))
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID]
    started_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    result: Mapped[str]
    not_done_reason: Mapped[str | None]
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class Intervention(_Recorded, Placed, Base):
    """Intervention: what the agents did about a situation, during a visit."""

    __tablename__ = "intervention"
    __table_args__ = (
        ForeignKeyConstraint(
            ("visit_id", "bailleur_id", "evening_on"),
            ("presence.visit.id", "presence.visit.bailleur_id", "presence.visit.evening_on"),
        ),
        codes("area", Area),
        codes("situation", Situation),
        codes("outcome", Outcome),
        codes("origin", Origin),
        codes("people_band", PeopleBand),
        codes("police_force", PoliceForce),
        CheckConstraint("(police_force is null) = (police_called_at is null)", name="police"),
        codes("police_outcome", PoliceOutcome),
        CheckConstraint(
            "police_outcome is null or police_force is not null and "
            "(police_outcome = 'came' or police_arrived_at is null)",
            name="police_came",
        ),
        Index("ix_intervention_evening", "bailleur_id", "evening_on", "residence_id"),
        Index("ix_intervention_days", "evening_on", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (evening_on)"},
    )
    __access__: ClassVar = _CORRECTED
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    visit_id: Mapped[UUID]
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID]
    started_at: Mapped[datetime]
    area: Mapped[str]
    situation: Mapped[str]
    outcome: Mapped[str]
    origin: Mapped[str]
    people_band: Mapped[str]
    police_force: Mapped[str | None]
    police_called_at: Mapped[datetime | None]
    police_arrived_at: Mapped[datetime | None]
    police_outcome: Mapped[str | None]
    account_id: Mapped[UUID | None]


class InterventionAction(BailleurOwned, Placed, Base):
    """One of an intervention's actions: several may go together, hence totals over 100 %."""

    __tablename__ = "intervention_action"
    __table_args__ = (
        ForeignKeyConstraint(
            ("intervention_id", "bailleur_id", "evening_on"),
            (
                "presence.intervention.id",
                "presence.intervention.bailleur_id",
                "presence.intervention.evening_on",
            ),
        ),
        codes("action", Action),
        {"postgresql_partition_by": "RANGE (evening_on)"},
    )
    __access__: ClassVar = _CORRECTED
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    intervention_id: Mapped[UUID] = mapped_column(primary_key=True)
    evening_on: Mapped[date] = mapped_column(Date, primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))

    @classmethod
    def within(cls, residence_ids: Collection[UUID]) -> ColumnElement[bool]:
        """An action is where its intervention is."""
        return cls.intervention_id.in_(
            select(Intervention.id).where(Intervention.residence_id.in_(residence_ids))
        )


class EveningMarker(BailleurOwned, Base):
    """« This evening's figures must be counted again »: one line per batch, never updated.

    Append-only on purpose: a marker that is kept unique loses an update that commits late.
    """

    __tablename__ = "evening_marker"
    __table_args__ = (Index(None, "evening_on"),)
    __access__: ClassVar = {
        "bailleur": Access("I", ("bailleur_id",)),
        "prestataire": Access("I", ("deposit",)),
        "aggregator": Access("SD"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evening_on: Mapped[date] = mapped_column(Date)
    marked_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class EventLink(PrestataireOwned, Base):
    """Link between interventions of one event across several bailleurs' halls: the prestataire's.

    Each bailleur keeps its own row and learns nothing of the others (security.md §4).
    """

    __tablename__ = "event_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ("intervention_id", "bailleur_id", "evening_on"),
            (
                "presence.intervention.id",
                "presence.intervention.bailleur_id",
                "presence.intervention.evening_on",
            ),
        ),
        UniqueConstraint("prestataire_id", "intervention_id"),
        Index(None, "prestataire_id", "evening_on"),
    )
    __access__: ClassVar = {"prestataire": Access("SI", ("prestataire_id", "bailleur_id"))}
    # The prestataire's alone: no other kind has a policy here.
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    intervention_id: Mapped[UUID] = mapped_column(primary_key=True)
    bailleur_id: Mapped[int]
    evening_on: Mapped[date] = mapped_column(Date)
    linked_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]


class EveningClosure(PrestataireOwned, Base):
    """Closing of an evening (clôture de la soirée): one signature for all bailleurs, once."""

    __tablename__ = "evening_closure"
    __table_args__ = (UniqueConstraint("prestataire_id", "scheme_id", "evening_on"),)
    __access__: ClassVar = {
        "prestataire": Access("SI", ("prestataire_id",)),
        "owner": Access("S", ("prestataire_id",)),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("checklist",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    signed_at: Mapped[datetime]
    signer: Mapped[str]
    account_id: Mapped[UUID | None]
    checklist: Mapped[dict[str, object]] = mapped_column(JSONB)


class UnfinishedSheet(PrestataireOwned, Base):
    """« Noter plus tard » (fiche à compléter): the hour and the place, kept until it is told.

    Its key is the visit's to come: it is finished once that visit is there. The prestataire's
    alone: what is not written yet is nobody else's.
    """

    __tablename__ = "unfinished_sheet"
    __table_args__ = (Index(None, "prestataire_id", "evening_on"),)
    __access__: ClassVar = {
        "prestataire": Access("SIU", ("prestataire_id", "bailleur_id"), ("dropped_at",))
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]


class SheetChange(PrestataireOwned, Base):
    """Change of a sheet (correction d'une fiche): what was, what is, why, by whom, approved.

    Before the signature it applies at once; after it, another person than its author approves it
    (`app.apply_sheet_change` refuses otherwise). A withdrawn sheet lives on here, with its date.
    """

    __tablename__ = "sheet_change"
    __table_args__ = (
        codes("state", ChangeState),
        CheckConstraint("sheet in ('visit', 'intervention')", name="sheet"),
        CheckConstraint("act in ('revise', 'withdraw')", name="act"),
        CheckConstraint("approver_id is null or approver_id <> author_id", name="two_people"),
        Index(None, "prestataire_id", "evening_on"),
        Index(None, "prestataire_id", "sheet_id"),
        Index(
            "uq_sheet_change_proposed",
            "prestataire_id",
            "sheet_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )
    __access__: ClassVar = {
        "prestataire": Access(
            "SIU",
            ("prestataire_id", "bailleur_id"),
            ("state", "approver_id", "approver", "decided_at"),
        ),
        "owner": Access("S", ("prestataire_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        personal=("author", "approver"),
        operational=("before", "after", "reason", "content_hash"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    bailleur_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    sheet: Mapped[str]
    sheet_id: Mapped[UUID]
    act: Mapped[str]
    before: Mapped[dict[str, object]] = mapped_column(JSONB)
    after: Mapped[dict[str, object]] = mapped_column(JSONB)
    reason: Mapped[str]
    dispute_id: Mapped[UUID | None]
    state: Mapped[str]
    author_id: Mapped[UUID]
    author: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    approver_id: Mapped[UUID | None]
    approver: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    content_hash: Mapped[str]
