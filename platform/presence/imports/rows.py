"""Reading the lines of our own layout (lignes du fichier). Pure.

Two shapes of line live together. A line that lists its entrances in one cell (« Hall 1|Hall 2 »),
or names none, speaks of the whole residence: its dwellings are the residence's. A line that names
an entrance speaks of that entrance; a residence then has as many lines as entrances.

A line with a fault is refused whole, with every fault that it has. A fault whose kind was
accepted (`repairs`) is corrected by its own proposal instead.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from presence.imports import cells
from presence.imports.agreement import Agreement
from presence.imports.cells import Faulty
from presence.imports.columns import Columns
from presence.imports.communes import Communes, Gazetteer
from presence.imports.fields import REQUIRED, Field
from presence.imports.folding import fold
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.reading import Row, Table

# What is shown of a cell in a fault.
SHOWN = 80
SURPLUS_COLUMN = "colonnes"

Values = Mapping[Field, Any]

_READERS: Mapping[Field, Callable[[str], object]] = {
    Field.CODE: cells.code,
    Field.QPV_NAME: cells.qpv,
    Field.QPV_VINTAGE: cells.qpv_vintage,
    Field.DWELLINGS: cells.dwellings,
    Field.RNB_ID: cells.rnb,
    Field.BAN_KEY: cells.ban,
    Field.LATITUDE: cells.coordinate,
    Field.LONGITUDE: cells.coordinate,
    Field.TIMES_PER_WEEK: cells.times_per_week,
}
# What names an entrance, best first; a building is one when nothing else is said.
_NAMING = (
    Field.ENTRANCE_NAME, Field.ENTRANCE_CODE, Field.ENTRANCE_ADDRESS,
    Field.BUILDING_NAME, Field.BUILDING_CODE,
)  # fmt: skip
_TAKEN_AS_READ = (
    Field.CODE, Field.NAME, Field.AGENCY, Field.ADDRESS, Field.QPV_VINTAGE, Field.DWELLINGS,
    Field.BUILDING_CODE, Field.BUILDING_NAME, Field.ENTRANCE_CODE, Field.ENTRANCE_ADDRESS,
    Field.RNB_ID, Field.BAN_KEY, Field.LATITUDE, Field.LONGITUDE, Field.TIMES_PER_WEEK,
)  # fmt: skip


def parse(
    table: Table,
    columns: Columns,
    communes: Communes,
    repairs: frozenset[str] = frozenset(),
) -> tuple[list[EntranceLine], list[LineFault]]:
    """The lines that can be taken, and every fault of the others, in the file's order."""
    columns.require()
    reader = _Reader(table, columns, Gazetteer(communes), repairs)
    agreement = Agreement(columns.title_of, repairs)
    lines, faults = [], []
    for row in table.rows:
        found, wrong = reader.read(row)
        if not wrong:
            found, wrong = agreement.check(found)
        lines += found
        faults += wrong
    return lines, faults


