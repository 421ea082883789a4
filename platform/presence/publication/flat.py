"""The bilan as flat files (CSV): one line per cell, for a spreadsheet or for a program."""

import csv
import io
from collections.abc import Iterator

from presence.kernel.spreadsheets import csv_bytes
from presence.publication import words
from presence.releases.content import Bilan
from presence.releases.wording import period_label

HEAD = (
    "section", "tableau", "code_ligne", "ligne", "code_colonne", "colonne", "unite", "valeur",
    "part_pour_cent", "motif", "periode", "version",
)  # fmt: skip


def csv_file(bilan: Bilan) -> bytes:
    """For a spreadsheet in French: BOM, `;`, decimal comma."""
    rows = [[_comma(value) for value in line] for line in _lines(bilan)]
    return csv_bytes([HEAD, *rows])


def technical_csv(bilan: Bilan) -> bytes:
    """For a program: UTF-8, `,`, decimal point."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(_lines(bilan))
    return out.getvalue().encode()


def _lines(bilan: Bilan) -> Iterator[list[str]]:
    period = period_label(bilan.from_on, bilan.to_on)
    for section in bilan.sections:
        for table in section.tables:
            for row in table.rows:
                for column, cell in zip(table.columns, row.cells, strict=True):
                    part = "" if cell.permille is None else f"{cell.permille / 10:.1f}"
                    yield [
                        section.title, table.id, row.code, row.label, column.code, column.label,
                        column.unit, "" if cell.value is None else str(cell.value), part,
                        "" if cell.value is not None else f"{words.WITHHELD} {cell.withheld}",
                        period, str(bilan.version),
                    ]  # fmt: skip


def _comma(value: str) -> str:
    bare = value.replace(".", "", 1)
    return value.replace(".", ",") if bare.isascii() and bare.isdigit() else value
