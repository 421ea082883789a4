"""Files of places as bailleurs send them: Windows-1252, `;`, French titles, and faults.

The communes are those of the territory, with one of the Ain beside them: a postal code of the
Isère has no zero that a spreadsheet could take.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID, uuid5

from presence.imports.communes import Communes
from presence.imports.entrances import DEFAULT_NAME
from presence.imports.fields import Field
from presence.imports.items import Change, EntranceItem, Item, Plan, Verdict
from presence.imports.portfolio import HeldEntrance, HeldResidence, Portfolio
from presence.migrating import ROOT

TITLES = (
    "Agence", "Code", "Résidence", "Adr.", "CP", "Code INSEE", "Commune", "Quartier prioritaire",
    "Bât.", "Entrée", "Nb lgts", "RNB", "Passages/semaine",
)  # fmt: skip
# The column of each deliberate fault, and what stands in it; the last line comes twice.
FAULTS = {
    "lost zero": ("CP", "1500"),
    "negative": ("Nb lgts", "-4"),
    "text": ("Nb lgts", "douze"),
    "unknown commune": ("Code INSEE", "99999"),
    "forbidden letter": ("RNB", "9H3KPQ7R2X4O"),
    "formula": ("Résidence", '=HYPERLINK("http://exemple")'),
}
NAMESPACE = UUID("2f6f3c1e-9d0c-4b8e-8a55-0c4d7e1b2a90")
# Fields of a held place, by what a plan calls them.
_HELD = {
    Field.ENTRANCE_CODE: "code", Field.ENTRANCE_ADDRESS: "address", Field.ENTRANCE_NAME: "name",
}  # fmt: skip


@dataclass(frozen=True)
class FaultyFile:
    """A file and the line of each of its deliberate faults."""

    content: bytes
    lines: int
    wrong: Mapping[str, int]


@cache
def communes() -> Communes:
    """The territory's communes, and Ambérieu-en-Bugey."""
    path = ROOT / "platform/presence/demonstration/data/capi_communes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    known = {row["insee_code"]: (row["name"], [row["postal_codes"]]) for row in rows}
    return {**known, "01004": ("Ambérieu-en-Bugey", ["01500"])}


def good_rows(residences: int, halls: int = 2) -> list[list[str]]:
    """Lines of entrances, over every commune of the territory."""
    known = [(insee, *told) for insee, told in sorted(communes().items())]
    rows = []
    for index in range(residences):
        insee, name, postal = known[index % len(known)]
        for hall in range(halls):
            rows.append([
                f"Agence {name[:1]}", f"{1000 + index}", f"Les Églantiers {index}",
                f"{index + 1} allée des Chênes", postal[0], insee, name.upper(),
                "Saint-Bonnet" if index % 5 == 0 else "", f"Bât. {hall % 2 + 1}",
                f"Montée {hall + 1}", f"{10 + hall}", "9H3K-PQ7R-2X4Z" if hall else "", "3",
            ])  # fmt: skip
    return rows


def faulty_file(residences: int = 60) -> FaultyFile:
    """A file whose lines are good but for seven, each with one fault of its own."""
    rows = good_rows(residences)
    place = {title: index for index, title in enumerate(TITLES)}
    wrong: dict[str, int] = {}
    # One residence in three; the first is in the Ain, whose postal codes begin with a zero.
    for order, (what, (title, cell)) in enumerate(FAULTS.items()):
        row = 6 * order
        rows[row][place[title]] = cell
        wrong[what] = row + 2
    rows.append(list(rows[6 * len(FAULTS)]))
    wrong["twice"] = len(rows) + 1
    return FaultyFile(csv_file(TITLES, rows), len(rows), wrong)


def csv_file(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    encoding: str = "cp1252",
    separator: str = ";",
) -> bytes:
    """The lines as a spreadsheet writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue().encode(encoding)


def applied(shown: Plan, held: Portfolio) -> Portfolio:
    """What is held once the plan is applied, as services would do it."""
    known = {residence.code: residence for residence in held.residences}
    for item in shown.items:
        if item.verdict in {Verdict.CREATED, Verdict.CHANGED}:
            known[item.code] = _residence(item, known.get(item.code))
    return Portfolio(tuple(known.values()))


def _residence(item: Item, held: HeldResidence | None) -> HeldResidence:
    values = {} if held is None else {name: getattr(held, name) for name in HeldResidence.__slots__}
    values |= {change.field.value: change.after for change in item.changes}
    entrances = {each.id: each for each in (held.entrances if held else ())}
    for entrance in item.entrances:
        if entrance.verdict in {Verdict.CREATED, Verdict.CHANGED}:
            made = _entrance(
                entrance, item.code, entrances.get(entrance.id) if entrance.id else None
            )
            entrances[made.id] = made
    key = held.id if held else uuid5(NAMESPACE, item.code)
    values |= {"id": key, "code": item.code, "entrances": tuple(entrances.values())}
    return HeldResidence(**values)


def _entrance(item: EntranceItem, code: str, held: HeldEntrance | None) -> HeldEntrance:
    values = {} if held is None else {name: getattr(held, name) for name in HeldEntrance.__slots__}
    key = item.id or uuid5(NAMESPACE, f"{code} {item.name}")
    values |= {_named(change): change.after for change in item.changes}
    return HeldEntrance(**{**values, "id": key, "name": item.name or DEFAULT_NAME})


def _named(change: Change) -> str:
    return _HELD.get(change.field, change.field.value)