class _Reader:
    """Reads one line after the other, with the columns of its file."""

    def __init__(
        self, table: Table, columns: Columns, gazetteer: Gazetteer, repairs: frozenset[str]
    ) -> None:
        self.surplus = table.surplus
        self.columns = columns
        self.gazetteer = gazetteer
        self.repairs = repairs
        self.places = {
            column.field: column.index for column in columns.columns if column.field is not None
        }
        apart = (Field.INSEE_CODE, Field.COMMUNE, Field.POSTAL_CODE)
        # A value comes back on thousands of lines: it is read once.
        self.plain: list[tuple[Field, int, dict[str, Any]]] = [
            (field, index, {}) for field, index in self.places.items() if field not in apart
        ]

    def read(self, row: Row) -> tuple[list[EntranceLine], list[LineFault]]:
        line, texts = row
        self.line, self.texts, self.faults = line, texts, list[LineFault]()
        values = {
            field: known[cell]
            if (cell := texts[index]) in known
            else self._first(field, cell, known)
            for field, index, known in self.plain
        }
        code = values.get(Field.CODE) or ""
        insee = self._commune()
        self._whole_line(values)
        if self.faults:
            return [], [replace(fault, code=code) for fault in self.faults]
        return list(_entrance_lines(line, values, insee)), []

    def _first(self, field: Field, cell: str, known: dict[str, Any]) -> Any:
        faults = len(self.faults)
        value = self._value(field, cell, _READERS.get(field))
        if len(self.faults) == faults:
            known[cell] = value
        return value

    def _value(self, field: Field, cell: str, read: Callable[[str], Any] | None) -> Any:
        """The cell's value, None when empty or faulty; a repair may uncover another fault."""
        text = cell
        while True:
            try:
                kept = cells.clean(text)
                return (read(kept) if read else kept) if kept else None
            except Faulty as fault:
                if fault.repair is None or fault.kind not in self.repairs:
                    self._refuse(field, cell, fault)
                    return None
                text = fault.repair

    def _commune(self) -> str | None:
        """The Insee code that the line gives, or else that its commune's name gives."""
        place, faults = self.gazetteer, len(self.faults)
        insee = self._at(Field.INSEE_CODE, place.by_code)
        if insee:
            self._at(Field.COMMUNE, lambda text: place.named(insee, text))
        elif len(self.faults) == faults:
            postal = self._text(Field.POSTAL_CODE)
            insee = self._at(Field.COMMUNE, lambda text: place.by_name(text, postal))
        self._at(Field.POSTAL_CODE, lambda text: place.postal(text, insee))
        return cast("str | None", insee)

    def _at(self, field: Field, read: Callable[[str], Any]) -> Any:
        index = self.places.get(field)
        return None if index is None else self._value(field, self.texts[index], read)

    def _text(self, field: Field) -> str:
        index = self.places.get(field)
        return "" if index is None else self.texts[index].strip()

    def _whole_line(self, values: Values) -> None:
        """What no cell can say alone: surplus, missing values, positions."""
        if self.line in self.surplus:
            message = (
                "Plus de valeurs que de colonnes : un séparateur est à mettre entre guillemets."
            )
            self._add(SURPLUS_COLUMN, "", Faulty(FaultKind.SURPLUS, message))
        refused = {fault.column for fault in self.faults}
        for field in REQUIRED:
            if not values.get(field) and self.columns.title_of(field) not in refused:
                self._refuse(field, "", Faulty(FaultKind.MISSING, "Valeur manquante."))
        self._position(values.get(Field.LATITUDE), values.get(Field.LONGITUDE))

    def _position(self, latitude: float | None, longitude: float | None) -> None:
        fault = None
        if latitude is None and longitude is None:
            return
        if latitude is None or longitude is None:
            fault = "Latitude et longitude vont ensemble."
        elif not cells.within_france(latitude, longitude):
            turned = cells.within_france(longitude, latitude)
            fault = (
                "Latitude et longitude sont inversées." if turned else "Position hors de France."
            )
        if fault and not any(f.kind is FaultKind.NOT_A_NUMBER for f in self.faults):
            cell = self._text(Field.LATITUDE)
            self._refuse(Field.LATITUDE, cell, Faulty(FaultKind.POSITION, fault))

    def _refuse(self, field: Field, cell: str, fault: Faulty) -> None:
        self._add(self.columns.title_of(field), cell, fault)

    def _add(self, column: str, cell: str, fault: Faulty) -> None:
        shown = cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}…"
        self.faults.append(
            LineFault(self.line, column, shown, fault.kind, fault.reason, fault.repair)
        )


def _entrance_lines(line: int, values: Values, insee: str | None) -> Iterator[EntranceLine]:
    """One per entrance listed, or the only one that the line is about."""
    qpv = values.get(Field.QPV_NAME)
    said: dict[str, Any] = {field.value: values.get(field) for field in _TAKEN_AS_READ}
    said |= {
        "line": line,
        "insee_code": insee,
        "in_qpv": qpv if isinstance(qpv, bool) else bool(qpv) or None,
        "qpv_name": None if isinstance(qpv, bool) else qpv,
    }
    listed = _listed(values.get(Field.ENTRANCES) or "")
    if len(listed) > 1:
        # One reference, one address of several entrances is of none.
        said |= {"entrance_code": None, "entrance_address": None}
    for name in listed:
        yield EntranceLine(**said, entrance=name)
    if not listed:
        named = next((values[field] for field in _NAMING if values.get(field)), None)
        yield EntranceLine(**said, entrance=named, per_entrance=named is not None)


def _listed(cell: str) -> list[str]:
    """« Hall 1|Hall 2|hall 1 » names two entrances."""
    names: dict[str, str] = {}
    for part in cell.split("|"):
        if name := part.strip():
            names.setdefault(fold(name), name)
    return list(names.values())
