"""Workbooks (.xlsx), honest ones and others."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

Cell = str | float | bool | date | datetime | time | None
SHEET = "xl/worksheets/sheet1.xml"


def a_workbook(rows: Sequence[Sequence[Cell]], *, empty_first: bool = False) -> bytes:
    """A workbook of one sheet « Patrimoine », after an empty one if asked."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        if empty_first:
            book.add_worksheet("Vide")
        sheet = book.add_worksheet("Patrimoine")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        hour = book.add_format({"num_format": "hh:mm"})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date | time):
                    shape = hour if isinstance(cell, time) else day
                    sheet.write_datetime(line, column, cell, shape)
                elif cell is not None:
                    sheet.write(line, column, cell)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same archive with a part added, or put in the place of another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as made:
        for info in source.infolist():
            if info.filename != name:
                made.writestr(info.filename, source.read(info))
        made.writestr(name, part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def rewritten(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The same archive with one part's text changed (a pattern, and what replaces it)."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        part = source.read(name)
    changed = re.sub(old, new, part)
    if changed == part:
        raise LookupError(old)
    return with_part(content, name, changed)
