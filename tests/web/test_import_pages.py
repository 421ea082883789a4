"""The pages of an import: four steps, nothing before the accord, once, undone, each one's own."""

import io
import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from presence.imports.reading import MOST_BYTES, read_table
from tests.factories.imports import hall, lines, with_amberieu
from tests.factories.patrimoine_files import csv_file, faulty_file
from tests.presence.test_import_long import a_national_return
from tests.web.accounts import csrf_of, signed_in, without_marks
from tests.worlds import World

PATH = "/residences/importer"
TWO = lines(hall("Hall 1", code="NEUF-1"), hall("Hall 2", code="NEUF-1"))
ID = re.compile(rf"{PATH}/([0-9a-f-]{{36}})")


def sent(client: FlaskClient, where: str, **fields: object) -> TestResponse:
    token = csrf_of(client.get(PATH).text)
    return client.post(where, data={"csrf_token": token, **fields})


def deposited(client: FlaskClient, content: bytes, name: str = "lieux.csv") -> str:
    """The path of the import that a file makes."""
    answer = sent(client, PATH, fichier=(io.BytesIO(content), name), cle=str(uuid4()))
    assert answer.status_code == 303, answer.text
    found = ID.search(answer.headers["Location"])
    assert found is not None
    return f"{PATH}/{found[1]}"


def confirmed(client: FlaskClient, where: str, **fields: object) -> TestResponse:
    """The plan that the page shows, confirmed."""
    shown = re.search(r'name="empreinte" value="([0-9a-f]+)"', client.get(where).text)
    assert shown is not None
    return sent(client, f"{where}/confirmation", empreinte=shown[1], **fields)


@pytest.fixture
def opac(demo: World) -> FlaskClient:
    return signed_in(demo, "opac38")


def residences(demo: World, where: str = "true") -> object:
    return demo.scalar(f"select count(*) from presence.residence where {where}")  # noqa: S608


def plain(page: str) -> str:
    """A page whose numbers are written with ordinary spaces."""
    return page.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_four_steps_from_the_file_to_its_undoing(demo: World, opac: FlaskClient) -> None:
    before = residences(demo)
    where = deposited(opac, TWO)
    columns, differences = opac.get(f"{where}/colonnes").text, opac.get(where).text
    unchanged = residences(demo)

    done = confirmed(opac, where)
    result = opac.get(where).text
    undone = sent(opac, f"{where}/annulation")

    assert "Windows-1252 · point-virgule, 2 lignes, 10 colonnes lues" in plain(columns)
    assert "Importer 1 changement<" in plain(differences)
    assert unchanged == before
    assert (done.status_code, undone.status_code) == (303, 303)
    assert "1 résidence créée, 0 modifiée, 0 ligne rejetée." in plain(result)
    assert "Annuler cet import" in result
    assert "Import annulé" in opac.get(where).text
    assert residences(demo, "archived_on is null") == before


def test_the_columns_show_what_was_read_and_what_was_not(opac: FlaskClient) -> None:
    content = csv_file(("code", "nom", "Locataire"), [("R001", "Les Églantiers", "Mme Lerouge")])

    page = opac.get(f"{deposited(opac, content)}/colonnes").text

    assert "Les Églantiers" in page
    assert "rien n'en est gardé" in page
    assert "Lerouge" not in page


def test_a_choice_of_columns_leads_to_the_differences(opac: FlaskClient) -> None:
    content = csv_file(("code", "appellation du site"), [("R001", "Les Ormes")])
    where = deposited(opac, content)
    assert "Colonne manquante" in opac.get(f"{where}/colonnes").text

    refused = sent(opac, f"{where}/colonnes", c0="code", c1="name")
    chosen = sent(
        opac, f"{where}/colonnes", c0="code", c1="name", fichier=(io.BytesIO(content), "lieux.csv")
    )

    assert refused.status_code == 422
    assert "choisissez de nouveau le fichier" in refused.text
    assert re.search(r'value="name" selected', refused.text)
    assert chosen.status_code == 303
    assert "Les Fougères</del>" in opac.get(where).text


