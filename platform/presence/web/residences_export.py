"""The list of residences as a file (export XLSX, CSV): every line found, no code, no contact."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from presence.kernel import formats
from presence.kernel.clock import now
from presence.kernel.spreadsheets import csv_bytes
from presence.kernel.workbooks import Cell, Column, Sheet, workbook_bytes
from presence.patrimoine.listed import Listed
from presence.web.residences_view import EVENINGS, Line, lines_of

# Titles that the import knows are its own words: a list can be corrected and sent back.
COLUMNS = (
    Column("Code", 12), Column("Nom", 30), Column("Adresse", 34), Column("Commune", 24),
    Column("Code Insee", 11), Column("Agence", 20), Column("QPV", 20),
    Column("Millésime QPV", 11), Column("Logements", 11), Column("Nombre de halls", 9),
    Column("Passages demandés", 40), Column("Dernier passage", 12),
    Column(f"Interventions sur {EVENINGS} soirées", 14), Column("Périmètre", 24),
    Column("Périmètre : depuis le", 12), Column("Périmètre : jusqu'au (exclu)", 12),
    Column("Archivée le", 12),
)  # fmt: skip
# Lines are completed by as many at a time: no query names thousands of places.
_TOGETHER = 500


def rows_of(session: Session, places: Sequence[Listed], day: date) -> list[tuple[Cell, ...]]:
    """The cells of every residence as of today, in order."""
    return [
        _row(line)
        for start in range(0, len(places), _TOGETHER)
        for line in lines_of(session, places[start : start + _TOGETHER], day)
    ]


def workbook_of(
    session: Session, rows: Sequence[tuple[Cell, ...]], about: Sequence[tuple[str, str]]
) -> bytes:
    """The workbook of the list."""
    return workbook_bytes(Sheet("Résidences", COLUMNS, about, now(session)), rows)


def csv_of(rows: Sequence[tuple[Cell, ...]]) -> bytes:
    """The CSV of the list."""
    titles = [column.title for column in COLUMNS]
    return csv_bytes([titles, *([_written(cell) for cell in row] for row in rows)])


def _row(line: Line) -> tuple[Cell, ...]:
    place = line.place
    return (
        place.code, place.name, place.address, place.commune, place.insee_code, place.agency,
        place.qpv_name, None if place.qpv_vintage is None else str(place.qpv_vintage),
        place.dwellings, line.halls, line.frequency, line.last_visit_on, line.interventions,
        line.standing, line.entered_on, line.left_on, place.archived_on,
    )  # fmt: skip


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    return formats.numeric_date(cell) if isinstance(cell, date) else str(cell)
