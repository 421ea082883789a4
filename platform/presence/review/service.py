"""Service fait: what a month's signed evenings make payable, evening by evening, with the proof.

Each payable visit belongs to a signed report, named with its version. A disputed line is out
until it is settled. Of what was not done, the reason says on whom it weighs: the prestataire when
time was short or nothing came in, nobody when the place was closed, in works, or unsafe.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports import sealed
from presence.daily_reports.content import Content
from presence.daily_reports.queries import ReportLine, newest_between
from presence.field.service_days import ServiceDay, service_days
from presence.kernel.clock import first_of_month, last_of_month
from presence.kernel.nomenclature import NotDoneReason, VisitResult
from presence.review.disputes import disputed_lines

# The rule of the contract: which reasons leave the visit on the prestataire's side.
ON_PRESTATAIRE = frozenset({NotDoneReason.NO_TIME, NotDoneReason.OTHER})


@dataclass(frozen=True)
class ServiceLine:
    """An evening: what counts, what does not and why, and the report that proves it."""

    evening_on: date
    visits: int
    not_done: int
    disputed: int
    first_at: datetime
    last_at: datetime
    buildings: tuple[str, ...]
    report: str | None
    report_hash: str | None

    def as_sealed(self) -> dict[str, object]:
        """The line of a certificate."""
        return {
            "evening": self.evening_on.isoformat(),
            "first_at": self.first_at.astimezone(UTC).isoformat(),
            "last_at": self.last_at.astimezone(UTC).isoformat(),
            "visits": self.visits,
            "not_done": self.not_done,
            "disputed": self.disputed,
            "buildings": list(self.buildings),
            "report": self.report,
            "report_hash": self.report_hash,
        }


@dataclass(frozen=True)
class MonthOfService:
    """A month as a statement (état du service fait): from the reports themselves."""

    month_on: date
    evenings: tuple["EveningOfService", ...]

    def total(self, name: str) -> int:
        """The sum of one of the columns."""
        return sum(getattr(line, name) for line in self.evenings)


@dataclass(frozen=True)
class EveningOfService:
    """An evening of the statement; `payable` = made, in a signed report and not disputed."""

    evening_on: date
    report_id: UUID
    number: str
    planned: int
    payable: int
    disputed: int
    excused: int
    missed: int


def service_of_month(
    session: Session, scheme_id: int, prestataire_id: int, month_on: date
) -> list[ServiceLine]:
    """The evenings that a prestataire worked in a month, with their reports (bailleur's)."""
    start, end = first_of_month(month_on), last_of_month(month_on)
    disputed = disputed_lines(session, start, end)
    known = {line.evening_on: line for line, _ in newest_between(session, scheme_id, start, end)}
    return [
        _line(day, known.get(day.evening_on))
        for day in service_days(session, scheme_id, prestataire_id, start, end, disputed)
    ]


def statement_of_month(session: Session, scheme_id: int, month_on: date) -> MonthOfService:
    """The statement of a month, read in the newest version of each report (one bailleur's)."""
    start, end = first_of_month(month_on), last_of_month(month_on)
    disputed = disputed_lines(session, start, end)
    return MonthOfService(
        start,
        tuple(
            _evening(line, sealed.read(content), disputed)
            for line, content in newest_between(session, scheme_id, start, end)
        ),
    )


def _evening(row: ReportLine, content: Content, disputed: set[UUID]) -> EveningOfService:
    counted = [visit for visit in content.visits if visit.id not in disputed]
    absent = [visit for visit in counted if visit.result is VisitResult.NOT_DONE]
    missed = [visit for visit in absent if visit.reason in ON_PRESTATAIRE]
    silent = [place for place in content.not_received if place.entrance_id not in disputed]
    return EveningOfService(
        evening_on=row.evening_on,
        report_id=row.id,
        number=row.number,
        planned=len(content.awaited),
        payable=len(counted) - len(absent),
        disputed=len(content.visits) - len(counted) + len(content.not_received) - len(silent),
        excused=len(absent) - len(missed),
        missed=len(missed) + len(silent),
    )


def _line(day: ServiceDay, report: ReportLine | None) -> ServiceLine:
    return ServiceLine(
        evening_on=day.evening_on,
        visits=day.visits,
        not_done=day.not_done,
        disputed=day.disputed,
        first_at=day.first_at,
        last_at=day.last_at,
        buildings=day.residence_codes,
        report=report.number if report else None,
        report_hash=report.content_hash if report else None,
    )
