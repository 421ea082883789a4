"""Reading a file of places: what is recognised, what is refused and how it is said."""

import io
import zipfile
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.imports.reading import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    SEPARATORS,
    Table,
    read_table,
)
from presence.imports.workbooks import MOST_PARTS
from presence.kernel.errors import Invalid
from tests.factories.patrimoine_files import csv_file
from tests.factories.workbooks import SHEET, Cell, a_workbook, rewritten, with_part

HEADER = ("code", "nom", "logements")
ROW = ("R1", "Résidence à l'été", "12")
GOOD = a_workbook([HEADER, ROW])


def read(content: bytes | str, name: str = "patrimoine.csv") -> Table:
    return read_table(content.encode() if isinstance(content, str) else content, name)


def refusal(content: bytes | str, name: str = "patrimoine.csv") -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read(content, name)
    return caught.value.faults[0].field, caught.value.message


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 avec BOM"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_accents_are_read_whatever_the_encoding(encoding: str, label: str) -> None:
    table = read(csv_file(HEADER, [ROW], encoding=encoding))

    assert (table.encoding, table.header, table.rows) == (label, HEADER, ((2, ROW),))


def test_utf_16_is_read_in_both_orders() -> None:
    text = "code;nom\nR1;été\n"

    assert read(b"\xfe\xff" + text.encode("utf-16-be")).rows[0][1] == ("R1", "été")


@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_separator_is_recognised(separator: str) -> None:
    table = read(csv_file(HEADER, [ROW], separator=separator))

    assert (table.separator, table.rows[0][1]) == (SEPARATORS[separator], ROW)


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("code;nom\nR1;1,5, 2,5\nR2;3,5, 4,5\n", ("R1", "1,5, 2,5")),
        ("code;entrees\nR1;Hall 1|Hall 2|Hall 3\n", ("R1", "Hall 1|Hall 2|Hall 3")),
        ('"nom, adresse";code\n"a;b";R1\n', ("a;b", "R1")),
        ("sep=,\r\ncode,nom;\r\nR1,x;y;z\r\n", ("R1", "x;y;z")),
    ],
    ids=["decimal commas", "lists", "quoted", "said"],
)
def test_a_separator_inside_texts_is_not_the_file_s(content: str, cells: tuple[str, ...]) -> None:
    assert read(content).rows[0][1] == cells


def test_a_text_of_several_lines_does_not_move_the_numbers_that_follow() -> None:
    table = read('code;nom\r\nR1;"deux\r\nlignes"\r\n\r\nR2;x\r\n')

    assert [line for line, _ in table.rows] == [2, 5]


def test_short_and_long_lines_fit_the_titles_and_the_long_ones_are_known() -> None:
    table = read("code;nom\nR1\nR2;x;;\nR3;y;z\n")

    assert [cells for _, cells in table.rows] == [("R1", ""), ("R2", "x"), ("R3", "y")]
    assert table.surplus == {4}


def test_the_sample_is_the_first_three_lines() -> None:
    table = read(csv_file(HEADER, [ROW] * 5))

    assert table.sample == table.rows[:3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv_file(HEADER, [ROW]), "CSV · Windows-1252 · point-virgule"),
        (GOOD, "XLSX · feuille « Patrimoine »"),
    ],
)
def test_what_was_recognised_is_said(content: bytes, said: str) -> None:
    assert read(content).recognised == said


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        (b"", "fichier", "vide"),
        (b" \r\n ;", "fichier", "aucune ligne"),
        ("code;nom\n", "fichier", "aucune ligne"),
        ("code;nom\nR1;x\0y\n", "ligne 2", "octets nuls"),
        ('code;nom\nR1;x\nR2;"sans fin\nR3;y\n', "ligne 3", "guillemets"),
        ('code;nom\nR1;"a" b\n', "ligne 2", "guillemets"),
        ("code;nom\nété;x\n".encode() + b"\xe9;y\n", "ligne 3", "comme le reste"),
        (b"code;nom\nR1;\x81\n", "ligne 2", "Windows-1252"),
        (b"\xef\xbb\xbfcode\nR\xe91\n", "ligne 2", "UTF-8 avec BOM"),
        (b"\xff\xfec\x00o", "ligne 1", "UTF-16"),
        (b"%PDF-1.7\n", "fichier", "ni un CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "fichier", "ni un CSV"),
        (b"<html><table>", "fichier", "ni un CSV"),
        (b"PK\x03\x04rien", "fichier", "illisible"),
        ("a;b\n" + "R;" + "x" * 200_000 + "\n", "ligne 2", "longueur"),
        (b"x" * (MOST_BYTES + 1), "fichier", "10 Mo"),
        ("code\n" + "R\n" * (MOST_ROWS + 1), "fichier", "lignes"),
        (";".join(f"c{n}" for n in range(300)) + "\nx\n", "ligne 1", "a 300 colonnes"),
    ],
    ids=["empty", "blank", "titles alone", "null byte", "open quote", "text after a quote",
         "damaged UTF-8", "no encoding", "damaged BOM", "short UTF-16", "PDF", "old workbook",
         "page", "false archive", "endless cell", "heavy", "long", "wide"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where_and_why(
    content: bytes | str, field: str, said: str
) -> None:
    where, message = refusal(content)

    assert (where, said in message) == (field, True)


def test_a_wide_file_says_how_many_columns_are_admitted() -> None:
    _, message = refusal(";".join("c" * 300) + "\nx\n")

    assert f"{MOST_COLUMNS} au plus" in message


def test_a_file_named_as_a_workbook_must_be_one() -> None:
    assert "ni un CSV" in refusal("code;nom\nR1;x\n", "Patrimoine.XLSX")[1]


def test_an_endless_cell_is_cut_just_after_the_limit() -> None:
    table = read("code;nom\nR1;" + "x" * 2_000)

    assert len(table.rows[0][1][1]) == LONGEST_CELL + 1


def test_a_narrowed_table_forgets_the_other_columns() -> None:
    table = read(csv_file(("code", "locataire", "nom"), [("R1", "M. X", "Les Lilas")]))

    kept = table.keep([0, 2])

    assert (kept.header, kept.rows) == (("code", "nom"), ((2, ("R1", "Les Lilas")),))


def test_a_table_survives_being_kept() -> None:
    table = read("code;nom\nR1;x;y\n")

    assert Table.from_json(table.to_json()) == table


def test_the_cells_of_a_workbook_come_as_texts() -> None:
    rows: list[tuple[Cell, ...]] = [
        HEADER,
        ("01500", 12.0, 45.586),
        (date(2024, 1, 2), time(10), True),
        ("=1+1", 1e6, None),
    ]

    table = read(a_workbook(rows))

    assert [cells for _, cells in table.rows] == [
        ("01500", "12", "45.586"),
        ("2024-01-02", "10:00:00", "VRAI"),
        ("=1+1", "1000000", ""),
    ]


def test_the_first_sheet_that_is_not_empty_is_read_with_its_own_line_numbers() -> None:
    table = read(a_workbook([[], HEADER, [], ROW], empty_first=True))

    assert (table.sheet, table.header, table.rows) == ("Patrimoine", HEADER, ((4, ROW),))


def test_a_hidden_sheet_is_not_read() -> None:
    content = rewritten(
        a_workbook([HEADER, ROW], empty_first=True), "xl/workbook.xml",
        rb'name="Patrimoine"', b'name="Patrimoine" state="hidden"',
    )  # fmt: skip

    assert refusal(content)[1] == "Le classeur est vide."


def test_a_wide_sheet_says_how_many_columns_it_has() -> None:
    content = a_workbook([[f"c{n}" for n in range(300)], ["x"]])

    assert "a 300 colonnes" in refusal(content)[1]


def test_a_cell_in_the_last_corner_is_refused_before_memory_is_asked_for() -> None:
    content = a_workbook([HEADER, *[("x",)] * 600])
    cell = rb'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    assert (
        "jusqu'à la ligne 1048576" in refusal(rewritten(content, SHEET, rb"</sheetData>", cell))[1]
    )


