"""Visa of the bailleur on a report; its silence past the delay is recorded as such, not as yes.

The prestataire signs, the bailleur approves: nobody approves their own. A version that replaces
another is given its own visa, and its own delay.
"""

from collections.abc import Collection
from datetime import date, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.daily_reports.models import DailyReport
from presence.daily_reports.queries import ReportLine
from presence.daily_reports.services import newest
from presence.kernel import outbox
from presence.kernel.clock import at_paris, today
from presence.kernel.errors import Conflict, NotFound
from presence.kernel.formats import paris_date
from presence.kernel.ownership import stated
from presence.review.codes import DisputeState, VisaDecision
from presence.review.models import Dispute, ReportVisa
from presence.review.records import VisaLine
from tenants.database import context_of
from tenants.scheme import contracts


def give_visa(session: Session, report_id: UUID) -> ReportVisa:
    """Accept a report's newest version (bailleur's context), once.

    Raises `NotFound`, or `Conflict` when it was replaced or a line of it is still disputed.
    """
    report = session.scalar(
        select(DailyReport).where(DailyReport.id == report_id, *stated(session, DailyReport))
    )
    if report is None:
        raise NotFound
    known = _visa(session, report_id)
    if known is not None and known.decision == VisaDecision.ACCEPTED.value:
        return known
    last = newest(session, report.scheme_id, report.evening_on)
    if last is None or last.id != report.id:
        raise Conflict("Ce rapport a été remplacé : visez sa version en vigueur.")
    if known is not None:
        raise Conflict("Le délai de visa est passé : votre silence est déjà noté.")
    if _disputed(session, report.scheme_id, report.evening_on):
        raise Conflict("Une ligne est contestée : réglez la contestation avant de viser.")
    row = ReportVisa(
        id=uuid4(),
        bailleur_id=report.bailleur_id,
        prestataire_id=report.prestataire_id,
        scheme_id=report.scheme_id,
        report_id=report.id,
        evening_on=report.evening_on,
        decision=VisaDecision.ACCEPTED.value,
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    audit.record(session, "visa.given", report.id, bailleur_id=report.bailleur_id)
    return row


def visa_of(session: Session, report_id: UUID) -> VisaLine | None:
    """The visa of a version, None while it waits."""
    row = _visa(session, report_id)
    return VisaLine(VisaDecision(row.decision), row.given_at, row.account_id) if row else None


def _visa(session: Session, report_id: UUID) -> ReportVisa | None:
    return session.scalar(
        select(ReportVisa).where(ReportVisa.report_id == report_id, *stated(session, ReportVisa))
    )


def visas_of(session: Session, report_ids: Collection[UUID]) -> dict[UUID, VisaDecision]:
    """The visas of several versions; those that wait are absent."""
    rows = session.execute(
        select(ReportVisa.report_id, ReportVisa.decision).where(
            ReportVisa.report_id.in_(report_ids), *stated(session, ReportVisa)
        )
    )
    return {row.report_id: VisaDecision(row.decision) for row in rows}


def visa_due_on(session: Session, report: ReportLine) -> date:
    """The last day to accept or dispute a version (bailleur's or prestataire's context)."""
    days = next(
        (
            contract.visa_days
            for contract in contracts(session)
            if contract.scheme_id == report.scheme_id
            and contract.bailleur_id == report.bailleur_id
            and report.evening_on in contract.valid_during
        ),
        DEFAULT_DAYS,
    )
    return paris_date(report.sealed_at) + timedelta(days=days)


# What a contract says when it says nothing (column `contract.visa_days`).
DEFAULT_DAYS = 5


def announce_delays(session: Session) -> int:
    """Announce each running contract once a day (operator's context): how many."""
    day = today(session)
    running = [contract for contract in contracts(session) if day in contract.valid_during]
    for contract in running:
        outbox.announce(
            session,
            "review.delay_over",
            contract=contract.id,
            bailleur_id=contract.bailleur_id,
            prestataire_id=contract.prestataire_id,
            scheme_id=contract.scheme_id,
            days=contract.visa_days,
            on=day,
        )
    return len(running)


def record_silence(session: Session, prestataire_id: int, scheme_id: int, days: int) -> int:
    """Record the silence on reports older than the delay (bailleur's context): how many.

    Newest versions only, without a visa and without an open dispute; run twice, recorded once.
    """
    bailleur_id = context_of(session).own_id
    limit = today(session) - timedelta(days=days)
    later = select(DailyReport.bailleur_id, DailyReport.scheme_id, DailyReport.evening_on,
                   func.max(DailyReport.version).label("version")).where(
        DailyReport.bailleur_id == bailleur_id
    ).group_by(
        DailyReport.bailleur_id, DailyReport.scheme_id, DailyReport.evening_on
    ).subquery()  # fmt: skip
    waiting = (
        select(
            func.gen_random_uuid(), DailyReport.bailleur_id, DailyReport.prestataire_id,
            DailyReport.scheme_id, DailyReport.id, DailyReport.evening_on,
            literal(VisaDecision.SILENT.value),
        )
        .join(
            later,
            (later.c.scheme_id == DailyReport.scheme_id)
            & (later.c.evening_on == DailyReport.evening_on)
            & (later.c.version == DailyReport.version),
        )
        .where(
            DailyReport.bailleur_id == bailleur_id,
            DailyReport.prestataire_id == prestataire_id,
            DailyReport.scheme_id == scheme_id,
            DailyReport.sealed_at < at_paris(limit, time(0, 0)),
            ~select(ReportVisa.id)
            .where(
                ReportVisa.bailleur_id == bailleur_id, ReportVisa.report_id == DailyReport.id
            )
            .exists(),
            ~select(Dispute.id)
            .where(
                Dispute.bailleur_id == bailleur_id,
                Dispute.scheme_id == DailyReport.scheme_id,
                Dispute.evening_on == DailyReport.evening_on,
                Dispute.state != DisputeState.SETTLED.value,
            )
            .exists(),
        )
    )  # fmt: skip
    columns = [
        "id", "bailleur_id", "prestataire_id", "scheme_id", "report_id", "evening_on", "decision",
    ]  # fmt: skip
    recorded = session.execute(
        insert(ReportVisa).from_select(columns, waiting).returning(ReportVisa.id)
    )
    return len(recorded.all())


def _disputed(session: Session, scheme_id: int, evening_on: date) -> bool:
    return (
        session.scalar(
            select(func.count())
            .select_from(Dispute)
            .where(
                Dispute.scheme_id == scheme_id,
                Dispute.evening_on == evening_on,
                Dispute.state != DisputeState.SETTLED.value,
                *stated(session, Dispute),
            )
        )
        or 0
    ) > 0
