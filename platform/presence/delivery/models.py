"""What each person wants by e-mail, what was sent to whom, and the grave facts told at once."""

from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from presence.kernel.columns import codes
from presence.kernel.nomenclature import DeliveryKind, DeliveryState, ReportChoice
from tenants.classes import DataClass, classified
from tenants.columns import Access, BailleurOwned, Base, Placed


class ReportChoiceRow(BailleurOwned, Base):
    """A person's choice (réglage des courriels); without a row, what the role makes usual."""

    __tablename__ = "report_choice"
    __table_args__ = (
        codes("rhythm", ReportChoice),
        CheckConstraint("(quiet_from is null) = (quiet_to is null)", name="quiet_hours"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("rhythm", "quiet_from", "quiet_to", "urgent", "address_refused_at"),
        )
    }
    __classes__: ClassVar = classified(DataClass.PERSONAL)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    rhythm: Mapped[str | None]
    # Paris hours between which nothing is sent, but a grave fact; they may pass midnight.
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    urgent: Mapped[bool | None]
    # The server refused the address for good: nothing more until somebody says « Réessayer ».
    address_refused_at: Mapped[datetime | None]


class ReportDelivery(BailleurOwned, Base):
    """An e-mail to one person about one evening (transmission): to send, sent, refused."""

    __tablename__ = "report_delivery"
    __table_args__ = (
        codes("kind", DeliveryKind),
        codes("state", DeliveryState),
        # Never twice: one line per evening, version, person and object; `alert_id` is null but
        # for grave facts, `again` zero but for what somebody asked to send again.
        UniqueConstraint(
            "bailleur_id",
            "scheme_id",
            "evening_on",
            "version",
            "account_id",
            "kind",
            "alert_id",
            "again",
            name="uq_report_delivery_once",
            postgresql_nulls_not_distinct=True,
        ),
        ForeignKeyConstraint(
            ("report_id", "bailleur_id"),
            ("presence.daily_report.id", "presence.daily_report.bailleur_id"),
        ),
        ForeignKeyConstraint(
            ("alert_id", "bailleur_id"),
            ("presence.urgent_alert.id", "presence.urgent_alert.bailleur_id"),
        ),
        Index(None, "bailleur_id", "report_id"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("state", "attempts", "not_before", "sent_at", "message_id", "error", "since_at"),
            checks=("scheme_id",),
        )
    }
    # The title (subject of the e-mail) carries counts, never a name.
    __classes__: ClassVar = classified(
        DataClass.LANDLORD_ONLY, landlord_only=("title", "error", "message_id")
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(SmallInteger)
    report_id: Mapped[UUID | None]
    alert_id: Mapped[UUID | None]
    account_id: Mapped[UUID]
    kind: Mapped[str]
    again: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    state: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # Since when it is being tried, and the hour before which it must not leave.
    since_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    not_before: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None]
    error: Mapped[str | None]
    title: Mapped[str]


class ReportTransmission(BailleurOwned, Base):
    """How a report was sent (suivi de transmission), in numbers: what the prestataire may know."""

    __tablename__ = "report_transmission"
    __table_args__ = (
        ForeignKeyConstraint(
            ("report_id", "bailleur_id"),
            ("presence.daily_report.id", "presence.daily_report.bailleur_id"),
        ),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("recipients", "sent", "bounced", "failed", "last_at", "opened_at"),
        ),
        "prestataire": Access("S", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL)
    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    recipients: Mapped[int] = mapped_column(Integer, server_default="0")
    sent: Mapped[int] = mapped_column(Integer, server_default="0")
    bounced: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[int] = mapped_column(Integer, server_default="0")
    last_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]


class UrgentAlert(BailleurOwned, Placed, Base):
    """A grave fact told at once (alerte): who saw it first, and when."""

    __tablename__ = "urgent_alert"
    __table_args__ = (
        UniqueConstraint("bailleur_id", "intervention_id"),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="seen"),
    )
    __access__: ClassVar = {
        "bailleur": Access(
            "SIU",
            ("bailleur_id",),
            ("acknowledged_at", "acknowledged_by"),
            checks=("scheme_id",),
        ),
        "prestataire": Access("S", ("bailleur_id", "prestataire_id")),
    }
    __classes__: ClassVar = classified(DataClass.OPERATIONAL, personal=("acknowledged_by",))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    prestataire_id: Mapped[int] = mapped_column(ForeignKey("presence.organisation.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("presence.scheme.id"))
    evening_on: Mapped[date] = mapped_column(Date)
    intervention_id: Mapped[UUID]
    residence_id: Mapped[UUID]
    raised_at: Mapped[datetime] = mapped_column(server_default=text("app.now()"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
