"""Excel workbooks that are written: texts stay texts, dates are dates, the size is said."""

import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from presence.kernel.workbooks import LONGEST_TEXT, Cell, Column, Sheet, workbook_bytes

SHEET = Sheet(
    "Résidences",
    (Column("Code"), Column("Nom", 30), Column("Logements"), Column("Le")),
    (("Filtres", "aucun"),),
    datetime(2013, 12, 5, 8, tzinfo=UTC),
)
ROW: tuple[Cell, ...] = ("00380", "Les Églantiers", 1430, date(2013, 12, 4))
FIRST = "xl/worksheets/sheet1.xml"


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(name).decode()


def test_a_workbook_is_read_back_as_it_was_written() -> None:
    content = workbook_bytes(SHEET, [ROW, ("R1", None, 0, None)])

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = sheet.to_python()

    assert rows == [
        ["Code", "Nom", "Logements", "Le"],
        ["00380", "Les Églantiers", 1430.0, date(2013, 12, 4)],
        ["R1", "", 0.0, ""],
    ]


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x.example";"ouvrir")', "=1+1", "{=SOMME(A1)}", "+33 4", "-2",
        "@SUM(A1)", "\t=1", "http://x.example", "mailto:a@x.example", "internal:Feuil1!A1",
        "0123", "1E5", "NaN",
    ],
)  # fmt: skip
def test_a_text_stays_a_text_whatever_it_looks_like(text: str) -> None:
    content = workbook_bytes(SHEET, [(text, text, 1, None)])

    xml = part(content, FIRST)
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    assert cells[1][:2] == [text, text]
    assert re.search(r'<c r="A2"[^>]* t="inlineStr"', xml)
    assert "<f>" not in xml
    assert "hyperlink" not in xml


def test_numbers_and_dates_are_written_as_a_french_reader_expects() -> None:
    content = workbook_bytes(SHEET, [ROW])

    styles = part(content, "xl/styles.xml")

    assert 'formatCode="dd/mm/yyyy"' in styles
    assert re.search(r'<c r="C2"[^>]*><v>1430</v>', part(content, FIRST))
    # 3 is Excel's own « # ##0 », 49 its « text ».
    assert 'numFmtId="3"' in styles
    assert 'numFmtId="49"' in styles


def test_the_titles_stay_in_sight_on_the_screen_and_on_paper() -> None:
    content = workbook_bytes(SHEET, [ROW])

    xml, names = part(content, FIRST), part(content, "xl/workbook.xml")

    assert re.search(r'<pane ySplit="1"[^>]* state="frozen"', xml)
    assert "_xlnm.Print_Titles" in names
    assert '<autoFilter ref="A1:D2"/>' in xml


def test_the_number_of_lines_is_on_the_tab_at_the_foot_and_beside_the_table() -> None:
    content = workbook_bytes(SHEET, [ROW] * 1430)

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))

    assert book.sheet_names == ["Résidences (1\u202f430)", "À propos"]
    assert book.get_sheet_by_index(1).to_python() == [
        ["Lignes", "1\u202f430"],
        ["Filtres", "aucun"],
    ]
    assert "&amp;L1\u202f430\u00a0lignes" in part(content, FIRST)


def test_a_table_without_a_line_still_has_its_titles() -> None:
    content = workbook_bytes(SHEET, [])

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))

    assert book.sheet_names[0] == "Résidences (0)"
    assert book.get_sheet_by_index(0).to_python() == [["Code", "Nom", "Logements", "Le"]]


def test_a_text_longer_than_a_cell_is_cut_and_not_lost() -> None:
    content = workbook_bytes(SHEET, [("R1", "é" * 40_000, 1, None)])

    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    assert cells[1][1] == "é" * LONGEST_TEXT


def test_the_same_table_makes_the_same_file_at_the_time_it_was_told() -> None:
    first, second = (workbook_bytes(SHEET, [ROW]) for _ in range(2))

    assert first == second
    assert "2013-12-05T08:00:00Z" in part(first, "docProps/core.xml")
