"""The documents of a bilan: the same figures in each, the same bytes each time, nothing hidden."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from presence.charts.drawing import draw
from presence.publication.document import docx
from presence.publication.flat import csv_file, technical_csv
from presence.publication.packs import clspd, communes_of, gusp
from presence.publication.printed import pdf
from presence.publication.workbook import xlsx
from presence.releases import sealed
from presence.releases.comparison import compare
from presence.releases.content import Bilan, Table, Year
from presence.releases.queries import bilan, releases
from tests.factories.bilans import MONTHS, a_bilan, a_table
from tests.worlds import World

WRITERS: dict[str, Callable[[Bilan], bytes]] = {
    "pdf": pdf, "xlsx": xlsx, "docx": docx, "csv": csv_file, "technical": technical_csv,
    "sealed": sealed.write,
}  # fmt: skip
FULL = a_bilan(
    a_table("months", {month: 60 + n for n, month in enumerate(MONTHS)}, chart="columns"),
    a_table(
        "actions",
        {"action:mediation": 1330, "action:house_rules_reminder": 175, "action:police_request": 100,
         "action:emergency_call": None},
        chart="bars", total=1430,
    ),
    a_table("communes", {"38053": 512, "38193": 17, "38553": None}, chart="ranked", total=1430),
    years=(Year(2012, "actual", 7_000_000, 3_280_000, 3_720_000),),
)  # fmt: skip


@pytest.fixture(scope="module")
def frozen(shared_demo: World) -> Bilan:
    with shared_demo.reader() as session:
        found = bilan(session, releases(session)[0].id)
    assert found
    return found


def cells_of(found: Bilan) -> Iterator[tuple[Table, str, int | None]]:
    for table in found.tables():
        for row in table.rows:
            for cell in row.cells:
                yield table, row.label, cell.value


def text_of(kind: str, content: bytes) -> str:
    """All the words and figures of a document, spaces inside figures taken out."""
    if kind == "pdf":
        told = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif kind == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        told = "\n".join(
            " ".join(str(int(c) if isinstance(c, float) and c.is_integer() else c) for c in line)
            for name in book.sheet_names
            for line in book.get_sheet_by_name(name).to_python()
        )
    elif kind == "docx":
        read = Document(io.BytesIO(content))
        told = "\n".join(
            [p.text for p in read.paragraphs]
            + [c.text for t in read.tables for row in t.rows for c in row.cells]
        )
    else:
        told = content.decode()
    return plain(told)


def plain(told: str) -> str:
    """Without the spaces inside figures."""
    return told.replace("\u202f", "").replace("\u00a0", " ")


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "docx", "csv", "technical", "sealed"])
def test_every_figure_of_the_demonstration_is_in_each_document(frozen: Bilan, kind: str) -> None:
    told = text_of(kind, WRITERS[kind](frozen))

    counts = [v for t, _, v in cells_of(frozen) if v is not None and not t.id.startswith("funding")]
    assert len(counts) > 100
    assert [value for value in counts if str(value) not in told] == []
    if kind in {"xlsx", "docx"}:
        titles = {plain(table.title) for table in frozen.tables()}
        assert {title for title in titles if title not in told} == set()


@pytest.mark.parametrize("kind", list(WRITERS))
def test_the_same_bilan_gives_the_same_bytes(kind: str) -> None:
    assert WRITERS[kind](FULL) == WRITERS[kind](FULL)


def test_a_bilan_is_read_as_it_was_written(frozen: Bilan) -> None:
    assert sealed.read(sealed.write(frozen)) == frozen
    assert sealed.read(sealed.write(FULL)) == FULL


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        sealed.read(b'{"format":99}')


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "docx", "csv"])
def test_a_withheld_cell_says_n_c_and_is_neither_zero_nor_blank(kind: str) -> None:
    told = text_of(kind, WRITERS[kind](a_bilan(a_table("situations", {"a": None}))))

    assert "n. c." in told


def test_the_workbook_hides_nothing() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx(FULL))) as book:
        names = book.namelist()
        parts = {name: book.read(name).decode() for name in names if name.endswith(".xml")}

    assert not any("comment" in name or "vml" in name for name in names)
    assert not any("hidden" in part or "<f>" in part for part in parts.values())
    assert "Définitions" in parts["xl/workbook.xml"]
    assert "Méthode" in parts["xl/workbook.xml"]


def test_the_printed_bilan_is_tagged_titled_and_in_french() -> None:
    read = PdfReader(io.BytesIO(pdf(FULL)))

    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert read.metadata
    assert read.metadata.title == "Bilan\u00a0: Février 2012 – novembre 2013"


def test_the_document_to_edit_names_nobody() -> None:
    known = Document(io.BytesIO(docx(FULL))).core_properties

    assert (known.author, known.last_modified_by, known.language) == ("", "", "fr-FR")


def test_the_csv_for_a_spreadsheet_opens_right_and_the_other_is_for_programs() -> None:
    french, plain = csv_file(FULL), technical_csv(FULL)

    lines = list(csv.DictReader(io.StringIO(plain.decode())))
    assert french.startswith(b"\xef\xbb\xbf")
    assert "93,0" in french.decode()
    (mediation,) = [line for line in lines if line["code_ligne"] == "action:mediation"]
    assert (mediation["valeur"], mediation["part_pour_cent"]) == ("1330", "93.0")
    (withheld,) = [line for line in lines if line["code_ligne"] == "action:emergency_call"]
    assert (withheld["valeur"], withheld["motif"]) == ("", "n.\u00a0c. secret statistique")


@pytest.mark.parametrize("chart", ["columns", "bars", "ranked"])
def test_a_picture_says_the_figures_of_its_table_and_nothing_withheld(chart: str) -> None:
    names = {"columns": "months", "bars": "actions", "ranked": "communes"}
    table = FULL.table(names[chart])
    assert table

    drawn = draw(table)

    assert drawn
    told = drawn.decode().replace("\u202f", "")
    assert f"<title>{table.title}</title>" in told
    if chart == "bars":
        assert all(share in told for share in ("93\u00a0%", "12\u00a0%", "7\u00a0%"))
    if chart == "ranked":
        assert "512" in told
        assert "n. c." in told


def test_nothing_is_drawn_when_all_is_withheld() -> None:
    assert draw(a_table("communes", {"38053": None}, chart="ranked")) is None


def test_the_same_picture_has_the_same_bytes() -> None:
    table = a_table("communes", {"38053": 5, "38193": 8}, chart="ranked", total=13)
    first = draw(table)
    draw.cache_clear()

    assert draw(table) == first


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=6), st.none() | st.integers(0, 10**6), max_size=8
    )
)
def test_every_flat_file_says_what_the_bilan_says(values: dict[str, int | None]) -> None:
    found = a_bilan(a_table("situations", values))

    lines = list(csv.DictReader(io.StringIO(technical_csv(found).decode())))

    assert {line["code_ligne"]: line["valeur"] for line in lines} == {
        code: "" if value is None else str(value) for code, value in values.items()
    }


def test_a_commune_has_its_packs_and_nothing_of_another(frozen: Bilan) -> None:
    code, name = communes_of(frozen)[0]

    for made in (clspd(frozen, code), gusp(frozen, code)):
        assert made
        assert made.territory == name
        for table in made.sections[0].tables:
            assert {row.code.partition("|")[0].partition("/")[0] for row in table.rows} == {code}
        assert pdf(made).startswith(b"%PDF")


def test_a_commune_that_is_not_covered_has_no_pack(frozen: Bilan) -> None:
    assert clspd(frozen, "75056") is None
    assert gusp(frozen, "75056") is None


def test_bilans_of_different_lengths_are_not_compared(frozen: Bilan) -> None:
    found = compare(frozen, FULL)

    assert found.refused
    assert found.refused.startswith("Comparaison impossible\u00a0: 1 mois d'un côté, 22 de")
    assert found.lines == ()


def test_the_same_perimeter_is_compared_line_by_line(frozen: Bilan) -> None:
    found = compare(frozen, frozen)

    assert found.refused is None
    assert {line.change for line in found.lines} <= {0, None}
    assert "Interventions" in {line.label for line in found.lines}
