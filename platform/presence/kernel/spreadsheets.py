"""CSV for French spreadsheets (tableurs): UTF-8 with BOM, `;`, formulas neutralised.

A cell that a spreadsheet would compute (`= + - @`, tab, carriage return) is preceded by an
apostrophe: what a person typed is shown, never run (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet computes; a plain number keeps its sign."""
    bare = text.lstrip(" ")
    if not bare.startswith(_COMPUTED):
        return text
    number = bare[1:].replace(",", "", 1).replace("\u202f", "").replace("\u00a0", "")
    return text if bare[0] in "+-" and number.isascii() and number.isdigit() else f"'{text}"


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as a file that a double click opens right."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode()
