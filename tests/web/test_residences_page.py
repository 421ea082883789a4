"""« Résidences » (A4): what the list says, its address, its swaps, its files."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from presence.imports.columns import guess
from presence.imports.fields import Field
from presence.imports.reading import read_table
from presence.kernel.nomenclature import ArchiveReason
from presence.patrimoine.coverage import leave_perimeter
from presence.patrimoine.places import archive_residence
from presence.patrimoine.queries import residences
from presence.patrimoine.services import ResidenceDraft, create_residences
from presence.web.residences import XLSX
from tests.stack import Servers
from tests.web.accounts import csrf_of, signed_in, without_marks
from tests.worlds import SMALL_DEMO, World, cloned

FORMULA = '=HYPERLINK("http://x.example";"Le Clos")'
HTMX = {"HX-Request": "true"}
ADDED = 60


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    """A demonstration whose PLURALIS holds enough to fill two pages, with a name to beware of."""
    with cloned(servers, SMALL_DEMO) as world:
        with world.bailleur("PLURALIS") as session:
            names = [f"Bâtiment {number}" for number in range(1, ADDED)]
            drafts = [
                ResidenceDraft(
                    agency="Voiron", code=f"0{number:03}", name=name, address="1 rue Haute",
                    insee_code="38053", dwellings=1430,
                )
                for number, name in enumerate([FORMULA, *names])
            ]  # fmt: skip
            create_residences(session, drafts, None)
        yield world


@pytest.fixture(scope="module")
def opac38(own: World) -> FlaskClient:
    return signed_in(own, "opac38")


@pytest.fixture(scope="module")
def pluralis(own: World) -> FlaskClient:
    return signed_in(own, "pluralis")


def page_of(client: FlaskClient, query: str = "", **headers: str) -> str:
    answer = client.get(f"/residences{query}", headers=headers)
    assert answer.status_code == 200, answer.text[:500]
    return html.unescape(answer.text)


def names_of(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page)


def answer_of(page: str) -> str:
    found = re.search(r'id="compte"[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1]


def id_of(world: World, name: str) -> str:
    with world.bailleur("OPAC38") as session:
        return str(next(place.id for place in residences(session) if place.name == name))


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_list_says_what_each_place_weighs_and_what_happened_there(
    own: World, opac38: FlaskClient
) -> None:
    page = page_of(opac38)

    row = next(part for part in page.split("<tr>") if "Les Fougères" in part)
    words = " ".join(re.sub("<[^>]*>", " ", row).split())

    assert answer_of(page).startswith("23\u00a0résidences, 1\u202f240\u00a0logements")
    assert f'href="/residences/{id_of(own, "Les Fougères")}"' in row
    assert "R001 · 12 allée des Fougères" in words
    assert "Villefontaine QPV Saint-Bonnet (2015)" in words
    assert "101 4 halls 6 soirs par semaine 04/12/2013 13" in words
    assert "dans le périmètre depuis le 01/01/2012" in words
    assert '<time datetime="2013-12-04">' in row


def test_a_place_is_found_without_its_accents(opac38: FlaskClient) -> None:
    page = page_of(opac38, "?q=eglantiers")

    assert names_of(page) == ["Les Églantiers"]
    assert answer_of(page).startswith("1\u00a0résidence, 45\u00a0logements")


def test_each_filter_is_a_chip_that_leads_to_the_list_without_it(opac38: FlaskClient) -> None:
    page = page_of(opac38, "?q=les&commune=38053&qpv=non&frequence=fixee&perimetre=dedans")

    chips = re.findall(r'<li><a id="retirer-(\w+)" href="([^"]*)"[^>]*>([^<]*)<', page)

    assert [(name, words) for name, _, words in chips] == [
        ("q", "Recherche : « les »"),
        ("commune", "Commune : Bourgoin-Jallieu"),
        ("qpv", "Hors QPV"),
        ("frequence", "Fréquence fixée"),
        ("perimetre", "Dans le périmètre"),
    ]
    assert chips[1][1] == "/residences?q=les&qpv=non&frequence=fixee&perimetre=dedans"
    assert 'class="clear" id="retirer-tout" href="/residences"' in page
    assert "Les Acacias" in names_of(page)
    assert "Les Fougères" not in page


def test_the_same_filters_hold_together_and_without_script(opac38: FlaskClient) -> None:
    form = "?q=&agence=&commune=38553&qpv=oui&frequence=&perimetre=&tri=-nom"

    page = page_of(opac38, form)

    assert names_of(page) == ["Les Fougères", "Le Mas"]
    assert '<option value="38553" selected>' in page
    assert 'name="tri"' in page


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("agence=zz", "agence"), ("commune=3805", "commune"), ("commune=38%2753", "commune"),
        ("qpv=2020", "qpv"), ("frequence=oui", "frequence"), ("perimetre=oui", "perimetre"),
        ("archivees=1", "archivees"), ("tri=surface", "tri"), ("page=0", "page"),
        ("page=-1", "page"), ("page=%D9%A1", "page"), ("page=1000000", "page"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/residences", "/residences.csv"])
def test_a_value_that_is_no_choice_is_refused_in_words(
    opac38: FlaskClient, path: str, query: str, name: str
) -> None:
    answer = opac38.get(f"{path}?{query}")

    assert answer.status_code == 422
    assert f"n'est pas un choix de « {name} »" in html.unescape(answer.text)


@pytest.mark.parametrize("words", ["%00", "%27", "(", "%5B%5Ba", "%5C", "a" * 5000, "%F0%9F%8F%A2"])
def test_whatever_is_typed_is_looked_for_and_breaks_nothing(
    opac38: FlaskClient, words: str
) -> None:
    answer = opac38.get(f"/residences?q={words}")

    assert answer.status_code == 200


def test_an_agency_of_another_and_an_unknown_one_find_the_same(
    own: World, opac38: FlaskClient
) -> None:
    theirs = own.scalar(
        "select id from presence.agency where bailleur_id = %s limit 1", own.ids["PLURALIS"]
    )
    unknown = "0190b0a0-0000-7000-8000-000000000000"

    pages = [page_of(opac38, f"?agence={key}").replace(str(key), "") for key in (theirs, unknown)]

    assert without_marks(pages[0]) == without_marks(pages[1])
    assert "Agence : inconnue" in pages[0]
    assert "Voiron" not in pages[0]


def test_a_column_is_sorted_one_way_then_the_other(opac38: FlaskClient) -> None:
    up, down = page_of(opac38), page_of(opac38, "?tri=-nom")
    heavy = page_of(opac38, "?tri=-logements")

    assert names_of(down) == names_of(up)[::-1]
    assert 'aria-sort="ascending"><a class="sort" id="tri-nom" href="/residences?tri=-nom"' in up
    assert 'aria-sort="descending"><a class="sort" id="tri-nom" href="/residences"' in down
    assert names_of(heavy)[:2] == ["Champaret", "Les Fougères"]


def test_names_are_in_french_order(pluralis: FlaskClient) -> None:
    names = names_of(page_of(pluralis, "?q=batiment"))

    assert names[:3] == ["Bâtiment 1", "Bâtiment 2", "Bâtiment 3"]
    assert names.index("Bâtiment 9") + 1 == names.index("Bâtiment 10")


def test_a_long_list_is_cut_into_pages_that_keep_the_filters(
    own: World, pluralis: FlaskClient
) -> None:
    total = own.scalar(
        "select count(*) from presence.residence where bailleur_id = %s", own.ids["PLURALIS"]
    )

    first, second = page_of(pluralis, "?tri=-nom"), page_of(pluralis, "?tri=-nom&page=2")
    beyond = page_of(pluralis, "?tri=-nom&page=999")

    assert (len(names_of(first)), len(names_of(second))) == (50, int(str(total)) - 50)
    assert not set(names_of(first)) & set(names_of(second))
    assert answer_of(first).endswith("Page 1 sur 2.")
    assert 'id="page-suivante" rel="next" href="/residences?tri=-nom&page=2"' in first
    assert 'aria-current="page"><span class="visually-hidden">Page </span>2<' in second
    assert names_of(beyond) == names_of(second)


def test_a_list_of_one_page_has_no_pager(opac38: FlaskClient) -> None:
    page = page_of(opac38)

    assert 'class="pager"' not in page
    assert "sur 1" not in answer_of(page)


def test_what_is_typed_swaps_the_list_says_it_aloud_and_leaves_the_focus(
    opac38: FlaskClient,
) -> None:
    answer = opac38.get("/residences?q=glycines&commune=", headers=HTMX | {"HX-Trigger": "filtres"})

    page = html.unescape(answer.text)

    assert names_of(page) == ["Les Glycines"]
    assert "<html" not in page
    assert 'hx-swap-oob="innerHTML:#status"><p class="visually-hidden">1\u00a0résidence' in page
    assert "data-focus" not in page
    assert 'id="filtres"' not in page
    assert answer.headers["HX-Push-Url"] == "/residences?q=glycines"


@pytest.mark.parametrize("trigger", ["page-suivante", "retirer-q"])
def test_another_page_takes_the_focus_and_the_filters_follow(
    pluralis: FlaskClient, trigger: str
) -> None:
    page = page_of(pluralis, "?qpv=non&page=2", **HTMX, **{"HX-Trigger": trigger})

    assert 'id="compte" tabindex="-1" data-focus' in page
    assert re.search(r'<form [^>]*id="filtres"[^>]*hx-swap-oob="true"', page)
    assert '<option value="non" selected>' in page
    assert "Page 2 sur 2.</p>" in page


def test_sorting_keeps_the_focus_on_the_column(pluralis: FlaskClient) -> None:
    page = page_of(pluralis, "?tri=-nom", **HTMX, **{"HX-Trigger": "tri-nom"})

    assert "data-focus" not in page
    assert 'id="tri-nom"' in page


def test_going_back_gives_the_whole_page_with_its_filters(opac38: FlaskClient) -> None:
    page = page_of(opac38, "?qpv=oui", **HTMX, **{"HX-History-Restore-Request": "true"})

    assert "<html" in page
    assert '<option value="oui" selected>' in page
    assert "data-focus" not in page


def test_a_list_without_result_says_what_to_do(opac38: FlaskClient) -> None:
    page = page_of(opac38, "?q=zanzibar")

    assert answer_of(page) == "Aucune résidence."
    assert "Aucune résidence ne correspond : retirez un filtre" in page
    assert "/residences.xlsx" not in page


def test_the_archive_is_apart_and_says_when_and_why(demo: World) -> None:
    client = signed_in(demo, "opac38")
    before = page_of(client, "?archivees=oui")
    with demo.bailleur("OPAC38") as session:
        place = next(p.id for p in residences(session) if p.name == "Les Lilas")
        leave_perimeter(session, place, date(2013, 12, 6))
        archive_residence(session, place, date(2013, 12, 6), ArchiveReason.DEMOLISHED)
    leaving = page_of(client, "?q=lilas")
    demo.set_clock("2013-12-06T08:00:00+01:00")

    kept, archived = page_of(client), page_of(client, "?archivees=oui")

    assert "Rien n'est archivé" in before
    assert "sort le 06/12/2013" in leaving
    assert "Les Lilas" not in names_of(kept)
    assert names_of(archived) == ["Les Lilas"]
    assert "archivée le 06/12/2013" in archived
    assert "démolie" in archived
    assert 'name="archivees" value="oui"' in archived
    assert "Voir les archivées" in kept


def test_a_bailleur_without_a_residence_is_told_how_to_begin(demo: World) -> None:
    with demo.superuser() as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "delete from presence.residence where bailleur_id = %s", (demo.ids["OPAC38"],)
        )

    chief = page_of(signed_in(demo, "opac38"))
    caretaker = page_of(signed_in(demo, "caretaker"))

    assert "importez votre premier fichier" in chief
    assert "Aucune résidence ne vous est confiée" in caretaker


def test_what_one_may_not_do_is_not_offered(own: World, opac38: FlaskClient) -> None:
    chief, caretaker = page_of(opac38), page_of(signed_in(own, "caretaker"))

    for address in ("/cessions", "/mise-en-route"):
        assert f'class="button" href="{address}"' in chief
        assert address not in caretaker
    assert "mporter" not in caretaker


def test_a_caretaker_lists_and_takes_away_their_own_places_only(own: World) -> None:
    client = signed_in(own, "caretaker")

    page, rows = page_of(client), rows_of(client.get("/residences.csv").data)

    assert len(names_of(page)) == 2
    assert answer_of(page).startswith("2\u00a0résidences")
    assert [row[1] for row in rows[1:]] == names_of(page)


def test_a_file_holds_all_that_was_found_and_not_one_page(
    own: World, pluralis: FlaskClient
) -> None:
    page = page_of(pluralis, "?qpv=non&tri=-nom&page=2")
    links = re.findall(r'href="(/residences\.(?:xlsx|csv)[^"]*)"', page)

    book, text = (pluralis.get(link) for link in links)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data))
    cells = sheet.get_sheet_by_index(0).to_python()
    rows = rows_of(text.data)
    shown = answer_of(page).split("\u00a0")[0].split(" ")[0]

    assert links == [f"/residences.{kind}?qpv=non&tri=-nom" for kind in ("xlsx", "csv")]
    assert len(rows) == len(cells) == int(shown) + 1
    assert f"Exporter {shown}\u00a0lignes" in page
    assert sheet.sheet_names[0] == f"Résidences ({shown})"
    assert [row[1] for row in cells[1:]] == [row[1].removeprefix("'") for row in rows[1:]]
    assert ["Filtres", "Hors QPV"] in sheet.get_sheet_by_index(1).to_python()


def test_a_file_says_dates_numbers_and_codes_as_a_french_spreadsheet_reads_them(
    pluralis: FlaskClient, opac38: FlaskClient
) -> None:
    cells = CalamineWorkbook.from_filelike(
        io.BytesIO(pluralis.get("/residences.xlsx?q=batiment+7").data)
    ).get_sheet_by_index(0)
    titles, row = cells.to_python()[:2]
    line = dict(zip(titles, row, strict=True))
    text = opac38.get("/residences.csv?q=fougeres").data
    said = dict(zip(*rows_of(text), strict=True))

    assert (line["Code"], line["Code Insee"], line["Logements"]) == ("0007", "38053", 1430.0)
    assert line["Périmètre"] == "hors périmètre"
    assert text.startswith(b"\xef\xbb\xbfCode;Nom;")
    assert said["Dernier passage"] == "04/12/2013"
    assert said["Périmètre : depuis le"] == "01/01/2012"
    assert said["Passages demandés"] == "6\u00a0soirs par semaine"
    assert (said["QPV"], said["Millésime QPV"], said["Nombre de halls"]) == (
        "Saint-Bonnet", "2015", "4",
    )  # fmt: skip


def test_a_name_that_looks_like_a_formula_comes_out_as_a_text(pluralis: FlaskClient) -> None:
    book = pluralis.get("/residences.xlsx?q=hyperlink").data
    text = rows_of(pluralis.get("/residences.csv?q=hyperlink").data)

    cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()

    assert cells[1][1] == FORMULA
    assert text[1][1] == f"'{FORMULA}"


def test_a_file_is_named_after_its_owner_and_its_day_and_is_kept_by_nobody(
    opac38: FlaskClient,
) -> None:
    answers = {kind: opac38.get(f"/residences.{kind}") for kind in ("xlsx", "csv")}

    for kind, answer in answers.items():
        name = f"residences_opac38_2013-12-05.{kind}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "no-store" in answer.headers["Cache-Control"]
    assert [answer.mimetype for answer in answers.values()] == [XLSX, "text/csv"]


def test_taking_a_file_away_is_written_in_the_trail(own: World, opac38: FlaskClient) -> None:
    opac38.get("/residences.csv?q=eglantiers&qpv=non")

    with own.superuser() as connection:
        bailleur, details = connection.execute(
            "select bailleur_id, details from presence.audit_entry "
            "where act = 'residences.exported' order by at desc limit 1"
        ).fetchone() or (None, None)

    assert bailleur == own.ids["OPAC38"]
    assert details == {
        "file": "csv", "rows": 1, "filters": {"q": "eglantiers", "qpv": "non"},
    }  # fmt: skip
    assert "Liste des résidences exportée" in html.unescape(opac38.get("/journal").text)


def test_a_file_holds_no_code_and_no_contact(demo: World) -> None:
    client = signed_in(demo, "opac38")
    place = id_of(demo, "Les Fougères")
    token = csrf_of(client.get("/compte").text)
    key = "0190b0a0-0000-7000-8000-0000000000"
    secrets = ("SECRET47", "Madame Témoin", "06 39 98 00 17")
    sent = [
        client.post(
            f"/residences/{place}/codes",
            data={"csrf_token": token, "cle": f"{key}01", "intitule": "Hall", "code": secrets[0]},
        ),
        client.post(
            f"/residences/{place}/contacts",
            data={
                "csrf_token": token, "cle": f"{key}02", "fonction": "Gardienne",
                "nom": secrets[1], "telephone": secrets[2],
            },
        ),
    ]  # fmt: skip

    book = client.get("/residences.xlsx").data
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    said = client.get("/residences.csv").text + str(
        [sheets.get_sheet_by_index(index).to_python() for index in (0, 1)]
    )

    assert [answer.status_code for answer in sent] == [303, 303]
    assert "Les Fougères" in said
    assert [secret for secret in secrets if secret in said] == []


def test_a_file_can_be_read_back_by_the_import(opac38: FlaskClient) -> None:
    for kind in ("xlsx", "csv"):
        table = read_table(opac38.get(f"/residences.{kind}").data, f"residences.{kind}")

        columns = guess(table.header)

        assert {c.field for c in columns.columns if c.field} == {
            Field.CODE, Field.NAME, Field.ADDRESS, Field.COMMUNE, Field.INSEE_CODE, Field.AGENCY,
            Field.QPV_NAME, Field.QPV_VINTAGE, Field.DWELLINGS,
        }  # fmt: skip
        assert len(table.rows) == 23
