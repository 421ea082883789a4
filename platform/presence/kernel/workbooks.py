"""Excel workbooks (classeurs .xlsx): one table, whose texts are texts and whose dates are dates.

A text is written as a text whatever it looks like: a code keeps its leading zeros, « =1+1 » is
shown and never computed. The table starts on the first line of the first sheet, so that a file
made here can be read by what reads tables; how many lines it has is on the sheet's tab, at the
foot of each printed page, and on a second sheet with what else must be said of the file.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from presence.kernel.formats import count, number

Cell = str | int | date | None
# What a cell and a sheet's name hold (Excel's own limits).
LONGEST_TEXT, LONGEST_NAME = 32_767, 31
# Excel's own formats: a whole number with its thousands apart, a text.
_WHOLE, _TEXT = 3, 49
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False, "default_date_format": "dd/mm/yyyy",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its title, and its width in characters."""

    title: str
    width: int = 14


@dataclass(frozen=True)
class Sheet:
    """A table: the name of its tab, its columns, what is said of it, and when it was made."""

    name: str
    columns: Sequence[Column]
    about: Sequence[tuple[str, str]]
    made_at: datetime


def workbook_bytes(sheet: Sheet, rows: Sequence[Sequence[Cell]]) -> bytes:
    """The workbook of a table."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        # The machine's clock is not the business one.
        book.set_properties({"created": sheet.made_at.replace(tzinfo=None)})
        _write_table(book, sheet, rows)
        _write_about(book, sheet, len(rows))
    return out.getvalue()


def _write_table(book: xlsxwriter.Workbook, sheet: Sheet, rows: Sequence[Sequence[Cell]]) -> None:
    size = f" ({number(len(rows))})"
    made = book.add_worksheet(sheet.name[: LONGEST_NAME - len(size)] + size)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    whole, text = book.add_format({"num_format": _WHOLE}), book.add_format({"num_format": _TEXT})
    for index, column in enumerate(sheet.columns):
        made.set_column(index, index, column.width)
        made.write_string(0, index, column.title, head)
    for line, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            if isinstance(cell, str):
                made.write_string(line, index, cell[:LONGEST_TEXT], text)
            elif isinstance(cell, date):
                made.write_datetime(line, index, cell)
            elif cell is not None:
                made.write_number(line, index, cell, whole)
    made.freeze_panes(1, 0)
    made.autofilter(0, 0, max(1, len(rows)), len(sheet.columns) - 1)
    made.repeat_rows(0)
    made.set_landscape()
    made.set_paper(9)  # A4
    made.fit_to_pages(1, 0)
    made.set_footer(f"&L{count(len(rows), 'ligne')}&RPage &P sur &N")


def _write_about(book: xlsxwriter.Workbook, sheet: Sheet, size: int) -> None:
    made = book.add_worksheet("À propos")
    name = book.add_format({"bold": True})
    made.set_column(0, 0, 18)
    made.set_column(1, 1, 90)
    for line, (title, said) in enumerate([("Lignes", number(size)), *sheet.about]):
        made.write_string(line, 0, title, name)
        made.write_string(line, 1, said)
