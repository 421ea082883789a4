"""What the list of reports says: a bailleur's month, or one evening of the prestataire's."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.queries import ReportLine, newest_between
from presence.daily_reports.summary import Summary, summarise
from presence.kernel.clock import last_of_month, today
from presence.planning.stored import served_by
from presence.review.codes import VisaDecision
from presence.review.deadlines import Punctuality, deadline, exceptions, punctuality
from presence.review.disputes import disputes
from presence.review.records import DisputeLine, ExceptionLine
from presence.review.service import MonthOfService, statement_of_month
from presence.review.visas import visas_of
from tenants.scheme import contracts


@dataclass(frozen=True)
class ListedReport:
    """A report in a list; `told` None: nothing came, the evening is not received."""

    evening_on: date
    bailleur: str
    line: ReportLine | None
    told: Summary | None
    visa: str
    disputed: int
    late: bool


@dataclass(frozen=True)
class MonthOfReports:
    """A month of a bailleur's reports, with what is owed of it."""

    month_on: date
    lines: tuple[ListedReport, ...]
    punctuality: Punctuality
    service: MonthOfService
    unsettled: tuple[DisputeLine, ...]
    exceptions: tuple[ExceptionLine, ...]


def list_of_month(session: Session, scheme_id: int, month_on: date) -> MonthOfReports:
    """A bailleur's month, the newest evening first."""
    end = last_of_month(month_on)
    known = newest_between(session, scheme_id, month_on, end)
    lines = _listed(session, scheme_id, known)
    held = {line.evening_on for line in lines}
    lines += [
        ListedReport(day, "", None, None, "—", 0, late=True)
        for day in _evenings_over(session, scheme_id, month_on, end)
        if day not in held
    ]
    return MonthOfReports(
        month_on,
        tuple(sorted(lines, key=lambda line: line.evening_on, reverse=True)),
        punctuality(session, month_on),
        statement_of_month(session, scheme_id, month_on),
        tuple(disputes(session, scheme_id=scheme_id, unsettled=True)),
        tuple(exceptions(session)),
    )


def list_of_evening(session: Session, scheme_id: int, evening_on: date) -> list[ListedReport]:
    """The reports of one evening, as the prestataire follows them, by bailleur."""
    found = _listed(session, scheme_id, newest_between(session, scheme_id, evening_on, evening_on))
    return sorted(found, key=lambda line: line.bailleur)


def _listed(
    session: Session, scheme_id: int, known: list[tuple[ReportLine, bytes]]
) -> list[ListedReport]:
    names = {contract.bailleur_id: contract.bailleur_name for contract in contracts(session)}
    visas = visas_of(session, [line.id for line, _ in known])
    disputed = Counter(
        (item.bailleur_id, item.evening_on)
        for item in disputes(session, scheme_id=scheme_id, unsettled=True)
    )
    return [
        ListedReport(
            line.evening_on,
            names.get(line.bailleur_id, ""),
            line,
            summarise(sealed.read(content)),
            _visa(visas, line.id),
            disputed[line.bailleur_id, line.evening_on],
            late=line.signed_at > deadline(line.evening_on),
        )
        for line, content in known
    ]


def _visa(visas: dict[UUID, VisaDecision], report_id: UUID) -> str:
    decision = visas.get(report_id)
    return decision.label if decision else "À viser"


def _evenings_over(session: Session, scheme_id: int, start: date, end: date) -> list[date]:
    """The evenings of a period that were served under a contract and are over."""
    served = served_by(session, scheme_id)
    signed = [item for item in contracts(session) if item.scheme_id == scheme_id]
    last = min(end, today(session) - timedelta(days=1))
    days = (start + timedelta(days=n) for n in range((last - start).days + 1))
    return [day for day in days if served(day) and any(day in item.valid_during for item in signed)]
