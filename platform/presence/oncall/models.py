"""Call (appel d'astreinte): when, where, what is needed. Never who."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import Situation, Urgency
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class Call(BailleurOwned, Placed, Base):
    """A call to the scheme's number about a covered residence."""

    __tablename__ = "call"
    __table_args__ = (
        ForeignKeyConstraint(
            ("bailleur_id", "residence_id"),
            ("presence.residence.bailleur_id", "presence.residence.id"),
        ),
        ForeignKeyConstraint(
            ("intervention_id", "bailleur_id", "evening_on"),
            (
                "presence.intervention.id",
                "presence.intervention.bailleur_id",
                "presence.intervention.evening_on",
            ),
        ),
        codes("need", Situation),
        codes("urgency", Urgency),
        Index(None, "bailleur_id", "evening_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access("S", ("bailleur_id",)),
        "prestataire": Access(
            "SIU", ("bailleur_id", "prestataire_id"), ("intervention_id",), ("scheme_id",)
        ),
        "aggregator": Access("S"),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("content_hash",))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    residence_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    called_at: Mapped[datetime]
    need: Mapped[str]
    urgency: Mapped[str]
    intervention_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    content_hash: Mapped[str]
