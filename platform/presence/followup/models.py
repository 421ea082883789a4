"""Follow-ups (suites), their steps, and summonses (convocations): facts, never a resident's name.

A step is never rewritten; a follow-up shows where its last step left it.
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.kernel.columns import codes
from presence.kernel.nomenclature import FollowUpKind, FollowUpState, HelpOffered
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class Summons(BailleurOwned, Placed, Base):
    """A family summoned by its bailleur; the software keeps the place, the day and the help."""

    __tablename__ = "summons"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        codes("help_offered", HelpOffered),
        Index(None, "bailleur_id", "summoned_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",), checks=("scheme_id",)),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.LANDLORD_ONLY, landlord_only=("content_hash",))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    residence_id: Mapped[UUID]
    intervention_id: Mapped[UUID | None]
    summoned_on: Mapped[date] = mapped_column(Date)
    help_offered: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class FollowUp(BailleurOwned, Placed, Base):
    """Follow-up (suite): what the bailleur does about a fact, who sees to it, by when."""

    __tablename__ = "follow_up"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id", "entrance_id"),
            (
                "presence.entrance.bailleur_id",
                "presence.entrance.residence_id",
                "presence.entrance.id",
            ),
        ),
        ForeignKeyConstraint(
            ("summons_id", "bailleur_id"), ("presence.summons.id", "presence.summons.bailleur_id")
        ),
        codes("source", FollowUpSource),
        codes("kind", FollowUpKind),
        codes("state", FollowUpState),
        CheckConstraint("(source is null) = (source_id is null)", name="sourced"),
        CheckConstraint(
            "(state in ('closed', 'no_action')) = (closed_on is not null)", name="ended"
        ),
        CheckConstraint("(state = 'closed') = (result is not null)", name="result"),
        # One open follow-up of a kind for a fact, whoever clicked first.
        Index(
            "uq_follow_up_open",
            "bailleur_id",
            "source_id",
            "kind",
            unique=True,
            postgresql_where=text("state in ('to_do', 'in_progress')"),
        ),
        Index(None, "bailleur_id", "due_on"),
        Index(None, "bailleur_id", "residence_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("responsible_id", "due_on", "state", "result", "summons_id", "closed_on"),
            checks=("scheme_id",),
        ),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("fact", "result", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    residence_id: Mapped[UUID]
    entrance_id: Mapped[UUID | None]
    evening_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str | None]
    source_id: Mapped[UUID | None]
    fact: Mapped[str]
    kind: Mapped[str]
    responsible_id: Mapped[UUID | None]
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str]
    result: Mapped[str | None]
    summons_id: Mapped[UUID | None]
    opened_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]


class FollowUpStep(BailleurOwned, Placed, Base):
    """Step of a follow-up (étape d'une suite): what was done, by whom, when; never rewritten."""

    __tablename__ = "follow_up_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ("follow_up_id", "bailleur_id"),
            ("presence.follow_up.id", "presence.follow_up.bailleur_id"),
        ),
        codes("act", FollowUpAct),
        Index(None, "bailleur_id", "follow_up_id", "taken_at"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("result", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    follow_up_id: Mapped[UUID]
    residence_id: Mapped[UUID]
    act: Mapped[str]
    responsible_id: Mapped[UUID | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[str | None]
    taken_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]
