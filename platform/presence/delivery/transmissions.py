"""How each report was sent, in numbers (suivi de transmission): the prestataire reads no more."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.daily_reports.models import DailyReport
from presence.delivery.models import ReportDelivery, ReportTransmission
from presence.kernel.nomenclature import DeliveryState
from presence.kernel.ownership import stated
from tenants.database import context_of


def count_again(session: Session, report_id: UUID) -> None:
    """Count a report's e-mails again (bailleur's context)."""
    _hold(session, report_id)
    rows = session.execute(
        select(
            ReportDelivery.state,
            func.count(ReportDelivery.account_id.distinct()),
            func.max(ReportDelivery.sent_at),
        )
        .where(ReportDelivery.report_id == report_id, *stated(session, ReportDelivery))
        .group_by(ReportDelivery.state)
    ).all()
    counts = {DeliveryState(row[0]): row[1] for row in rows}
    recipients = session.scalar(
        select(func.count(ReportDelivery.account_id.distinct())).where(
            ReportDelivery.report_id == report_id, *stated(session, ReportDelivery)
        )
    )
    _update(
        session,
        report_id,
        recipients=recipients,
        sent=counts.get(DeliveryState.SENT, 0),
        bounced=counts.get(DeliveryState.BOUNCED, 0),
        failed=counts.get(DeliveryState.FAILED, 0),
        last_at=max((row[2] for row in rows if row[2] is not None), default=None),
    )


def count_letters(session: Session, delivery_ids: Collection[UUID]) -> None:
    """Count again the reports that some letters were about, once a batch has left."""
    reports = session.scalars(
        select(ReportDelivery.report_id)
        .where(
            ReportDelivery.id.in_(delivery_ids),
            ReportDelivery.report_id.is_not(None),
            *stated(session, ReportDelivery),
        )
        .distinct()
    )
    # In one order everywhere: two batches wait for each other, never both.
    for report_id in sorted(found for found in reports if found is not None):
        count_again(session, report_id)


def mark_opened(session: Session, report_id: UUID) -> None:
    """Remember that somebody of the bailleur has opened a report; the first time counts."""
    _hold(session, report_id)
    _update(
        session,
        report_id,
        opened_at=func.coalesce(ReportTransmission.opened_at, func.app.now()),
    )


def _hold(session: Session, report_id: UUID) -> None:
    """Make the report's line if it is not there, and lock it: counts never cross."""
    own_id = context_of(session).own_id
    session.execute(
        insert(ReportTransmission)
        .from_select(
            ["report_id", "prestataire_id", "bailleur_id"],
            select(DailyReport.id, DailyReport.prestataire_id, DailyReport.bailleur_id).where(
                DailyReport.id == report_id, DailyReport.bailleur_id == own_id
            ),
        )
        .on_conflict_do_nothing()
    )
    session.execute(
        select(ReportTransmission.report_id)
        .where(ReportTransmission.report_id == report_id, *stated(session, ReportTransmission))
        .with_for_update()
    )


def _update(session: Session, report_id: UUID, **values: object) -> None:
    session.execute(
        update(ReportTransmission)
        .where(ReportTransmission.report_id == report_id, *stated(session, ReportTransmission))
        .values(**values)
    )
