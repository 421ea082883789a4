"""Geometry of the charts drawn as SVG by the templates: numbers in, coordinates out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from presence.kernel import formats

WIDTH, HEIGHT, LEFT, BOTTOM = 460.0, 190.0, 30.0, 26.0


@dataclass(frozen=True)
class Column:
    """One month's column."""

    x: float
    y: float
    width: float
    height: float
    value: int
    month: date
    label: str
    first_year: bool


@dataclass(frozen=True)
class Columns:
    """Monthly columns from zero, with a median line and a few round marks."""

    columns: tuple[Column, ...]
    marks: tuple[tuple[float, int], ...]
    median: int
    median_y: float
    smallest: int
    largest: int
    base_y: float
    labelled: tuple[tuple[float, str, str], ...]


def columns(months: Sequence[date], values: Sequence[int], middle: int) -> Columns:
    """Lay out monthly columns in a box of WIDTH × HEIGHT."""
    top = max(*values, 1)
    step = next(
        size for size in (1, 2, 5, 10, 20, 40, 50, 100, 200, 500, 1_000, 10_000) if top / size <= 4
    )
    base = HEIGHT - BOTTOM
    scale = (base - 14) / max(top, step)
    slot = (WIDTH - LEFT) / len(values)
    made = tuple(
        Column(
            x=round(LEFT + slot * index + slot * 0.12, 1),
            y=round(base - value * scale, 1),
            width=round(slot * 0.76, 1),
            height=round(value * scale, 1),
            value=value,
            month=month,
            label=formats.month(month),
            first_year=month.year == months[0].year,
        )
        for index, (month, value) in enumerate(zip(months, values, strict=True))
    )
    marks = tuple((round(base - mark * scale, 1), mark) for mark in range(0, top + 1, step) if mark)
    return Columns(
        columns=made,
        marks=marks,
        median=middle,
        median_y=round(base - middle * scale, 1),
        smallest=min(values),
        largest=max(values),
        base_y=base,
        labelled=tuple(_labels(made)),
    )


def _labels(made: Sequence[Column]) -> list[tuple[float, str, str]]:
    """The first month, each January, the last month; none that would touch its neighbour."""
    chosen = [made[0]] + [c for c in made[1:-1] if c.month.month == 1] + [made[-1]]
    kept = [chosen[0]] + [b for a, b in pairwise(chosen) if b.x - a.x > 70]
    return [
        (
            c.x if c is made[0] else c.x + c.width,
            "start" if c is made[0] else "end",
            formats.short_month(c.month),
        )
        for c in kept
    ]
