"""The sealed report of each bailleur, in versions, and the printed page of it."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import AmendmentCause
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base


class DailyReport(BailleurOwned, Base):
    """A sealed report: immutable bytes, their SHA-256, a number and a version."""

    __tablename__ = "daily_report"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "scheme_id", "evening_on", "version"),
        codes("cause", AmendmentCause),
        CheckConstraint("(version = 1) = (cause is null)", name="cause_of_version"),
        Index(None, "bailleur_id", "content_hash"),
    )
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
    # What made this version cancel and replace the one before; nothing on a first version.
    cause: Mapped[str | None]


class ReportDocument(BailleurOwned, Base):
    """A report as printed (PDF): rendered once, kept as it was sent."""

    __tablename__ = "report_document"
    __table_args__ = (
        ForeignKeyConstraint(
            ("report_id", "bailleur_id"),
            ("presence.daily_report.id", "presence.daily_report.bailleur_id"),
        ),
        UniqueConstraint("bailleur_id", "report_id", "kind"),
        Index(None, "bailleur_id", "content_hash"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",)),
        "prestataire": Access("S", ("bailleur_id",)),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("kind", "content", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    report_id: Mapped[UUID]
    kind: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str]
    rendered_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
