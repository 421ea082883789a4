"""Which held entrance a line speaks of, and the name of a new one (rapprochement). Pure.

The bailleur's own reference decides; else the name, in the same building when both say one. A
name belongs to one entrance of a residence: where two buildings have a « Hall 1 », a new one is
called « Bât. B – Hall 1 ».
"""

from collections import defaultdict
from collections.abc import Iterable

from presence.imports.folding import fold
from presence.imports.lines import EntranceLine
from presence.imports.portfolio import HeldEntrance


class Entrances:
    """The entrances of one residence, each given to one line at most."""

    def __init__(self, held: Iterable[HeldEntrance], lines: Iterable[EntranceLine]) -> None:
        """Those held, archived ones too, and the lines that will ask for them."""
        self._by_code: dict[str, HeldEntrance] = {}
        self._by_name: dict[str, list[HeldEntrance]] = defaultdict(list)
        self._taken: set[str] = set()
        self._given: set[object] = set()
        for entrance in held:
            self._by_name[fold(entrance.name)].append(entrance)
            self._taken.add(fold(entrance.name))
            if entrance.code:
                self._by_code[entrance.code] = entrance
        buildings: dict[str, set[str]] = defaultdict(set)
        for line in lines:
            buildings[fold(line.entrance or "")].add(fold(_building(line)))
        self._repeated = {name for name, where in buildings.items() if len(where) > 1}

    def find(self, line: EntranceLine) -> HeldEntrance | None:
        """The held entrance that the line speaks of, and that no line before it took."""
        found = self._by_code.get(line.entrance_code or "")
        if found is None or found.id in self._given:
            found = next((e for e in self._named(line) if e.id not in self._given), None)
        if found is not None:
            self._given.add(found.id)
        return found

    def new_name(self, line: EntranceLine) -> str | None:
        """A name for a new entrance, that no other has; None if there is none."""
        bare, full = line.entrance or "", _full_name(line)
        repeated = fold(bare) in self._repeated
        free = (name for name in ((full,) if repeated else (bare, full)) if self._take(name))
        return next(free, None)

    def can_be_named(self, entrance: HeldEntrance, name: str) -> bool:
        """Whether a held entrance may take a name: its own, or one that no other has."""
        return fold(name) == fold(entrance.name) or self._take(name)

    def has_name(self, entrance: HeldEntrance, line: EntranceLine) -> bool:
        """Whether the line calls the entrance by the name that it has."""
        return fold(entrance.name) in {fold(line.entrance or ""), fold(_full_name(line))}

    def _take(self, name: str) -> bool:
        if fold(name) in self._taken:
            return False
        self._taken.add(fold(name))
        return True

    def _named(self, line: EntranceLine) -> list[HeldEntrance]:
        asked = _buildings(line)
        bare = self._by_name.get(fold(line.entrance or ""), [])
        same = [entrance for entrance in bare if _buildings(entrance) & asked]
        unsaid = [entrance for entrance in bare if not asked or not _buildings(entrance)]
        return [*self._by_name.get(fold(_full_name(line)), []), *same, *unsaid]


def _building(line: EntranceLine) -> str:
    return line.building_name or line.building_code or ""


def _full_name(line: EntranceLine) -> str:
    building = _building(line)
    bare = line.entrance or ""
    return f"{building} – {bare}" if building and fold(building) != fold(bare) else bare


def _buildings(place: EntranceLine | HeldEntrance) -> set[str]:
    return {fold(said) for said in (place.building_name, place.building_code) if said}
