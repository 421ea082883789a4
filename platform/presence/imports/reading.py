"""Reading a file of places: CSV or workbook, whatever its encoding and separator. Pure.

An encoding is known by what decodes strictly: a byte order mark, then UTF-8, then Windows-1252,
in which a French Excel writes. Guessing by frequency was not better on short French headers.
Nothing is computed and nothing is understood here: cells are texts, lines keep their number.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

from presence.imports.workbooks import read_workbook
from presence.kernel.errors import Invalid
from presence.kernel.formats import number

# A national return weighs some 300 bytes a dwelling: 33 000 dwellings, more than any bailleur of
# the Isère holds (20 500).
MOST_BYTES = 10 * 1024 * 1024
# What a shorter list holds within that weight, and what is planned in a few seconds.
MOST_ROWS = 60_000
# A national return has 95 columns; no list of places has more.
MOST_COLUMNS = 100
# The longest name or address; reading keeps one sign more, so that the excess can be told.
LONGEST_CELL = 500
SAMPLE = 3

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 avec BOM"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_ZIP = b"PK\x03\x04"
# Old workbooks and protected ones; pages saved under a table's name; documents and images.
_FOREIGN = (b"\xd0\xcf\x11\xe0", b"<", b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x05\x06")
# « sep=; », which Excel writes and reads, then hides.
_SEPARATOR_LINE = re.compile(r"sep=([;,\t|])\r?\n", re.IGNORECASE)
_COMPARED = 10

Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Table:
    """A file as read: what was recognised, its titles, its lines with their own numbers."""

    format: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    # The lines that had more values than there are columns: their cells may have shifted.
    surplus: frozenset[int] = frozenset()

    @property
    def sample(self) -> tuple[Row, ...]:
        """The first lines, to be looked at."""
        return self.rows[:SAMPLE]

    @property
    def recognised(self) -> str:
        """« CSV · Windows-1252 · point-virgule »."""
        sheet = f"feuille « {self.sheet} »" if self.sheet else None
        return " · ".join(filter(None, (self.format, self.encoding, self.separator, sheet)))

    def keep(self, indexes: Sequence[int]) -> Self:
        """The same with these columns only: what is not needed is not stored."""
        return replace(
            self,
            header=tuple(self.header[index] for index in indexes),
            rows=tuple((line, tuple(cells[i] for i in indexes)) for line, cells in self.rows),
        )

    def to_json(self) -> dict[str, object]:
        """The table, in what JSON can hold."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "separator": self.separator,
            "sheet": self.sheet,
            "header": list(self.header),
            "rows": [[line, list(cells)] for line, cells in self.rows],
            "surplus": sorted(self.surplus),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, object]) -> Self:
        """The table that `to_json` wrote."""
        rows = cast("list[tuple[int, list[str]]]", content["rows"])
        return cls(
            format=cast("str", content["format"]),
            encoding=cast("str | None", content["encoding"]),
            separator=cast("str | None", content["separator"]),
            sheet=cast("str | None", content["sheet"]),
            header=tuple(cast("list[str]", content["header"])),
            rows=tuple((line, tuple(cells)) for line, cells in rows),
            surplus=frozenset(cast("list[int]", content["surplus"])),
        )


def read_table(content: bytes, name: str) -> Table:
    """Read a file, or raise `Invalid`: where, and what to do."""
    if len(content) > MOST_BYTES:
        message = f"Le fichier dépasse {MOST_BYTES // 2**20} Mo : coupez-le en plusieurs."
        raise Invalid("fichier", message)
    if not content.strip():
        raise Invalid("fichier", "Le fichier est vide.")
    if content.startswith(_ZIP):
        return _workbook(content)
    if content.startswith(_FOREIGN) or name.lower().endswith((".xlsx", ".xls", ".ods", ".pdf")):
        message = (
            "Ce fichier n'est ni un CSV ni un classeur .xlsx sans mot de passe : "
            "enregistrez-le dans l'un de ces formats."
        )
        raise Invalid("fichier", message)
    return _text_table(content)


