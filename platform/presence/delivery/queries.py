"""What was sent to whom, for the bailleur; in numbers, for the prestataire."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.daily_reports.models import DailyReport
from presence.delivery.models import ReportDelivery, ReportTransmission, UrgentAlert
from presence.kernel.nomenclature import DeliveryKind, DeliveryState
from presence.kernel.ownership import stated


@dataclass(frozen=True)
class DeliveryLine:
    """An e-mail of the bailleur's (transmission)."""

    id: UUID
    evening_on: date
    version: int
    account_id: UUID
    kind: DeliveryKind
    again: bool
    state: DeliveryState
    attempts: int
    not_before: datetime
    sent_at: datetime | None
    title: str


@dataclass(frozen=True)
class TransmissionLine:
    """A report as its prestataire follows it: numbers, never a name nor an address."""

    bailleur_id: int
    number: str
    evening_on: date
    version: int
    recipients: int
    sent: int
    bounced: int
    last_at: datetime | None
    opened_at: datetime | None

    @property
    def waiting(self) -> bool:
        """Whether somebody is still to get it."""
        return self.last_at is None or self.sent + self.bounced < self.recipients


_LINE = (
    ReportDelivery.id, ReportDelivery.evening_on, ReportDelivery.version,
    ReportDelivery.account_id, ReportDelivery.kind, ReportDelivery.again, ReportDelivery.state,
    ReportDelivery.attempts, ReportDelivery.not_before, ReportDelivery.sent_at,
    ReportDelivery.title,
)  # fmt: skip


def deliveries(
    session: Session, *, limit: int, before: tuple[date, UUID] | None = None
) -> list[DeliveryLine]:
    """The bailleur's e-mails, newest evening first."""
    query = (
        select(*_LINE)
        .where(*stated(session, ReportDelivery))
        .order_by(ReportDelivery.evening_on.desc(), ReportDelivery.id.desc())
    )
    if before is not None:
        query = query.where(
            (ReportDelivery.evening_on < before[0])
            | ((ReportDelivery.evening_on == before[0]) & (ReportDelivery.id < before[1]))
        )
    return [_line(row) for row in session.execute(query.limit(limit))]


def refused_addresses(session: Session) -> list[DeliveryLine]:
    """The e-mails that a server refused for good, newest first: each is a task."""
    query = (
        select(*_LINE)
        .where(
            ReportDelivery.state == DeliveryState.BOUNCED.value, *stated(session, ReportDelivery)
        )
        .order_by(ReportDelivery.evening_on.desc(), ReportDelivery.id.desc())
    )
    return [_line(row) for row in session.execute(query)]


def transmissions(session: Session, *, limit: int) -> list[TransmissionLine]:
    """How each report was sent, newest evening first (prestataire's context)."""
    rows = session.execute(
        select(
            DailyReport.bailleur_id,
            DailyReport.number,
            DailyReport.evening_on,
            DailyReport.version,
            ReportTransmission.recipients,
            ReportTransmission.sent,
            ReportTransmission.bounced,
            ReportTransmission.last_at,
            ReportTransmission.opened_at,
        )
        .outerjoin(
            ReportTransmission,
            (ReportTransmission.bailleur_id == DailyReport.bailleur_id)
            & (ReportTransmission.report_id == DailyReport.id),
        )
        .where(*stated(session, DailyReport))
        .order_by(DailyReport.evening_on.desc(), DailyReport.number, DailyReport.version.desc())
        .limit(limit)
    )
    return [
        TransmissionLine(*row[:4], row.recipients or 0, row.sent or 0, row.bounced or 0, *row[7:])
        for row in rows
    ]


def acknowledged(
    session: Session, intervention_ids: Collection[UUID]
) -> dict[UUID, datetime | None]:
    """When each grave fact was acknowledged; None if it was told and nobody has said so yet."""
    rows = session.execute(
        select(UrgentAlert.intervention_id, UrgentAlert.acknowledged_at).where(
            UrgentAlert.intervention_id.in_(intervention_ids), *stated(session, UrgentAlert)
        )
    )
    return {row[0]: row[1] for row in rows}


def _line(row: Any) -> DeliveryLine:
    return DeliveryLine(
        row.id,
        row.evening_on,
        row.version,
        row.account_id,
        DeliveryKind(row.kind),
        row.again > 0,
        DeliveryState(row.state),
        row.attempts,
        row.not_before,
        row.sent_at,
        row.title,
    )