def test_a_cell_far_away_that_is_empty_takes_no_room() -> None:
    cell = rb'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'

    assert read(rewritten(GOOD, SHEET, rb"</sheetData>", cell)).rows == ((2, ROW),)


def test_cells_that_are_not_placed_are_read_in_order() -> None:
    content = rewritten(GOOD, SHEET, rb'<c r="[A-Z]+\d+"', b"<c")

    assert read(content).rows == ((2, ROW),)


def test_a_line_far_away_whose_cells_are_not_placed_is_refused() -> None:
    line = b'<row r="9999999">' + b"<c><v>1</v></c>" * 3 + b"</row></sheetData>"

    assert "jusqu'à la ligne 9999999" in refusal(rewritten(GOOD, SHEET, rb"</sheetData>", line))[1]


@pytest.mark.parametrize("told", [b'"4000000000"', b"'4000000000'", b'"&#52;000000000"', b'""'])
def test_a_table_said_to_hold_more_texts_than_it_weighs_is_refused(told: bytes) -> None:
    content = rewritten(GOOD, "xl/sharedStrings.xml", rb'uniqueCount="\d+"', b"uniqueCount=" + told)

    assert "forme attendue" in refusal(content)[1]


def test_a_cell_placed_nowhere_is_refused() -> None:
    content = rewritten(GOOD, SHEET, rb'<c r="A1"', b'<c r="1A"')

    assert "forme attendue" in refusal(content)[1]


def test_a_declared_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c><v>1</v></c></row>'
    content = with_part(GOOD, SHEET, bomb + b"</sheetData></worksheet>")

    assert "forme attendue" in refusal(content)[1]


@pytest.mark.parametrize(
    "content",
    [
        with_part(GOOD, "xl/media/zeros.bin", b"\0" * 101 * 2**20),
        with_part(GOOD, "xl/media/zeros.bin", b"\0" * 5 * 2**20),
    ],
    ids=["too heavy", "too well packed"],
)
def test_a_compression_bomb_is_not_opened(content: bytes) -> None:
    assert "Une fois décompressé" in refusal(content)[1]


def test_an_archive_of_thousands_of_parts_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(MOST_PARTS + 1):
            archive.writestr(f"xl/{number}.xml", "<a/>")

    assert f"en {MOST_PARTS + 1} parties" in refusal(out.getvalue())[1]


def test_another_document_in_an_archive_is_not_a_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")

    assert "ni un CSV" in refusal(out.getvalue())[1]


def test_an_empty_workbook_is_said_to_be_empty() -> None:
    assert refusal(a_workbook([])) == ("fichier", "Le classeur est vide.")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        table = read(content)
    except Invalid as error:
        assert error.message.endswith(".")  # noqa: PT017 - both ends are right
    else:
        assert all(len(cells) == len(table.header) for _, cells in table.rows)


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_with_a_sentence(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for place in data.draw(st.lists(st.integers(4, len(GOOD) - 1), min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))

    try:
        table = read(bytes(damaged))
    except Invalid as error:
        assert error.message.endswith(".")  # noqa: PT017 - both ends are right
    else:
        assert table.rows


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6),
    st.sampled_from(sorted(SEPARATORS)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_what_is_read(
    rows: list[tuple[str, str, str]], separator: str, encoding: str
) -> None:
    content = csv_file(HEADER, rows, encoding=encoding, separator=separator)

    table = read(content)

    assert [cells for _, cells in table.rows] == rows
