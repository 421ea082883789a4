"""Reading an Excel workbook (classeur .xlsx) that may have been made to harm. Pure.

The reader of workbooks trusts what a file announces: a cell in the last corner of a sheet, or a
table said to hold four thousand million texts, makes it ask for more memory than there is, and
the whole process dies. So every part is read here first, within limits; what passed is put in a
new archive, and only that archive is opened. Formulas are never computed: the value kept by the
workbook is what is read.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from presence.kernel.errors import Invalid

# Measured: 24 000 lines of 95 columns take 97 MB; a list of 60 000 lines and 20 columns, 50 MB.
MOST_UNPACKED = 100 * 1024 * 1024
# Workbooks are packed 5 to 50 times; a bomb, a thousand times.
MOST_PACKED = 200
# A workbook has a few parts per sheet; thousands are meant to exhaust.
MOST_PARTS = 1_000
# What a sheet may spread over, empty cells included: 60 000 lines of 100 columns.
MOST_CELLS = 6_000_000
# The shortest text of a shared table, `<si/>`: a table cannot hold more than its size allows.
SHORTEST_TEXT = 5

Cell = float | str | bool | date | time | timedelta
_PARTS = re.compile(r"(?:xl/.+\.xml|(?:xl/)?(?:.+/)?_rels/.*\.rels|\[content_types\]\.xml)")
_REFERENCE = re.compile(r"([A-Z]{0,7})([0-9]{0,9})")
# A cell that is not placed, or placed beyond the column CV (the 100th) or the line 69 999.
_UNUSUAL_CELL = re.compile(
    rb"<(?:[^\s<>]*:)?c(?=[\s/>])"
    rb"(?! r=\"(?:[A-Z]|[AB][A-Z]|C[A-V])(?:[1-9][0-9]{0,3}|[1-6][0-9]{4})\")"
)
_TOLD_TEXTS = re.compile(rb"uniqueCount\s*=\s*(?:[\"']([0-9]{1,9})[\"'])?")
_CONTENT = frozenset({"v", "is", "f"})
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, CalamineError,
    RuntimeError, NotImplementedError, EOFError, ValueError,
)  # fmt: skip


def read_workbook(content: bytes) -> tuple[str, list[list[str]]]:
    """The first sheet shown that is not empty: its name, and its lines from the top, as text."""
    try:
        safe = _repacked(content)
        with CalamineWorkbook.from_filelike(io.BytesIO(safe)) as book:
            return _first_sheet(book)
    except _UNREADABLE as error:
        message = "Ce classeur est illisible ou protégé : enregistrez-le en .xlsx ou en CSV UTF-8."
        raise Invalid("fichier", message) from error


def _first_sheet(book: CalamineWorkbook) -> tuple[str, list[list[str]]]:
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            # Most texts come back on thousands of lines: each is kept once.
            known: dict[str, str] = {}
            lines = [
                [known.setdefault(text, text) for text in map(_text, line)]
                for line in _lines(book, sheet.name)
            ]
            if lines:
                return sheet.name, lines
    raise Invalid("fichier", "Le classeur est vide.")


def _lines(book: CalamineWorkbook, name: str) -> Iterator[list[Cell]]:
    sheet = book.get_sheet_by_name(name)
    # The reader of an empty sheet has no line to start from.
    return sheet.iter_rows() if sheet.end else iter(())


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime | date | time) else str(cell)


def _repacked(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as kept:
        _refuse_bombs(source, len(content))
        for name, part in _parts(source):
            _refuse_corners(part)
            kept.writestr(name, part)
    return out.getvalue()


def _refuse_bombs(archive: zipfile.ZipFile, size: int) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_PACKED * size:
        message = (
            f"Une fois décompressé, ce classeur pèse {unpacked // 2**20} Mo en {len(parts)} "
            f"parties : {MOST_UNPACKED // 2**20} Mo au plus sont admis, avec une compression "
            "ordinaire. Enregistrez la feuille utile en CSV UTF-8."
        )
        raise Invalid("fichier", message)


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The parts of a workbook, once each; those of another kind of document are left out."""
    seen = set()
    for part in archive.infolist():
        name = part.filename.replace("\\", "/")
        if _PARTS.fullmatch(name.lower()) and name.lower() not in seen:
            seen.add(name.lower())
            yield name, archive.read(part)
    if "xl/workbook.xml" not in seen:
        message = "Ce fichier n'est ni un CSV ni un classeur .xlsx : enregistrez-le dans ce format."
        raise Invalid("fichier", message)


def _refuse_corners(part: bytes) -> None:
    """Refuse what would be given more room than the limits, however little it weighs."""
    told = (match for match in _TOLD_TEXTS.finditer(part))
    if any(not match[1] or int(match[1]) * SHORTEST_TEXT > len(part) for match in told):
        raise _unexpected()
    # Nearly every workbook stops here: reading each tag of a large one takes seconds.
    if _UNUSUAL_CELL.search(part):
        _Extent(part).check()


class _Extent:
    """How far the cells of a part go, a cell without content not counting."""

    def __init__(self, part: bytes) -> None:
        self.row = self.column = self.lowest = self.widest = 0
        self.waiting = False
        # The encoding is forced: the other reader looks at bytes and knows no other.
        parser = expat.ParserCreate("UTF-8")
        parser.StartElementHandler = self.start
        parser.StartDoctypeDeclHandler = self.refuse
        parser.Parse(part, True)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if self.waiting and name in _CONTENT:
            self.lowest = max(self.lowest, self.row)
            self.widest = max(self.widest, self.column)
        elif name == "c":
            self._cell(attributes.get("r", ""))
        elif name == "row":
            self.row = int(attributes.get("r") or self.row + 1)
            self.column = 0
            self.waiting = False

    def _cell(self, reference: str) -> None:
        place = _REFERENCE.fullmatch(reference.upper())
        if not place:
            raise _unexpected()
        letters, digits = place.groups()
        self.column = _number(letters) if letters else self.column + 1
        self.row = max(self.row, int(digits or 0))
        self.waiting = True

    def refuse(self, *_: object) -> None:
        raise _unexpected()

    def check(self) -> None:
        if self.lowest * self.widest > MOST_CELLS:
            message = (
                f"Une feuille va jusqu'à la ligne {self.lowest} et à la colonne n° {self.widest} : "
                "c'est trop. Copiez les seules cellules utiles dans un classeur neuf."
            )
            raise Invalid("fichier", message)


def _unexpected() -> Invalid:
    message = "Ce classeur n'a pas la forme attendue : enregistrez-le en CSV UTF-8."
    return Invalid("fichier", message)


def _number(letters: str) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 64
    return total
