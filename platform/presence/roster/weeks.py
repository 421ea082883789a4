"""A week of the roster, team by evening (semaine des équipes), with what is missing in words."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from presence.planning.hours import Hours, window_of
from presence.planning.stored import served_by
from presence.roster import queries
from presence.roster.queries import ShiftLine, TeamLine
from presence.roster.rules import days_of_week, monday_of
from presence.roster.staffing import Span, gaps, words


@dataclass(frozen=True)
class Cell:
    """A team on an evening; `window` is None when the scheme does not serve it."""

    team: TeamLine
    evening_on: date
    window: Span | None
    shifts: tuple[ShiftLine, ...]

    @property
    def unfit(self) -> tuple[ShiftLine, ...]:
        """The shifts of people who may not walk: a card that expired since, a departure."""
        return tuple(line for line in self.shifts if not line.is_walkable)

    @property
    def is_complete(self) -> bool:
        """Whether two agents are there at every moment of the service."""
        return self.window is None or not gaps(self._stints(), self.window)

    @property
    def words(self) -> str:
        """« complète », « 1 agent sur 2 », « personne »."""
        if self.window is None:
            return "pas de service"
        return words(gaps(self._stints(), self.window), self.window)

    def _stints(self) -> list[Span]:
        return [line.span for line in self.shifts if line.is_walkable]


@dataclass(frozen=True)
class Row:
    """A team and its seven evenings."""

    team: TeamLine
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Week:
    """The teams of a scheme over a week that begins on a Monday."""

    monday: date
    hours: dict[date, Hours | None]
    rows: tuple[Row, ...]

    @property
    def days(self) -> list[date]:
        """Its evenings."""
        return list(self.hours)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is planned yet."""
        return not any(cell.shifts for row in self.rows for cell in row.cells)

    def missing_from(self, day: date) -> list[Cell]:
        """The incomplete evenings from a day on: what is still to be filled."""
        cells = (cell for row in self.rows for cell in row.cells)
        return [cell for cell in cells if cell.evening_on >= day and not cell.is_complete]


def week_of(session: Session, scheme_id: int, day: date) -> Week:
    """The week of a day: the teams that are there, and those that walked that week."""
    days = days_of_week(monday_of(day))
    served = served_by(session, scheme_id)
    hours = {evening_on: served(evening_on) for evening_on in days}
    lines = queries.shifts_between(session, scheme_id, days[0], days[-1])
    teams = {team.id: team for team in queries.teams(session, scheme_id)}
    teams |= {line.team.id: line.team for line in lines}
    return Week(
        days[0],
        hours,
        tuple(
            Row(team, tuple(_cell(team, day, hours[day], lines) for day in days))
            for team in sorted(teams.values(), key=queries.team_order)
        ),
    )


def _cell(team: TeamLine, evening_on: date, hours: Hours | None, lines: list[ShiftLine]) -> Cell:
    own = (line for line in lines if (line.team.id, line.evening_on) == (team.id, evening_on))
    window = window_of(hours, evening_on) if hours is not None else None
    return Cell(team, evening_on, window, tuple(own))
