"""Spells of a series (périodes d'une série): joiners' and leavers' months are merged. Pure.

The month in which a bailleur joins differs from the one before by what it brings: shown apart,
the two give its figures by subtraction.
"""

from collections.abc import Collection, Sequence
from datetime import date


def months_between(from_on: date, to_on: date) -> list[date]:
    """The first day of each month of a period of whole months."""
    months = []
    day = from_on
    while day <= to_on:
        months.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


def merged(months: Sequence[date], moves: Collection[date]) -> list[tuple[date, ...]]:
    """Months in runs: each month in which somebody joins or leaves goes with a neighbour.

    `moves` are the days of the joins and of the departures; a month of the first day of the
    series has no neighbour before it, hence joins the next.
    """
    moved = {day.replace(day=1) for day in moves}
    runs: list[list[date]] = []
    for month in months:
        if runs and (month in moved or (len(runs[-1]) == 1 and runs[-1][0] in moved)):
            runs[-1].append(month)
        else:
            runs.append([month])
    return [tuple(run) for run in runs]
