"""The plan of an import (plan d'import): what would be created, changed, kept, refused. Pure.

It is what a person is shown and what is then applied: the same object, kept as JSON between the
two. `fingerprint` changes as soon as the file, the choices or what is held has changed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import orjson

from presence.imports.fields import Field
from presence.imports.lines import FaultKind, LineFault
from presence.kernel.formats import number
from presence.kernel.keys import canonical, fingerprint
from presence.kernel.nomenclature import Coded

Value = str | int | float | None


class Verdict(Coded):
    """What an import would do of a place (sort)."""

    CREATED = "created", "Création"
    CHANGED = "changed", "Modification"
    UNCHANGED = "unchanged", "Inchangée"
    ABSENT = "absent", "Absente du fichier"
    REFUSED = "refused", "Rejet"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would change; of a created place, `before` is None."""

    field: Field
    before: Value
    after: Value

    @property
    def text(self) -> str:
        """« Logements 48 → 52 »."""
        return f"{self.field.label} {_shown(self.before)} → {_shown(self.after)}"


@dataclass(frozen=True, slots=True)
class EntranceItem:
    """What would become of an entrance; `id` is that of the one held, None of a new one."""

    verdict: Verdict
    name: str
    id: UUID | None = None
    line: int | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What would become of a residence, with its entrances; `lines` are the file's."""

    verdict: Verdict
    code: str
    name: str
    id: UUID | None = None
    lines: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()
    entrances: tuple[EntranceItem, ...] = ()
    faults: tuple[LineFault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How many residences of each verdict, and how many lines are refused."""

    created: int
    changed: int
    unchanged: int
    absent: int
    refused: int
    refused_lines: int

    @property
    def to_apply(self) -> int:
        """What the button says: « Importer 90 changements »."""
        return self.created + self.changed


@dataclass(frozen=True)
class Plan:
    """What an import would do. `source` and `held` name the file's content and what was held."""

    items: tuple[Item, ...]
    source: str
    held: str

    @property
    def counts(self) -> Counts:
        """Totals by verdict."""
        found = Counter(item.verdict for item in self.items)
        totals = {verdict.value: found[verdict] for verdict in Verdict}
        return Counts(**totals, refused_lines=len({fault.line for fault in self.faults}))

    @property
    def faults(self) -> list[LineFault]:
        """Every fault, in the file's order."""
        found = (fault for item in self.items for fault in item.faults)
        return sorted(found, key=lambda fault: fault.line)

    @property
    def repairable(self) -> dict[FaultKind, int]:
        """How many lines each kind of proposed repair would correct."""
        lines = {(fault.kind, fault.line) for fault in self.faults if fault.repair is not None}
        return dict(Counter(kind for kind, _ in sorted(lines)))

    def fingerprint(self) -> str:
        """One name for the plan, its file and what was held."""
        return fingerprint(self._content())

    def to_json(self) -> dict[str, Any]:
        """The plan, in what JSON can hold."""
        written: dict[str, Any] = orjson.loads(canonical(self._content()))
        return written

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """The plan that `to_json` wrote."""
        items = tuple(_item(raw) for raw in content["items"])
        return cls(items, content["source"], content["held"])

    def _content(self) -> dict[str, object]:
        return {"items": self.items, "source": self.source, "held": self.held}


def _item(raw: Mapping[str, Any]) -> Item:
    return Item(
        **_place(raw),
        code=raw["code"],
        lines=tuple(raw["lines"]),
        entrances=tuple(
            EntranceItem(**_place(entrance), line=entrance["line"]) for entrance in raw["entrances"]
        ),
        faults=tuple(
            LineFault(**{**fault, "kind": FaultKind(fault["kind"])}) for fault in raw["faults"]
        ),
        notes=tuple(raw["notes"]),
    )


def _place(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "verdict": Verdict(raw["verdict"]),
        "name": raw["name"],
        "id": UUID(raw["id"]) if raw["id"] else None,
        "changes": tuple(
            Change(Field(change["field"]), change["before"], change["after"])
            for change in raw["changes"]
        ),
    }


def _shown(value: Value) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return number(value) if isinstance(value, int) else value
