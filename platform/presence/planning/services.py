"""Fix how often a place is to be visited (fréquence recommandée), and a scheme's hours."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.errors import Invalid, NotFound
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.coverage import refuse_past
from presence.planning.frequency import Frequency, check
from presence.planning.hours import Grid, hours_on
from presence.planning.models import VisitFrequency
from presence.planning.stored import (
    frequency_of_row,
    frequency_to_json,
    frequency_values,
    season_to_json,
    served_by,
)
from tenants.models import Scheme, ServiceWindow
from tenants.scheme import windows

# Evenings that a window's rules close are worked out so far ahead: longer than any convention.
YEARS_AHEAD = 10


def set_frequency(
    session: Session,
    residence_id: UUID,
    frequency: Frequency,
    *,
    from_on: date,
    entrance_id: UUID | None = None,
) -> VisitFrequency:
    """Set how often a residence, or one of its halls, is visited; the former ends the day before.

    The first frequency may look back; a change may not: evenings that began are not rewritten.
    """
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    if entrance_id is not None:
        hall = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
        if hall is None or hall.residence_id != residence_id:
            raise Invalid("entrance_id", "Hall inconnu dans cette résidence.")
    if place.scheme_id is not None:
        check(frequency, served_by(session, place.scheme_id), from_on=from_on)
    _close_former(session, residence_id, entrance_id, from_on)
    made = VisitFrequency(
        bailleur_id=place.bailleur_id,
        id=uuid4(),
        residence_id=residence_id,
        entrance_id=entrance_id,
        scheme_id=place.scheme_id,
        valid_during=Range(from_on, None),
        **frequency_values(frequency),
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "frequency.set", entrance_id or residence_id, bailleur_id=place.bailleur_id,
        from_on=str(from_on), rule=frequency_to_json(frequency),
    )  # fmt: skip
    return made


def frequency_of(session: Session, residence_id: UUID, day: date) -> Frequency | None:
    """A residence's own frequency, as in force on a day."""
    row = session.scalar(
        select(VisitFrequency).where(
            VisitFrequency.residence_id == residence_id,
            VisitFrequency.entrance_id.is_(None),
            VisitFrequency.valid_during.contains(day),
        )
    )
    return frequency_of_row(row) if row is not None else None


def fix_hours(session: Session, scheme: Scheme, grid: Grid, *, from_on: date) -> ServiceWindow:
    """Fix a scheme's service hours from a date (operator); the former ones end the day before."""
    for former in windows(session, scheme.id):
        start, end = former.valid_during.lower, former.valid_during.upper
        if start is not None and start >= from_on:
            message = f"Des horaires sont déjà fixés à partir du {start:%d/%m/%Y}."
            raise Invalid("from_on", message)
        if end is None or end > from_on:
            former.valid_during = Range(start, from_on)
    # The former window must be cut before the new one is checked against it.
    session.flush()
    made = ServiceWindow(
        scheme_id=scheme.id,
        id=uuid4(),
        opens_at=grid.default.opens_at,
        closes_at=grid.default.closes_at,
        weekdays=sorted(grid.weekdays),
        rules=[season_to_json(rule) for rule in grid.rules],
        holidays=grid.holidays.value,
        department=grid.department,
        unserved_on=_unserved(grid, from_on),
        valid_during=Range(from_on, None),
    )
    session.add(made)
    session.flush()
    audit.record(session, "hours.fixed", scheme.public_id, from_on=str(from_on))
    return made


def _unserved(grid: Grid, from_on: date) -> list[date]:
    """Evenings of the usual weekdays that a season or a holiday takes out."""
    last = from_on.replace(year=from_on.year + YEARS_AHEAD, day=1)
    days = (from_on + timedelta(days=n) for n in range((last - from_on).days))
    return [
        day for day in days if day.isoweekday() in grid.weekdays and hours_on(grid, day) is None
    ]


def _close_former(
    session: Session, residence_id: UUID, entrance_id: UUID | None, from_on: date
) -> None:
    same_place = (
        VisitFrequency.entrance_id.is_(None)
        if entrance_id is None
        else VisitFrequency.entrance_id == entrance_id
    )
    rows = session.scalars(
        select(VisitFrequency).where(VisitFrequency.residence_id == residence_id, same_place)
    ).all()
    live = [row for row in rows if not row.valid_during.isempty]
    if live:
        refuse_past(session, from_on, "from_on")
    for row in live:
        start, end = row.valid_during.lower, row.valid_during.upper
        if start is not None and start > from_on:
            message = f"Une fréquence est déjà fixée à partir du {start:%d/%m/%Y}."
            raise Invalid("from_on", message)
        if end is None or end > from_on:
            # What was foreseen from the same day and never began is replaced.
            row.valid_during = Range(start, from_on) if start != from_on else Range(empty=True)
    # The former period must be cut before the new one is checked against it.
    session.flush()
