"""Service hours (plages de service): from when to when the agents walk, by season. Pure.

A window belongs to the evening on which it opens, and may end past midnight (15 h–minuit,
19 h–1 h). The first season that covers a day gives its hours, then the usual ones. Public
holidays: Code du travail, art. L3133-1; and L3134-13 for Alsace and Moselle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from holidays import country_holidays

from presence.kernel.clock import EVENING_TURNS_AT, evening_instant
from presence.kernel.errors import Invalid
from presence.kernel.formats import long_date
from presence.kernel.nomenclature import Coded

SUNDAY = 7
EVERY_DAY = frozenset(range(1, 8))
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
# The départements that keep two local holidays, and the name of their calendar in the library.
ALSACE_MOSELLE = {"57": "57", "67": "6AE", "68": "6AE"}
# Any leap year: it holds every day and month that a season may name.
LEAP_YEAR = 2024

MonthDay = tuple[int, int]


class HolidayService(Coded):
    """What public holidays change (jours fériés)."""

    SERVED = "served", "Comme les autres jours"
    NOT_SERVED = "not_served", "Pas de service"
    AS_SUNDAY = "as_sunday", "Comme le dimanche"


@dataclass(frozen=True)
class Hours:
    """An opening and a closing of one evening; a closing before noon is the day after."""

    opens_at: time
    closes_at: time

    def __post_init__(self) -> None:
        """An evening goes from noon to noon: so do its hours."""
        if self.opens_at < EVENING_TURNS_AT:
            message = "Le service ouvre à midi au plus tôt : choisissez une heure d'après-midi."
            raise Invalid("opens_at", message)
        if EVENING_TURNS_AT <= self.closes_at <= self.opens_at:
            message = (
                "Le service ferme après son ouverture et avant midi le lendemain : "
                "corrigez l'heure de fermeture."
            )
            raise Invalid("closes_at", message)


@dataclass(frozen=True)
class SeasonRule:
    """Hours of a season, given by months or by days that may pass new year; None: not served.

    With neither, the whole year; without weekdays, those of the grid.
    """

    hours: Hours | None
    months: frozenset[int] = frozenset()
    between: tuple[MonthDay, MonthDay] | None = None
    weekdays: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """One way of saying the season, and days that exist."""
        if self.months and self.between:
            message = "Une saison se donne par ses mois ou par ses dates : gardez l'un des deux."
            raise Invalid("months", message)
        for month, day in self.between or ():
            try:
                date(LEAP_YEAR, month, day)
            except ValueError:
                message = f"Le {day:02d}/{month:02d} n'existe pas : corrigez la date de la saison."
                raise Invalid("between", message) from None

    def covers(self, day: date) -> bool:
        """Whether a day is in the season."""
        if self.between is None:
            return not self.months or day.month in self.months
        first, last = self.between
        here = (day.month, day.day)
        return first <= here <= last if first <= last else here >= first or here <= last


@dataclass(frozen=True)
class Grid:
    """Service hours of a scheme: the usual ones, the seasons in order, the public holidays."""

    default: Hours
    weekdays: frozenset[int] = EVERY_DAY
    rules: tuple[SeasonRule, ...] = ()
    holidays: HolidayService = HolidayService.SERVED
    department: str | None = None

    def __post_init__(self) -> None:
        """Somebody walks on some day."""
        if not self.weekdays:
            raise Invalid("weekdays", "Choisissez au moins un jour de service.")


def hours_on(grid: Grid, day: date) -> Hours | None:
    """The hours of an evening; None when it is not served."""
    weekday = day.isoweekday()
    if grid.holidays != HolidayService.SERVED and is_holiday(day, grid.department):
        if grid.holidays == HolidayService.NOT_SERVED:
            return None
        weekday = SUNDAY
    rule = _rule_on(grid, day, weekday)
    if rule is not None:
        return rule.hours
    return grid.default if weekday in grid.weekdays else None


def window_of(hours: Hours, evening_on: date) -> tuple[datetime, datetime]:
    """The instants, in UTC, between which an evening is served."""
    return (
        evening_instant(evening_on, hours.opens_at),
        evening_instant(evening_on, hours.closes_at),
    )


def is_holiday(day: date, department: str | None = None) -> bool:
    """Whether a day is a public holiday (jour férié), in France or in a département."""
    return day in _holidays(day.year, ALSACE_MOSELLE.get(department or ""))


def evening_order(hour: time) -> tuple[bool, time]:
    """Sorts the hours of an evening: those after midnight come last."""
    return hour < EVENING_TURNS_AT, hour


def describe(grid: Grid) -> list[str]:
    """The grid in French, one sentence a rule, the usual hours first."""
    usual = [f"{_days(grid.weekdays)} {_span(grid.default)}"] if _default_serves(grid) else []
    # The days are said once: by the usual hours, or by each season when they never apply.
    unsaid = frozenset() if usual or grid.weekdays == EVERY_DAY else grid.weekdays
    sentences = usual + [_season_sentence(rule, rule.weekdays or unsaid) for rule in grid.rules]
    local = " (avec ceux d'Alsace-Moselle)" if grid.department in ALSACE_MOSELLE else ""
    sentences.append(f"Jours fériés{local} : {_lower(grid.holidays.label)}")
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]


@cache
def _holidays(year: int, subdivision: str | None) -> frozenset[date]:
    return frozenset(country_holidays("FR", subdiv=subdivision, years=year))


def _rule_on(grid: Grid, day: date, weekday: int) -> SeasonRule | None:
    fits = (
        rule
        for rule in grid.rules
        if rule.covers(day) and weekday in (rule.weekdays or grid.weekdays)
    )
    return next(fits, None)


def _default_serves(grid: Grid) -> bool:
    """Whether the seasons leave any evening to the usual hours."""
    start = date(LEAP_YEAR, 1, 1).toordinal()
    days = [date.fromordinal(start + n) for n in range(366)]
    return any(_rule_on(grid, day, weekday) is None for day in days for weekday in grid.weekdays)


def _season_sentence(rule: SeasonRule, weekdays: frozenset[int]) -> str:
    parts = [_season(rule), _days(weekdays) if weekdays else ""]
    when = ", ".join(part for part in parts if part) or "toute l'année"
    return f"{when} : {_span(rule.hours) if rule.hours else 'pas de service'}"


def _season(rule: SeasonRule) -> str:
    if rule.between:
        first, last = (
            long_date(date(LEAP_YEAR, month, day), weekday=False, year=False)
            for month, day in rule.between
        )
        (month, start), (last_month, end) = rule.between
        same = month == last_month and start <= end
        return f"du {first.split()[0] if same else first} au {last}"
    if len(rule.months) in (0, len(MONTHS)):
        return ""
    ends = _ends(rule.months, len(MONTHS))
    if ends is None or len(rule.months) == 1:
        return "en " + _listed([MONTHS[month - 1] for month in sorted(rule.months)])
    first, last = (MONTHS[month - 1] for month in ends)
    of = "d'" if first[0] in "ao" else "de "
    return f"{of}{first} à {last}"


def _days(weekdays: frozenset[int]) -> str:
    if weekdays == EVERY_DAY:
        return "tous les jours"
    names = [WEEKDAYS[weekday - 1] for weekday in sorted(weekdays)]
    ends = _ends(weekdays, len(WEEKDAYS))
    if ends is None or len(weekdays) < 3:
        return f"{'le' if len(names) == 1 else 'les'} {_listed(names)}"
    first, last = (WEEKDAYS[weekday - 1] for weekday in ends)
    return f"du {first} au {last}"


def _ends(values: frozenset[int], size: int) -> tuple[int, int] | None:
    """The first and the last of numbers that follow each other round a circle, else None."""
    starts = [value for value in values if (value - 2) % size + 1 not in values]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(values) - 2) % size + 1


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} et {names[-1]}" if len(names) > 1 else names[0]


def _span(hours: Hours) -> str:
    return f"de {_hour(hours.opens_at)} à {_hour(hours.closes_at)}"


def _hour(hour: time) -> str:
    named = {time(0): "minuit", time(12): "midi"}
    minutes = f"\u00a0{hour.minute:02d}" if hour.minute else ""
    return named.get(hour, f"{hour.hour}\u00a0h{minutes}")


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
