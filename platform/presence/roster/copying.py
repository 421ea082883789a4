"""Copy the week before in one click (reprendre la semaine dernière): what can be, and why not."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from presence.kernel.clock import PARIS, evening_instant
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.formats import count, long_date
from presence.planning.hours import window_of
from presence.roster import queries
from presence.roster.queries import ShiftLine
from presence.roster.rules import DAYS, days_of_week, monday_of
from presence.roster.shifts import (
    Ground,
    ground_of,
    inside,
    refuse_overlap,
    refuse_unfit,
    stands,
    write_shift,
)
from presence.roster.staffing import Span


@dataclass(frozen=True)
class Copied:
    """What copying a week made, what was there already, what was left, and every reason once."""

    made: int
    already: int
    left: int
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """« 12 vacations reprises, 2 y étaient déjà, 1 laissée. »."""
        parts = [count(self.made, "vacation reprise", "vacations reprises")]
        if self.already:
            parts.append(f"{self.already} y {'était' if self.already == 1 else 'étaient'} déjà")
        if self.left:
            parts.append(count(self.left, "laissée", "laissées"))
        return ", ".join(parts) + "."


def repeat_last_week(session: Session, scheme_id: int, day: date) -> Copied:
    """Copy the week before a day's own, evening by evening; what cannot be is left, with why."""
    monday = monday_of(day)
    week = timedelta(days=DAYS)
    former = queries.shifts_between(session, scheme_id, monday - week, monday - timedelta(days=1))
    here = queries.shifts_between(session, scheme_id, monday, days_of_week(monday)[-1])
    there = {(line.team.id, line.agent.id, line.evening_on) for line in here}
    wanted = [
        line
        for line in former
        if (line.team.id, line.agent.id, line.evening_on + week) not in there
    ]
    ground = ground_of(session, scheme_id)
    reasons: list[str] = []
    for line in wanted:
        try:
            _copy(session, ground, line, line.evening_on + week)
        except (Invalid, Conflict) as error:
            reasons.append(error.message)
    return Copied(
        made=len(wanted) - len(reasons),
        already=len(former) - len(wanted),
        left=len(reasons),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _copy(session: Session, ground: Ground, line: ShiftLine, evening_on: date) -> None:
    if evening_on < ground.today:
        raise Invalid("evening", f"La soirée du {long_date(evening_on)} est passée.")
    if not stands(line.team, evening_on):
        raise Invalid("team_id", f"L'équipe « {line.team.name} » n'existe plus.")
    span = _moved(ground, line, evening_on, ground.window(evening_on))
    refuse_unfit(line.agent, evening_on, ground.today)
    refuse_overlap(session, line.agent, span, evening_on)
    write_shift(session, uuid4(), line.team, line.agent, (evening_on, span))


def _moved(ground: Ground, line: ShiftLine, evening_on: date, window: Span) -> Span:
    """The whole service if it was the whole service, else the same hours on the clock."""
    former = ground.served(line.evening_on)
    if former is not None and line.span == window_of(former, line.evening_on):
        return window
    begun, ended = (at.astimezone(PARIS).time() for at in line.span)
    return inside((evening_instant(evening_on, begun), evening_instant(evening_on, ended)), window)
