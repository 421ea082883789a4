"""Business time: instants are UTC, evenings (soirées) are dates in Europe/Paris.

« Now » and « today » come from the database (`app.now`, `app.today`), so that a demonstration
can live in 2013; nothing here reads the machine's clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

PARIS = ZoneInfo("Europe/Paris")
# An evening begins at 17:00 and its on-call line runs past midnight: until noon, an hour belongs
# to the evening before. The same rule is `app.evening_of` in the database.
EVENING_TURNS_AT = time(12, 0)


def now(session: Session) -> datetime:
    """The business instant."""
    instant: datetime = session.execute(select(func.app.now())).scalar_one()
    return instant.astimezone(UTC)


def today(session: Session) -> date:
    """The business date in Paris."""
    day: date = session.execute(select(func.app.today())).scalar_one()
    return day


def evening_of(instant: datetime) -> date:
    """The evening that an instant belongs to."""
    local = instant.astimezone(PARIS)
    return local.date() if local.time() >= EVENING_TURNS_AT else local.date() - timedelta(days=1)


def business_instant(session: Session, real: datetime | None) -> datetime | None:
    """A real instant (a session's opening) on the business clock, shifted in a demonstration."""
    if real is None:
        return None
    clocks = session.execute(select(func.app.now(), func.statement_timestamp())).one()
    shift: timedelta = clocks[0] - clocks[1]
    return real + shift


# Until six in the morning the evening that runs is the one that began the day before.
NIGHT_ENDS_AT = time(6, 0)


def tonight(session: Session) -> date:
    """The evening of now: today's, or the one that is still running at night."""
    instant = now(session)
    still_night = instant.astimezone(PARIS).time() < NIGHT_ENDS_AT
    return evening_of(instant) if still_night else today(session)


def at_paris(day: date, hour: time) -> datetime:
    """The instant of a Paris hour on a day, in UTC; the first of the two when it comes twice."""
    return datetime.combine(day, hour, PARIS).astimezone(UTC)


def evening_instant(evening_on: date, hour: time) -> datetime:
    """The instant of an hour of an evening: before noon, it is the day after."""
    day = evening_on if hour >= EVENING_TURNS_AT else evening_on + timedelta(days=1)
    return at_paris(day, hour)


def first_of_month(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
