"""What happened at a residence (historique): its last visits, its interventions by month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from presence.field.models import Intervention, Visit
from presence.kernel.clock import first_of_month, last_of_month
from presence.kernel.nomenclature import NotDoneReason, VisitResult
from presence.kernel.ownership import stated

MONTHS = 12
# Visits are kept by month: looking no further keeps the reading to a few of them.
_LOOKED_BACK = timedelta(days=190)


@dataclass(frozen=True)
class PastVisit:
    """A visit of one of the residence's halls."""

    entrance_id: UUID
    started_at: datetime
    result: VisitResult
    not_done_reason: NotDoneReason | None


def last_visits(
    session: Session, residence_id: UUID, until_on: date, limit: int = 3
) -> list[PastVisit]:
    """The last visits up to an evening, the newest first; made or not."""
    rows = session.execute(
        select(Visit.entrance_id, Visit.started_at, Visit.result, Visit.not_done_reason)
        .where(
            Visit.residence_id == residence_id,
            Visit.evening_on <= until_on,
            Visit.evening_on > until_on - _LOOKED_BACK,
            *stated(session, Visit),
        )
        .order_by(Visit.started_at.desc(), Visit.id)
        .limit(limit)
    )
    return [
        PastVisit(
            row.entrance_id,
            row.started_at,
            VisitResult(row.result),
            NotDoneReason(row.not_done_reason) if row.not_done_reason else None,
        )
        for row in rows
    ]


def interventions_by_month(
    session: Session, residence_id: UUID, day: date
) -> list[tuple[date, int]]:
    """The interventions of each of the twelve months that end with a day's own, in order."""
    months = [first_of_month(day)]
    while len(months) < MONTHS:
        months.insert(0, first_of_month(months[0] - timedelta(days=1)))
    month = cast(func.date_trunc("month", Intervention.evening_on), Date)
    rows = session.execute(
        select(month, func.count())
        .where(
            Intervention.residence_id == residence_id,
            Intervention.evening_on >= months[0],
            Intervention.evening_on <= last_of_month(day),
            *stated(session, Intervention),
        )
        .group_by(month)
    )
    counted = {row[0]: row[1] for row in rows}
    return [(first, counted.get(first, 0)) for first in months]
