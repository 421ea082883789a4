"""Visa, dispute, exception to the deadline, and the certificate of what is owed."""

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
from presence.review.codes import DisputeReason, DisputeState, VisaDecision
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


def _of_a_report() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ("report_id", "bailleur_id"),
        ("presence.daily_report.id", "presence.daily_report.bailleur_id"),
    )


class ReportVisa(BailleurOwned, Base):
    """Visa of the bailleur on one version of a report; its silence past the delay is one too."""

    __tablename__ = "report_visa"
    __table_args__ = (
        _of_a_report(),
        UniqueConstraint("bailleur_id", "report_id"),
        codes("decision", VisaDecision),
        CheckConstraint("(decision = 'silent') = (account_id is null)", name="given"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",), checks=("scheme_id",)),
        "prestataire": Access("S", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    report_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    decision: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]


class Dispute(BailleurOwned, Placed, Base):
    """Dispute of a line (contestation): out of the « service fait » until it is settled.

    The bailleur opens it and settles it; the prestataire answers. `line_id` is the sheet's, or
    the place's when nothing came in.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        _of_a_report(),
        codes("reason", DisputeReason),
        codes("state", DisputeState),
        CheckConstraint(
            "line in ('visit', 'intervention', 'anomaly', 'not_received')", name="line"
        ),
        CheckConstraint("settlement in ('amended', 'maintained', 'withdrawn')", name="settlement"),
        CheckConstraint("(state = 'settled') = (settlement is not null)", name="settled"),
        Index(
            "uq_dispute_line",
            "bailleur_id",
            "line_id",
            "evening_on",
            unique=True,
            postgresql_where=text("state <> 'settled'"),
        ),
        Index(None, "bailleur_id", "evening_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("state", "settlement", "settled_at", "settled_by"),
            ("scheme_id",),
        ),
        "prestataire": Access(
            "SU",
            ("bailleur_id", "prestataire_id"),
            ("state", "answer", "answered_at", "answered_by"),
        ),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL,
        operational=("line", "place", "fact", "details", "answer", "settlement", "content_hash"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    report_id: Mapped[UUID]
    evening_on: Mapped[date] = mapped_column(Date)
    residence_id: Mapped[UUID]
    line: Mapped[str]
    line_id: Mapped[UUID]
    place: Mapped[str]
    fact: Mapped[str]
    reason: Mapped[str]
    details: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(server_default="open")
    opened_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    settlement: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    content_hash: Mapped[str]


class DeadlineException(BailleurOwned, Base):
    """Exception to the deadline (délai accordé): between two dates, for a reason, by somebody.

    Granted by the bailleur, who alone may excuse a late report; the rate then leaves it out.
    """

    __tablename__ = "deadline_exception"
    __table_args__ = (
        CheckConstraint("to_on >= from_on and to_on <= from_on + 31", name="dates"),
        Index(None, "bailleur_id", "from_on"),
    )
    __access__: ClassVar = {
        "bailleur": Access("SI", ("bailleur_id",), checks=("scheme_id",)),
        "prestataire": Access("S", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(
        DataClass.OPERATIONAL, operational=("reason", "content_hash")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    account_id: Mapped[UUID | None]
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
