"""Sealed reports, as the context may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from presence.daily_reports.models import DailyReport
from presence.field.models import EveningClosure
from presence.kernel.ownership import stated


@dataclass(frozen=True)
class ReportLine:
    """A report without its content."""

    id: UUID
    number: str
    evening_on: date
    version: int
    signed_at: datetime
    signer: str
    content_hash: str
    bailleur_id: int
    scheme_id: int
    sealed_at: datetime
    cause: str | None


_LINE = (
    DailyReport.id, DailyReport.number, DailyReport.evening_on, DailyReport.version,
    DailyReport.signed_at, DailyReport.signer, DailyReport.content_hash, DailyReport.bailleur_id,
    DailyReport.scheme_id, DailyReport.sealed_at, DailyReport.cause,
)  # fmt: skip


def _line(row: Row[*tuple[Any, ...]]) -> ReportLine:
    told = row._asdict()
    return ReportLine(**{column.key: told[column.key] for column in _LINE})


def report_of_evening(
    session: Session, evening_on: date, scheme_id: int, bailleur_id: int
) -> ReportLine | None:
    """The newest version of a bailleur's report of an evening, None if there is none."""
    row = session.execute(
        select(*_LINE)
        .where(
            DailyReport.bailleur_id == bailleur_id,
            DailyReport.evening_on == evening_on,
            DailyReport.scheme_id == scheme_id,
        )
        .order_by(DailyReport.version.desc())
        .limit(1)
    ).one_or_none()
    return _line(row) if row else None


def reports(
    session: Session, *, limit: int, before: tuple[date, UUID] | None = None
) -> list[ReportLine]:
    """Reports, newest evening first."""
    query = (
        select(*_LINE)
        .where(*stated(session, DailyReport))
        .order_by(DailyReport.evening_on.desc(), DailyReport.id.desc())
    )
    if before is not None:
        query = query.where(
            (DailyReport.evening_on < before[0])
            | ((DailyReport.evening_on == before[0]) & (DailyReport.id < before[1]))
        )
    return [_line(row) for row in session.execute(query.limit(limit))]


def report_content(session: Session, report_id: UUID) -> tuple[ReportLine, bytes] | None:
    """A report and its sealed bytes, None if it is another's or does not exist."""
    row = session.execute(
        select(*_LINE, DailyReport.content).where(
            DailyReport.id == report_id, *stated(session, DailyReport)
        )
    ).one_or_none()
    return (_line(row), row.content) if row else None


def report_by_hash(session: Session, sha256: str) -> ReportLine | None:
    """The report whose sealed bytes have this hash, None if no such one is readable."""
    row = session.execute(
        select(*_LINE)
        .where(DailyReport.content_hash == sha256, *stated(session, DailyReport))
        .limit(1)
    ).one_or_none()
    return _line(row) if row else None


def reports_by_number(session: Session, number: str) -> list[ReportLine]:
    """The readable reports of a number; a bailleur of two schemes may have two."""
    rows = session.execute(
        select(*_LINE).where(DailyReport.number == number, *stated(session, DailyReport))
    )
    return [_line(row) for row in rows]


def newest_version(session: Session, report_id: UUID) -> ReportLine | None:
    """The version that stands for a report's evening, None if the report is not readable."""
    asked = aliased(DailyReport)
    row = session.execute(
        select(*_LINE)
        .join(
            asked,
            (asked.bailleur_id == DailyReport.bailleur_id)
            & (asked.scheme_id == DailyReport.scheme_id)
            & (asked.evening_on == DailyReport.evening_on),
        )
        .where(asked.id == report_id, *stated(session, asked), *stated(session, DailyReport))
        .order_by(DailyReport.version.desc())
        .limit(1)
    ).one_or_none()
    return _line(row) if row else None


def versions_of(session: Session, report_id: UUID) -> list[ReportLine]:
    """Every version of a report's evening, the newest first; none if it is not readable."""
    asked = aliased(DailyReport)
    rows = session.execute(
        select(*_LINE)
        .join(
            asked,
            (asked.bailleur_id == DailyReport.bailleur_id)
            & (asked.scheme_id == DailyReport.scheme_id)
            & (asked.evening_on == DailyReport.evening_on),
        )
        .where(asked.id == report_id, *stated(session, asked), *stated(session, DailyReport))
        .order_by(DailyReport.version.desc())
    )
    return [_line(row) for row in rows]


def newest_between(
    session: Session, scheme_id: int, start: date, end: date
) -> list[tuple[ReportLine, bytes]]:
    """The newest version of each report between two evenings, both included, with its bytes."""
    rows = session.execute(
        select(*_LINE, DailyReport.content)
        .where(
            DailyReport.scheme_id == scheme_id,
            DailyReport.evening_on >= start,
            DailyReport.evening_on <= end,
            *stated(session, DailyReport),
        )
        .ext(distinct_on(DailyReport.bailleur_id, DailyReport.evening_on))
        .order_by(DailyReport.bailleur_id, DailyReport.evening_on, DailyReport.version.desc())
    )
    return [(_line(row), row.content) for row in rows]


def closures(
    session: Session, *, limit: int, before: tuple[date, UUID] | None = None
) -> list[EveningClosure]:
    """The prestataire's closures, newest evening first."""
    query = select(EveningClosure).order_by(
        EveningClosure.evening_on.desc(), EveningClosure.id.desc()
    )
    if before is not None:
        query = query.where(
            (EveningClosure.evening_on < before[0])
            | ((EveningClosure.evening_on == before[0]) & (EveningClosure.id < before[1]))
        )
    return list(session.scalars(query.limit(limit)))


def last_sealed_evening(session: Session) -> date | None:
    """The last evening that a report of the bailleur's is sealed for."""
    return session.scalar(
        select(func.max(DailyReport.evening_on)).where(*stated(session, DailyReport))
    )
