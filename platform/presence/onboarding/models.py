"""What a bailleur states while it gets ready, and the day it went live."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import LegalForm
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base


class Onboarding(BailleurOwned, Base):
    """Onboarding (mise en route): one row per bailleur; each task's fact, with its date."""

    __tablename__ = "onboarding"
    __table_args__ = (
        codes("legal_form", LegalForm),
        CheckConstraint(
            "(convention_reference is null) = (convention_on is null)", name="convention"
        ),
        CheckConstraint("(activated_at is null) = (live_from_on is null)", name="activation"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            (
                "legal_form", "siret", "contact_name", "contact_email", "contact_phone",
                "key_accepted_on", "convention_reference", "convention_on", "data_agreement_on",
                "trial_evening_on", "activated_at", "live_from_on", "changed_at", "changed_by_id",
            ),
        )
    }  # fmt: skip
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY,
        landlord_only=("legal_form", "siret", "convention_reference"),
        personal=("contact_name", "contact_email", "contact_phone", "changed_by_id"),
    )
    legal_form: Mapped[str | None]
    siret: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_email: Mapped[str | None]
    contact_phone: Mapped[str | None]
    key_accepted_on: Mapped[date | None] = mapped_column(Date)
    convention_reference: Mapped[str | None]
    convention_on: Mapped[date | None] = mapped_column(Date)
    data_agreement_on: Mapped[date | None] = mapped_column(Date)
    trial_evening_on: Mapped[date | None] = mapped_column(Date)
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    live_from_on: Mapped[date | None] = mapped_column(Date)
