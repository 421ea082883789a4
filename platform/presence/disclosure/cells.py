"""Cells of published tables, and the sums that tie them together (liens entre cases). Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
# The whole territory, and every member: what a cell says unless it says otherwise.
EVERYWHERE = ""
EVERYBODY = ""
Contributions = Mapping[int, int]


@dataclass(frozen=True, order=True)
class Key:
    """What a cell counts: an indicator, over a place, from a day to another, for some members."""

    indicator: str
    from_on: date
    to_on: date
    area: str = EVERYWHERE
    members: str = EVERYBODY


@dataclass(frozen=True)
class Split:
    """A total and its parts: equal to their sum, or at least it when some are not counted."""

    total: str
    parts: tuple[str, ...]
    exact: bool = True


@dataclass(frozen=True)
class Equation:
    """A total and the keys it is the sum of; not exact, the total is at least their sum."""

    total: Key
    parts: tuple[Key, ...]
    exact: bool = True

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key it ties."""
        return (self.total, *self.parts)


@dataclass(frozen=True)
class Shape:
    """How the tables are tied: splits of indicators, parts of each area, groups of members.

    `stocks` are the indicators that are taken at a date: two periods do not add up.
    """

    splits: Sequence[Split]
    areas: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]
    stocks: Collection[str] = ()


def equations(keys: Collection[Key], shape: Shape) -> list[Equation]:
    """Every sum that ties the keys that are published or hidden, in a stable order.

    Keys that appear in no table are added where a published difference gives them: the months
    between two periods, a commune's part outside its priority areas. New keys may be tied in
    turn, hence the rounds.
    """
    found: dict[tuple[Key, tuple[Key, ...]], Equation] = {}
    known = set(keys)
    before = -1
    while len(known) > before:
        before = len(known)
        for make in (_in_time, _in_space, _among_members, _among_indicators):
            for equation in make(sorted(known), shape):
                found.setdefault((equation.total, equation.parts), equation)
                known.update(equation.keys)
    return [found[name] for name in sorted(found)]


def _in_time(keys: Iterable[Key], shape: Shape) -> Iterable[Equation]:
    """A period is the sum of the spells that the bounds of the others cut it into."""
    keys = [key for key in keys if key.indicator not in shape.stocks]
    for series in _series(keys, lambda key: replace(key, from_on=date.min, to_on=date.min)):
        bounds = sorted({key.from_on for key in series} | {key.to_on + DAY for key in series})
        for key in series:
            cuts = [day for day in bounds if key.from_on <= day <= key.to_on + DAY]
            if len(cuts) > 2:
                yield Equation(
                    key,
                    tuple(replace(key, from_on=a, to_on=b - DAY) for a, b in pairwise(cuts)),
                )


def _in_space(keys: Iterable[Key], shape: Shape) -> Iterable[Equation]:
    """A place is the sum of its parts, where one part at least is shown."""
    shown: dict[Key, set[str]] = {}
    for key in keys:
        if key.area != EVERYWHERE:
            shown.setdefault(replace(key, area=EVERYWHERE), set()).add(key.area)
    parents = {part: area for area, parts in shape.areas.items() for part in parts}
    for whole in sorted(shown):
        for area in sorted({parents[part] for part in shown[whole] if part in parents}):
            parts = tuple(replace(whole, area=part) for part in shape.areas[area])
            yield Equation(replace(whole, area=area), parts)


def _among_members(keys: Iterable[Key], shape: Shape) -> Iterable[Equation]:
    """All members are those of a constant perimeter and the others."""
    for key in keys:
        if key.members in shape.groups:
            whole = replace(key, members=EVERYBODY)
            yield Equation(
                whole, tuple(replace(whole, members=name) for name in shape.groups[key.members])
            )


def _among_indicators(keys: Iterable[Key], shape: Shape) -> Iterable[Equation]:
    """A split whose parts, one at least, are shown for that place and period."""
    shown = set(keys)
    places = sorted({replace(key, indicator="") for key in shown})
    for split in shape.splits:
        for place in places:
            parts = tuple(replace(place, indicator=name) for name in split.parts)
            if any(part in shown for part in parts):
                yield Equation(replace(place, indicator=split.total), parts, split.exact)


def _series(keys: Iterable[Key], name: Callable[[Key], Key]) -> list[list[Key]]:
    grouped: dict[Key, list[Key]] = {}
    for key in keys:
        grouped.setdefault(name(key), []).append(key)
    return [grouped[label] for label in sorted(grouped)]