def _workbook(content: bytes) -> Table:
    sheet, lines = read_workbook(content)
    header, rows, _ = _laid_out(enumerate(lines, start=1))
    return Table("XLSX", None, None, sheet, header, rows)


def _text_table(content: bytes) -> Table:
    text, encoding = _decoded(content)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        message = f"Le fichier contient des octets nuls (ligne {line}) : ce n'est pas un CSV."
        raise Invalid(f"ligne {line}", message)
    said = _SEPARATOR_LINE.match(text)
    separator = said[1] if said else _separator(text)
    header, rows, surplus = _laid_out(_records(text, separator), skipped=1 if said else 0)
    return Table("CSV", encoding, SEPARATORS[separator], None, header, rows, surplus)


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, codec, label in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(codec), label
            except UnicodeDecodeError as error:
                raise _undecodable(error, label) from error
    try:
        return content.decode(), "UTF-8"
    except UnicodeDecodeError as error:
        # An accent of UTF-8 before the fault: the file is UTF-8 that was damaged.
        if not content[: error.start].isascii():
            raise _undecodable(error, "UTF-8") from error
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise _undecodable(error, "UTF-8 ou en Windows-1252") from error


def _undecodable(error: UnicodeDecodeError, label: str) -> Invalid:
    # The decoder may have set the mark aside: its own bytes are counted, not the file's.
    line = error.object.count(b"\n", 0, error.start) + 1
    message = (
        f"La ligne {line} n'est pas écrite en {label} comme le reste : "
        "enregistrez le fichier en « CSV UTF-8 »."
    )
    return Invalid(f"ligne {line}", message)


def _separator(text: str) -> str:
    """The separator that cuts the most lines like their header, then into the most cells."""
    return max(SEPARATORS, key=lambda separator: _likeness(text, separator))


def _likeness(text: str, separator: str) -> tuple[int, int]:
    widths = []
    try:
        for _, cells in _records(text, separator):
            if any(cells):
                widths.append(len(cells))
            if len(widths) == _COMPARED:
                break
    except Invalid:
        # What precedes the fault tells enough; the fault itself is told by the reading.
        pass
    width = widths[0] if widths else 0
    return (widths.count(width), width) if width > 1 else (0, width)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line that it starts on, which a text of several lines moves."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"Ligne {line} illisible : vérifiez ses guillemets et la longueur de ses textes."
        raise Invalid(f"ligne {line}", message) from error


def _laid_out(
    lines: Iterable[tuple[int, list[str]]], skipped: int = 0
) -> tuple[tuple[str, ...], tuple[Row, ...], frozenset[int]]:
    """The titles, the lines that hold something, and those that hold too much."""
    held = ((line, cells) for line, cells in lines if line > skipped and any(map(str.strip, cells)))
    _, titles = next(held, (0, []))
    header = tuple(" ".join(title.split()) for title in titles)
    _refuse_wide(header)
    rows: list[Row] = []
    surplus = set()
    for line, cells in held:
        if len(rows) == MOST_ROWS:
            message = f"Le fichier dépasse {number(MOST_ROWS)} lignes : coupez-le en plusieurs."
            raise Invalid("fichier", message)
        if any(map(str.strip, cells[len(header) :])):
            surplus.add(line)
        rows.append((line, _fitted(cells, len(header))))
    if not rows:
        raise Invalid("fichier", "Le fichier ne contient aucune ligne sous ses titres.")
    return header, tuple(rows), frozenset(surplus)


def _fitted(cells: list[str], width: int) -> tuple[str, ...]:
    kept = [cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL + 1] for cell in cells]
    return tuple(kept[:width] + [""] * (width - len(kept)))


def _refuse_wide(header: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        message = (
            f"Le fichier a {number(len(header))} colonnes : {MOST_COLUMNS} au plus sont admises. "
            "Supprimez celles qui ne servent pas."
        )
        raise Invalid("ligne 1", message)
