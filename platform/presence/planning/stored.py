"""Frequencies and service windows between their rows, JSON and the pure rules."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from presence.kernel.nomenclature import FrequencyPeriod, StopOrder
from presence.planning.frequency import Frequency
from presence.planning.hours import (
    EVERY_DAY,
    Grid,
    HolidayService,
    Hours,
    SeasonRule,
    hours_on,
)
from presence.planning.models import VisitFrequency
from tenants.models import ServiceWindow
from tenants.scheme import windows

Served = Callable[[date], Hours | None]


def frequency_of_row(row: VisitFrequency) -> Frequency:
    """The rule that a row holds."""
    return Frequency(
        times=row.times,
        per=FrequencyPeriod(row.per),
        weekdays=frozenset(row.weekdays),
        from_time=row.from_time,
        to_time=row.to_time,
        pattern=StopOrder(row.pattern),
        min_gap_days=row.min_gap_days,
    )


def frequency_values(frequency: Frequency) -> dict[str, Any]:
    """The columns that hold a rule."""
    return {
        "times": frequency.times,
        "per": frequency.per.value,
        "weekdays": sorted(frequency.weekdays),
        "from_time": frequency.from_time,
        "to_time": frequency.to_time,
        "pattern": frequency.pattern.value,
        "min_gap_days": frequency.min_gap_days,
    }


def frequency_to_json(frequency: Frequency) -> dict[str, object]:
    """A rule in JSON: hours as « HH:MM », None when none is asked for."""
    values = frequency_values(frequency)
    return values | {name: _hour(values[name]) for name in ("from_time", "to_time")}


def frequency_from_json(content: Mapping[str, Any]) -> Frequency:
    """The rule that `frequency_to_json` wrote."""
    return Frequency(
        times=content["times"],
        per=FrequencyPeriod(content["per"]),
        weekdays=frozenset(content["weekdays"]),
        from_time=_time(content["from_time"]),
        to_time=_time(content["to_time"]),
        pattern=StopOrder(content["pattern"]),
        min_gap_days=content["min_gap_days"],
    )


def grid_of_row(row: ServiceWindow) -> Grid:
    """The hours that a window's row holds."""
    return Grid(
        default=Hours(row.opens_at, row.closes_at),
        weekdays=frozenset(row.weekdays) or EVERY_DAY,
        rules=tuple(_season(rule) for rule in row.rules),
        holidays=HolidayService(row.holidays),
        department=row.department,
    )


def season_to_json(rule: SeasonRule) -> dict[str, object]:
    """A season in JSON."""
    hours = rule.hours
    return {
        "hours": [_hour(hours.opens_at), _hour(hours.closes_at)] if hours else None,
        "months": sorted(rule.months),
        "between": [list(day) for day in rule.between] if rule.between else None,
        "weekdays": sorted(rule.weekdays),
    }


def served_by(session: Session, scheme_id: int | None) -> Served:
    """The hours of an evening in a scheme, None when it is not served; read once, asked often."""
    rows = windows(session, scheme_id) if scheme_id is not None else []
    return served_with(rows)


def served_with(rows: Sequence[ServiceWindow]) -> Served:
    """The same from windows already read."""
    grids = [(row.valid_during, grid_of_row(row)) for row in rows]

    @cache
    def hours(day: date) -> Hours | None:
        return next((hours_on(grid, day) for period, grid in grids if day in period), None)

    return hours


def _season(content: Mapping[str, Any]) -> SeasonRule:
    hours, between = content.get("hours"), content.get("between")
    opening = Hours(*(time.fromisoformat(hour) for hour in hours)) if hours else None
    return SeasonRule(
        hours=opening,
        months=frozenset(content.get("months") or ()),
        between=(tuple(between[0]), tuple(between[1])) if between else None,
        weekdays=frozenset(content.get("weekdays") or ()),
    )


def _hour(value: time | None) -> str | None:
    return None if value is None else f"{value:%H:%M}"


def _time(value: str | None) -> time | None:
    return None if value is None else time.fromisoformat(value)
