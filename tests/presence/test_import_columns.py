"""Which column says what: guessed, chosen, remembered; and what is left out."""

import pytest

from presence.imports.columns import Columns, Confidence, guess, is_rpls, own_title
from presence.imports.fields import TITLES, Field
from presence.imports.folding import fold, fold_commune
from presence.imports.reading import read_table
from presence.kernel.errors import Invalid
from tests.factories.patrimoine_files import csv_file

FORMER = ["agence", "code", "nom", "adresse", "insee", "logements", "qpv", "entrees"]
RPLS = ["IDENT_REP", "DEPCOM", "NUMVOIE", "TYPVOIE", "NOMVOIE", "LOYERPRINC", "DATE_DEP_DERLOCAT"]


def said(columns: Columns) -> dict[str, str]:
    return {column.title: column.field.value for column in columns.columns if column.field}


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Nb lgts", Field.DWELLINGS),
        ("NB_LOGEMENTS", Field.DWELLINGS),
        ("Nombre de logements 2024", Field.DWELLINGS),
        ("Adr.", Field.ADDRESS),
        ("Adresse de la résidence", Field.ADDRESS),
        ("CP", Field.POSTAL_CODE),
        ("Code INSEE", Field.INSEE_CODE),
        ("Ville", Field.COMMUNE),
        ("Résidence", Field.NAME),
        ("Groupe", Field.NAME),
        ("N° groupe", Field.CODE),
        ("Bât.", Field.BUILDING_NAME),
        ("N° Bât", Field.BUILDING_CODE),
        ("Entrée", Field.ENTRANCE_NAME),
        ("Hall", Field.ENTRANCE_NAME),
        ("Montée", Field.ENTRANCE_NAME),
        ("ALLÉE", Field.ENTRANCE_NAME),
        ("Entrées", Field.ENTRANCES),
        ("Adresse de l'entrée", Field.ENTRANCE_ADDRESS),
        ("Agence", Field.AGENCY),
        ("Quartier prioritaire", Field.QPV_NAME),
        ("RNB", Field.RNB_ID),
        ("Clé d'interopérabilité BAN", Field.BAN_KEY),
        ("Lat", Field.LATITUDE),
        ("Lon", Field.LONGITUDE),
        ("Passages/semaine", Field.TIMES_PER_WEEK),
    ],
)
def test_a_french_title_is_understood(title: str, field: Field) -> None:
    assert guess([title]).columns[0].field is field


@pytest.mark.parametrize(
    "title",
    ["Nom locataire", "Nom du gardien", "Loyer", "Loyer logement", "Code porte", "Adresse mail",
     "Nb halls", "Téléphone", "", "Résidence n°"],
)  # fmt: skip
def test_a_column_that_nobody_asked_for_is_left_out(title: str) -> None:
    assert guess([title]).columns[0].ignored


@pytest.mark.parametrize(
    ("title", "confidence"),
    [
        ("Nb lgts", Confidence.EXACT),
        ("Logements de la résidence", Confidence.LIKELY),
        ("Code hall", Confidence.LIKELY),
        ("Quartier", Confidence.LIKELY),
    ],
)
def test_what_is_not_sure_is_to_be_checked(title: str, confidence: Confidence) -> None:
    assert guess([title]).columns[0].confidence is confidence


def test_the_former_layout_is_understood_whole() -> None:
    columns = guess(FORMER)

    assert list(said(columns).values()) == [
        "agency", "code", "name", "address", "insee_code", "dwellings", "qpv_name", "entrances",
    ]  # fmt: skip
    assert {column.confidence for column in columns.columns} == {Confidence.EXACT}


def test_every_field_has_its_own_title() -> None:
    titles = [own_title(field) for field in Field]

    assert list(said(guess(titles)).values()) == [field.value for field in Field]


def test_no_title_is_that_of_two_fields() -> None:
    titles = [title for known in TITLES.values() for title in known]

    assert len(titles) == len(set(titles))


def test_known_titles_are_written_as_they_are_compared() -> None:
    titles = [title for known in TITLES.values() for title in known]

    assert [fold(title) for title in titles] == titles


def test_of_two_columns_for_one_field_the_best_title_wins() -> None:
    columns = guess(["Groupe", "Nom résidence", "Adresse", "Adresse 1"])

    assert said(columns) == {"Nom résidence": "name", "Adresse": "address"}


def test_a_person_s_choice_replaces_the_guess() -> None:
    columns = guess(["code", "Libre", "nom"]).choose({1: Field.AGENCY, 2: None})

    assert said(columns) == {"code": "code", "Libre": "agency"}
    assert columns.columns[1].confidence is Confidence.CHOSEN


def test_one_field_cannot_be_chosen_twice() -> None:
    with pytest.raises(Invalid, match="entre « nom » et « Libre »"):
        guess(["nom", "Libre"]).choose({1: Field.NAME})


def test_a_column_that_is_not_in_the_file_cannot_be_chosen() -> None:
    with pytest.raises(Invalid, match="colonne n° 8"):
        guess(["nom"]).choose({7: Field.NAME})


def test_choices_are_remembered_by_title() -> None:
    chosen = guess(["Réf. interne", "nom"]).choose({0: Field.CODE, 1: None})

    again = guess(["Nom", "RÉF INTERNE"], chosen.remembered())

    assert said(again) == {"RÉF INTERNE": "code"}


def test_a_remembered_field_that_no_longer_exists_is_left_out() -> None:
    assert guess(["nom"], {"nom": "floor"}).columns[0].ignored


def test_missing_columns_are_named_with_those_that_are_possible() -> None:
    with pytest.raises(Invalid) as caught:
        guess(["agence", "nom"]).require()

    assert "Colonne manquante : Code de la résidence (« code »)." in caught.value.message
    assert "code_postal" in caught.value.message


def test_more_columns_may_be_required() -> None:
    with pytest.raises(Invalid, match="Adresse \\(« adresse »\\)"):
        guess(["code", "nom"]).require((Field.CODE, Field.ADDRESS))


def test_what_is_not_needed_is_dropped_and_the_columns_follow() -> None:
    table = read_table(
        csv_file(["Locataire", "Code", "Loyer", "Nom"], [["X", "R1", "400", "L"]]), ""
    )

    kept, columns = guess(table.header).narrow(table)

    assert (kept.header, kept.rows[0][1]) == (("Code", "Nom"), ("R1", "L"))
    assert (columns.index_of(Field.CODE), columns.index_of(Field.NAME)) == (0, 1)


def test_a_national_return_is_recognised_and_only_its_places_are_kept() -> None:
    table = read_table(csv_file(RPLS, [["1", "38053", "1", "RUE", "CHOPIN", "400", "2024"]]), "")

    columns = guess(table.header)

    assert (columns.rpls, is_rpls(FORMER)) == (True, False)
    assert columns.narrow(table)[0].header == tuple(RPLS[:5])


def test_a_national_return_needs_no_other_column() -> None:
    columns = guess(RPLS)

    columns.require()

    assert said(columns) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St-Quentin-Fallavier", "SAINT QUENTIN FALLAVIER"),
        ("Bourgoin-Jallieu CEDEX 3", "bourgoin jallieu"),
        ("L'Isle-d'Abeau", "L ISLE D ABEAU"),
    ],
)
def test_communes_are_compared_as_they_are_written(one: str, other: str) -> None:
    assert fold_commune(one) == fold_commune(other)
