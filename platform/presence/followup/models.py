"""Summons (convocation pour rappel au bail): a fact and the help offered, no name here."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import HelpOffered
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