def test_pasted_lines_are_a_file(opac: FlaskClient) -> None:
    answer = sent(opac, PATH, lignes="code\tnom\nR001\tLes Ormes\n")

    page = opac.get(answer.headers["Location"]).text
    assert "CSV · UTF-8 · tabulation" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choisissez un fichier"),
        ({"fichier": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}, "ni un CSV ni un classeur"),
        ({"lignes": "code;nom\n"}, "aucune ligne sous ses titres"),
        ({"lignes": "code;nom\nA;B\n", "cle": "x"}, "La page a expiré"),
    ],
    ids=["nothing", "pdf", "no line", "key"],
)
def test_a_bad_deposit_is_refused_in_words_and_nothing_is_kept(
    demo: World, opac: FlaskClient, fields: dict[str, object], sentence: str
) -> None:
    before = demo.scalar("select count(*) from presence.place_import")

    answer = sent(opac, PATH, **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert demo.scalar("select count(*) from presence.place_import") == before


def test_a_file_that_is_too_heavy_is_told_the_limit_of_this_page(opac: FlaskClient) -> None:
    heavy = b"x" * (MOST_BYTES + 1024 * 1024)
    answer = opac.post(PATH, data=heavy, content_type="multipart/form-data; boundary=limit")

    assert answer.status_code == 413
    assert "dépasse 10 Mo" in answer.text


def test_a_form_sent_twice_is_one_import(demo: World, opac: FlaskClient) -> None:
    before = demo.scalar("select count(*) from presence.place_import")
    key = str(uuid4())

    for _ in range(2):
        answer = sent(opac, PATH, fichier=(io.BytesIO(TWO), "lieux.csv"), cle=key)
        assert answer.status_code == 303

    assert demo.scalar("select count(*) from presence.place_import") == before + 1  # type: ignore[operator]


def test_refused_lines_say_where_why_and_what_to_do(demo: World, opac: FlaskClient) -> None:
    with_amberieu(demo)
    where = deposited(opac, faulty_file().content)
    page = opac.get(where).text

    fixed = sent(opac, f"{where}/corrections", motif="lost_zero")

    assert re.search(r"L. 2</th>.*CP.*<code>1500</code>.*Excel a retiré le zéro : 01500", page)
    assert "Corriger la ligne<" in page
    assert "&lt;" not in page or "<script" not in page
    assert fixed.status_code == 303
    after = opac.get(where).text
    assert "Ne plus corriger" in after
    assert "<code>1500</code>" not in after
    back = sent(opac, f"{where}/corrections", motif="lost_zero", acte="retirer")
    assert back.status_code == 303
    assert "Corriger la ligne<" in opac.get(where).text


def test_the_refused_lines_are_downloaded_to_be_corrected(opac: FlaskClient) -> None:
    where = deposited(opac, faulty_file().content)

    answer = opac.get(f"{where}/rejets.csv")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejets.csv"'
    table = read_table(answer.data, "rejets.csv")
    assert table.header[-2:] == ("Motif du rejet", "Correction proposée")
    # Nothing that a spreadsheet would compute leaves.
    assert all(not cell.startswith("=") for _, cells in table.rows for cell in cells)


def test_the_same_file_again_proposes_nothing_and_has_no_button(opac: FlaskClient) -> None:
    confirmed(opac, deposited(opac, TWO))

    page = opac.get(deposited(opac, TWO)).text

    assert "0 création, 0 modification : ce fichier ne change rien." in page
    assert "Importer " not in re.sub(r"<(h1|title|a)\b.*?</\1>", "", page, flags=re.S)


def test_absent_places_are_kept_or_archived_one_by_one(demo: World, opac: FlaskClient) -> None:
    where = deposited(opac, TWO)
    boxes = re.findall(r'name="archiver" value="([0-9a-f-]+)"', opac.get(where).text)

    many = confirmed(opac, where, archiver=boxes[:4])
    one = confirmed(opac, where, archiver=boxes[:1])

    assert many.status_code == 422
    assert "plus de 10 % de votre patrimoine" in many.text
    assert many.text.count("checked") == 4
    assert one.status_code == 303
    assert "1 archivée" in plain(opac.get(where).text)
    assert residences(demo, "archived_on is not null") == 1


def test_a_plan_that_no_longer_holds_is_shown_again_unapplied(
    demo: World, opac: FlaskClient
) -> None:
    where = deposited(opac, lines(hall("Hall 1", code="R001", nom="Les Ormes")))
    shown = re.search(r'name="empreinte" value="([0-9a-f]+)"', opac.get(where).text)
    with demo.superuser() as connection:
        connection.execute("update presence.residence set address = 'Ailleurs' where code = 'R001'")

    answer = sent(opac, f"{where}/confirmation", empreinte=shown[1] if shown else "")

    assert answer.status_code == 303
    assert "le plan a été refait" in opac.get(where).text
    assert demo.scalar("select count(*) from presence.residence where name = 'Les Ormes'") == 0


def test_a_national_return_is_followed_by_reloading_or_by_asking(
    demo: World, opac: FlaskClient
) -> None:
    where = deposited(opac, a_national_return(3_000), "rpls.csv")
    asking = {"HX-Request": "true"}
    waiting, fragment = opac.get(where).text, opac.get(f"{where}/avancement", headers=asking)

    demo.run_jobs()
    finished = opac.get(f"{where}/avancement", headers=asking)

    assert 'hx-trigger="every 2s"' in waiting
    assert "Actualiser" in waiting
    assert (fragment.status_code, finished.status_code) == (200, 286)
    assert finished.headers["HX-Redirect"] == where
    assert opac.get(f"{where}/avancement").headers["Location"] == where
    page = plain(opac.get(where).text)
    assert "3 000 logements lus" in page
    assert "60 créations" in page


def test_an_import_is_given_up_from_any_step(demo: World, opac: FlaskClient) -> None:
    where = deposited(opac, a_national_return(60), "rpls.csv")

    answer = sent(opac, f"{where}/abandon")
    demo.run_jobs()

    assert answer.headers["Location"] == PATH
    assert "Import abandonné" in opac.get(where).text
    assert sent(opac, f"{where}/confirmation", empreinte="0").status_code == 422


def test_anothers_import_and_an_unknown_one_get_the_same_page(
    demo: World, opac: FlaskClient
) -> None:
    where = deposited(opac, TWO)
    pluralis = signed_in(demo, "pluralis")
    pluralis.get(PATH)

    for part in ("", "/colonnes", "/avancement", "/rejets.csv"):
        unknown = f"{PATH}/{uuid4()}"
        theirs, nobodys = pluralis.get(where + part), pluralis.get(unknown + part)
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert without_marks(theirs.text) == without_marks(nobodys.text)
    for part in ("/confirmation", "/annulation", "/abandon", "/corrections", "/colonnes"):
        assert sent(pluralis, where + part).status_code == 404

    assert "NEUF-1" not in pluralis.get(PATH).text
    assert opac.get(where).status_code == 200


def test_the_template_is_a_file_that_the_import_understands(opac: FlaskClient) -> None:
    content = opac.get(f"{PATH}/modele.csv").data

    page = opac.get(deposited(opac, content)).text

    assert "1 création" in plain(page)
    assert "0 rejet" in plain(page)
