"""The bilan as a workbook (XLSX): a sheet per section, the definitions, the method; nothing hidden.

A withheld cell is the text « n. c. »: no formula, no comment, no hidden line holds its value.
"""

import io

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from presence.publication import words
from presence.releases.content import Bilan, Cell, Column, Section, Table
from presence.releases.wording import period_label

_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_MONEY, _WHOLE, _SHARE = '#,##0.00\u00a0"€"', 3, "0.0%"
LONGEST_NAME = 31


class _Styles:
    """The few looks of a sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.finding = book.add_format({"bold": True, "font_size": 12})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.quiet = book.add_format({"italic": True, "font_color": "#4A5568"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.whole = book.add_format({"num_format": _WHOLE})
        self.money = book.add_format({"num_format": _MONEY})
        self.share = book.add_format({"num_format": _SHARE})
        self.right = book.add_format({"align": "right"})


def xlsx(bilan: Bilan) -> bytes:
    """The workbook of a bilan; the same bilan always gives the same bytes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({
            "title": words.title(bilan), "created": bilan.published_at.replace(tzinfo=None),
        })  # fmt: skip
        styles = _Styles(book)
        _summary(book, styles, bilan)
        for section in bilan.sections:
            _section(book, styles, bilan, section)
        _definitions(book, styles, bilan)
        _method(book, styles, bilan)
    return out.getvalue()


def _summary(book: xlsxwriter.Workbook, styles: _Styles, bilan: Bilan) -> None:
    sheet = _sheet(book, "Synthèse")
    sheet.write_string(0, 0, f"{bilan.scheme} · {words.title(bilan)}", styles.title)
    for line, text in enumerate((bilan.answer, *bilan.paragraphs, words.completeness(bilan)), 2):
        sheet.write_string(line, 0, text)
    start = 4 + len(bilan.paragraphs) + 1
    for rank, title in enumerate(("Indicateur", "Valeur", "Part")):
        sheet.write_string(start, rank, title, styles.head)
    for line, row in enumerate(bilan.totals, start + 1):
        sheet.write_string(line, 0, row.label)
        _write(sheet, styles, line, 1, Column("count", "Valeur"), row.cells[0])
        _write_share(sheet, styles, line, 2, row.cells[0])


def _section(book: xlsxwriter.Workbook, styles: _Styles, bilan: Bilan, section: Section) -> None:
    sheet = _sheet(book, section.title)
    period = period_label(bilan.from_on, bilan.to_on)
    line = 0
    for text in section.paragraphs:
        sheet.write_string(line, 0, text)
        line += 1
    for table in section.tables:
        line = _table(sheet, styles, table, period, line + 1)


def _table(
    sheet: xlsxwriter.worksheet.Worksheet, styles: _Styles, table: Table, period: str, line: int
) -> int:
    """Write a table from a line on; the line after it."""
    sheet.write_string(line, 0, table.title, styles.finding)
    sheet.write_string(line + 1, 0, words.measured(table, period), styles.quiet)
    line += 2
    at = 1
    sheet.write_string(line, 0, table.head, styles.head)
    places: list[tuple[int, Column]] = []
    for column in table.columns:
        places.append((at, column))
        sheet.write_string(line, at, column.label, styles.head)
        at += 1
        if column.share:
            sheet.write_string(line, at, f"{column.label}, part", styles.head)
            at += 1
    for row in table.rows:
        line += 1
        sheet.write_string(line, 0, row.label)
        for (place, column), cell in zip(places, row.cells, strict=True):
            _write(sheet, styles, line, place, column, cell)
            if column.share:
                _write_share(sheet, styles, line, place + 1, cell)
    for note in (*table.notes, *([table.grain] if table.grain else [])):
        line += 1
        sheet.write_string(line, 0, note, styles.quiet)
    return line + 1


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, styles: _Styles, line: int, at: int, column: Column,
    cell: Cell,
) -> None:  # fmt: skip
    if cell.value is None:
        sheet.write_string(line, at, words.WITHHELD, styles.right)
    elif column.unit == "cents":
        sheet.write_number(line, at, cell.value / 100, styles.money)
    else:
        sheet.write_number(line, at, cell.value, styles.whole)


def _write_share(
    sheet: xlsxwriter.worksheet.Worksheet, styles: _Styles, line: int, at: int, cell: Cell
) -> None:
    if cell.permille is not None:
        sheet.write_number(line, at, cell.permille / 1000, styles.share)


def _definitions(book: xlsxwriter.Workbook, styles: _Styles, bilan: Bilan) -> None:
    sheet = _sheet(book, "Définitions")
    titles = ("Code", "Indicateur", "Unité", "Définition", "Numérateur", "Dénominateur",
              "Plusieurs réponses", "Version", "Source")  # fmt: skip
    for rank, title in enumerate(titles):
        sheet.write_string(0, rank, title, styles.head)
    for line, item in enumerate(bilan.definitions, 1):
        told = (item.code, item.label, item.unit, item.definition, item.numerator,
                item.denominator or "", "oui" if item.several else "non", str(item.version),
                item.source)  # fmt: skip
        for rank, text in enumerate(told):
            sheet.write_string(line, rank, text, styles.wrap)
    sheet.set_column(3, 4, 60)


def _method(book: xlsxwriter.Workbook, styles: _Styles, bilan: Bilan) -> None:
    sheet = _sheet(book, "Méthode")
    sheet.set_column(0, 0, 120)
    told = [*words.method(bilan), words.completeness(bilan),
            f"Version {bilan.version}, {bilan.reason}. Logiciel {bilan.code_version}."]  # fmt: skip
    for line, text in enumerate(told):
        sheet.write_string(line, 0, text, styles.wrap)


def _sheet(book: xlsxwriter.Workbook, name: str) -> xlsxwriter.worksheet.Worksheet:
    made = book.add_worksheet(name[:LONGEST_NAME])
    made.set_column(0, 0, 44)
    made.set_column(1, 20, 14)
    made.set_paper(9)  # A4
    made.set_landscape()
    made.fit_to_pages(1, 0)
    made.set_footer("&R Page &P sur &N")
    return made
