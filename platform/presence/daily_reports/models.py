"""Evening closure (clôture, the prestataire's) and the sealed report of each bailleur."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, PrestataireOwned


class EveningClosure(PrestataireOwned, Base):
    """Closing of an evening (clôture de la soirée): one signature for all bailleurs, once."""

    __tablename__ = "evening_closure"
    __table_args__ = (UniqueConstraint("prestataire_id", "scheme_id", "evening_on"),)
    __access__: ClassVar = {"prestataire": Access("SI", ("prestataire_id",))}
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, operational=("checklist",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    signed_at: Mapped[datetime]
    signer: Mapped[str]
    account_id: Mapped[UUID | None]
    checklist: Mapped[dict[str, object]] = mapped_column(JSONB)


class DailyReport(BailleurOwned, Base):
    """A sealed report: immutable bytes, their SHA-256, a number and a version."""

    __tablename__ = "daily_report"
    __table_args__ = (UniqueConstraint("bailleur_id", "scheme_id", "evening_on", "version"),)
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",), checks=("scheme_id",)),
        "prestataire": Access("S", ("bailleur_id", "prestataire_id")),
        "aggregator": Access("S"),
    }
    # The signer's name is inside the sealed bytes too (ADR 0013).
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("number", "content", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[str]
    signed_at: Mapped[datetime]
    signer: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str]


class ServiceCertificate(BailleurOwned, Base):
    """Certificate of service (attestation de service fait) of a month: outlives the contract.

    The prestataire's policy asks for no running contract: this, and nothing else, stays readable.
    """

    __tablename__ = "service_certificate"
    __table_args__ = (
        UniqueConstraint(
            "bailleur_id", "prestataire_id", "scheme_id", "month_on", "version",
            name="uq_service_certificate_month",
        ),
        Index(None, "prestataire_id", "month_on"),
    )  # fmt: skip
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",), checks=("scheme_id",)),
        "prestataire": Access("S", ("prestataire_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("content", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    month_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    sealed_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str]
