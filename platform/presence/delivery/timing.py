"""Who wants to be told, when an e-mail may leave, when it is tried again. No database here."""

from datetime import date, datetime, time, timedelta

from presence.daily_reports.summary import Summary
from presence.daily_reports.wording import NightState
from presence.kernel.clock import PARIS, at_paris
from presence.kernel.nomenclature import ReportChoice

# After each failure, how long before the next attempt; then six hours, the last step.
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360))
# A relay that is down for a whole day is somebody's business, not one more attempt's.
GIVE_UP_AFTER = timedelta(hours=24)


def wants(rhythm: ReportChoice, summary: Summary) -> bool:
    """Whether a person with that rhythm is written to about that evening."""
    if summary.state is NightState.NO_ROUND:
        return False
    if rhythm is ReportChoice.EVENTFUL:
        return bool(summary.rows) or summary.state is NightState.MISSING
    return rhythm is ReportChoice.EACH


def wait(attempts: int) -> timedelta:
    """How long to wait after so many failures: 1, 5, 15 minutes, 1, 3, then 6 hours."""
    return STEPS[min(max(attempts, 1), len(STEPS)) - 1]


def leaves_at(instant: datetime, quiet_from: time | None, quiet_to: time | None) -> datetime:
    """The first instant from `instant` on that is outside the quiet hours (heures calmes), UTC.

    The hours are those of clocks in Paris, on the nights when they change too.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return instant
    local = instant.astimezone(PARIS)
    hour, day = local.time(), local.date()
    if quiet_from < quiet_to:
        quiet = quiet_from <= hour < quiet_to
    else:
        quiet = hour >= quiet_from or hour < quiet_to
        day += timedelta(days=hour >= quiet_from)
    return _next(instant, day, quiet_to) if quiet else instant


def _next(instant: datetime, day: date, hour: time) -> datetime:
    """The first instant at that hour of that day which is not past: one night has it twice."""
    first = at_paris(day, hour)
    return first if first > instant else at_paris(day, hour.replace(fold=1))
