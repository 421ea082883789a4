"""What each bailleur brings to any cell (contributions), summed by place and period. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from presence.disclosure.cells import EVERYWHERE, Contributions, Key
from presence.releases.indicators import FAMILIES

OUTSIDE = "/"
# Families of situations are sums of the situations counted at night.
_FAMILY_OF = {
    f"situation:{item.value}": f"family:{code}"
    for code, (_, situations) in FAMILIES.items()
    for item in situations
}


def vintage_of(area: str) -> int:
    """The geography of a priority area: `38053/2015:Champfleuri` → 2015."""
    return int(area.partition("/")[2].partition(":")[0])


@dataclass(frozen=True)
class Line:
    """One bailleur's value of an indicator, a month, a commune and a priority area ('' : none)."""

    bailleur_id: int
    indicator: str
    month_on: date
    insee_code: str
    qpv: str
    value: int


@dataclass
class Ledger:
    """Contributions by indicator and place, month by month; groups of members by their name."""

    groups: dict[str, frozenset[int]] = field(default_factory=dict)
    _months: dict[tuple[str, str], dict[date, dict[int, int]]] = field(default_factory=dict)
    _parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, lines: Iterable[Line]) -> None:
        """Take lines in; a month and place given twice adds up."""
        for line in lines:
            family = _FAMILY_OF.get(line.indicator)
            for indicator in (line.indicator, family) if family else (line.indicator,):
                for area in self._areas(line):
                    months = self._months.setdefault((indicator, area), {})
                    values = months.setdefault(line.month_on, {})
                    values[line.bailleur_id] = values.get(line.bailleur_id, 0) + line.value

    def brought(self, key: Key) -> Contributions:
        """Each bailleur's value of a key; nobody when nothing was counted there."""
        members = self.groups.get(key.members)
        summed: dict[int, int] = {}
        for month_on, values in self._months.get((key.indicator, key.area), {}).items():
            if key.from_on <= month_on <= key.to_on:
                for who, value in values.items():
                    if members is None or who in members:
                        summed[who] = summed.get(who, 0) + value
        return summed

    def value(self, key: Key) -> int:
        """The total of a key."""
        return sum(self.brought(key).values())

    @property
    def areas(self) -> Mapping[str, tuple[str, ...]]:
        """Each place and its parts: the territory's communes, a commune's priority areas."""
        return {whole: tuple(sorted(parts)) for whole, parts in sorted(self._parts.items())}

    @property
    def communes(self) -> tuple[str, ...]:
        """The communes where something was counted."""
        return self.areas.get(EVERYWHERE, ())

    @property
    def priority_areas(self) -> tuple[str, ...]:
        """The priority areas of the newest geography, under their commune: `38053/2015:…`.

        One geography per series: two of them differ by a few buildings, which a difference
        between their figures would tell apart.
        """
        found = [
            part
            for commune in self.communes
            for part in self.areas.get(commune, ())
            if not part.endswith(OUTSIDE)
        ]
        newest = max((vintage_of(part) for part in found), default=0)
        return tuple(part for part in found if vintage_of(part) == newest)

    def indicators(self, family: str) -> tuple[str, ...]:
        """The codes of a family that were met, in order."""
        return tuple(sorted({name for name, _ in self._months if name.startswith(f"{family}:")}))

    def contributors(self) -> frozenset[int]:
        """Everybody who brings something to some cell."""
        return frozenset(
            who
            for months in self._months.values()
            for values in months.values()
            for who, value in values.items()
            if value
        )

    def _areas(self, line: Line) -> tuple[str, ...]:
        if not line.insee_code:
            return (EVERYWHERE,)
        part = f"{line.insee_code}/{line.qpv}"
        self._parts[EVERYWHERE].add(line.insee_code)
        self._parts[line.insee_code].add(part)
        return EVERYWHERE, line.insee_code, part
