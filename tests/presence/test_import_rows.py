"""Lines of our own layout: both shapes, and every fault with its place, reason and repair."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.imports.columns import guess
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.reading import read_table
from presence.imports.rows import parse
from presence.kernel.errors import Invalid
from tests.factories.patrimoine_files import FAULTS, communes, csv_file, faulty_file

FORMER = ("agence", "code", "nom", "adresse", "insee", "logements", "qpv", "entrees")
GOOD = ("Centre", "N1", "Les Lilas", "1 rue Haute", "38053", "12", "", "Hall A|Hall B")
ENTRANCES = ("code", "nom", "adresse", "bâtiment", "hall", "réf entrée", "logements")

Parsed = tuple[list[EntranceLine], list[LineFault]]


def parsed(
    header: Sequence[str], *rows: Sequence[str], repairs: frozenset[str] = frozenset()
) -> Parsed:
    table = read_table(csv_file(header, rows, encoding="utf-8"), "")
    return parse(table, guess(table.header), communes(), repairs)


def one(title: str, cell: str, *, repairs: frozenset[str] = frozenset()) -> Parsed:
    """A line that is good but for one cell, under its own title."""
    values = {"code": "N1", "nom": "Les Lilas"} | {title: cell}
    return parsed(tuple(values), tuple(values.values()), repairs=repairs)


def only(found: Parsed) -> LineFault:
    (fault,) = found[1]
    return fault


def test_the_former_layout_gives_a_line_per_entrance_listed() -> None:
    lines, faults = parsed(FORMER, GOOD)

    assert faults == []
    assert [(line.entrance, line.dwellings, line.per_entrance) for line in lines] == [
        ("Hall A", 12, False),
        ("Hall B", 12, False),
    ]


def test_an_entrance_listed_twice_is_one() -> None:
    lines, _ = one("entrees", "Hall 1|hall  1||HALL 2")

    assert [line.entrance for line in lines] == ["Hall 1", "HALL 2"]


def test_a_line_that_names_an_entrance_speaks_of_it() -> None:
    row = ("N1", "Les Lilas", "1 rue Haute", "A", "Hall 1", "H1", "12")

    (line,) = parsed(ENTRANCES, row)[0]

    assert (line.entrance, line.entrance_code, line.building_name) == ("Hall 1", "H1", "A")
    assert (line.dwellings, line.per_entrance) == (12, True)


def test_a_line_without_entrance_speaks_of_the_residence() -> None:
    (line,) = one("logements", "48")[0]

    assert (line.entrance, line.per_entrance, line.dwellings) == (None, False, 48)


def test_an_empty_cell_says_nothing() -> None:
    for cell in ("", "  ", "-", "—"):
        (line,) = one("logements", cell)[0]

        assert line.dwellings is None


@pytest.mark.parametrize(
    ("title", "cell", "name", "value"),
    [
        ("logements", "1 048", "dwellings", 1048),
        ("logements", "1\u202f048", "dwellings", 1048),
        ("insee", "38053", "insee_code", "38053"),
        ("commune", "ST QUENTIN FALLAVIER", "insee_code", "38449"),
        ("rnb", "9h3k-pq7r-2x4z", "rnb_id", "9H3KPQ7R2X4Z"),
        ("ban", "38053_0450_00012_BIS", "ban_key", "38053_0450_00012_bis"),
        ("qpv", "Non", "in_qpv", False),
        ("qpv", "oui", "in_qpv", True),
        ("qpv", "Saint-Bonnet", "qpv_name", "Saint-Bonnet"),
        ("qpv millésime", "2015", "qpv_vintage", 2015),
        ("logements", "0", "dwellings", 0),
        ("logements", "5000", "dwellings", 5000),
        ("passages", "1", "times_per_week", 1),
        ("passages", "7", "times_per_week", 7),
        ("adresse", "x" * 500, "address", "x" * 500),
        ("adresse", " 1  rue\nHaute ", "address", "1 rue Haute"),
        ("bât.", "-1", "building_name", "-1"),
        ("adresse", "'s-Gravenstraat", "address", "'s-Gravenstraat"),
    ],
)
def test_a_good_cell_is_read(title: str, cell: str, name: str, value: object) -> None:
    lines, faults = one(title, cell)

    assert (faults, getattr(lines[0], name)) == ([], value)


@pytest.mark.parametrize(
    ("title", "cell", "kind", "said"),
    [
        ("nom", "", FaultKind.MISSING, "manquante"),
        ("code", "", FaultKind.MISSING, "manquante"),
        ("code", "1,1144e+006", FaultKind.SCIENTIFIC, "1114400"),
        ("logements", "-4", FaultKind.OUT_OF_BOUNDS, "de 0 à 5"),
        ("logements", "5001", FaultKind.OUT_OF_BOUNDS, "de 0 à 5"),
        ("logements", "9" * 400, FaultKind.OUT_OF_BOUNDS, "de 0 à 5"),
        ("logements", "douze", FaultKind.NOT_A_NUMBER, "en chiffres"),
        ("logements", "²", FaultKind.NOT_A_NUMBER, "en chiffres"),
        ("logements", "12,5", FaultKind.DECIMAL, "nombre entier"),
        ("logements", "1.2e+01", FaultKind.SCIENTIFIC, "12 ?"),
        ("insee", "99999", FaultKind.COMMUNE, "inconnue dans le territoire"),
        ("insee", "69123", FaultKind.COMMUNE, "inconnue dans le territoire"),
        ("insee", "Bourgoin", FaultKind.COMMUNE, "5 signes"),
        ("insee", "38300", FaultKind.COMMUNE, "C'est un code postal"),
        ("insee", "1004", FaultKind.LOST_ZERO, "01004"),
        ("commune", "Lyon", FaultKind.COMMUNE, "code Insee"),
        ("code postal", "383", FaultKind.POSTAL_CODE, "5 chiffres"),
        ("code postal", "1500", FaultKind.LOST_ZERO, "Excel a retiré le zéro : 01500 ?"),
        ("rnb", "9H3KPQ7R2X4O", FaultKind.RNB_ID, "« O »"),
        ("ban", "38053", FaultKind.BAN_KEY, "commune_voie_numéro"),
        ("qpv millésime", "2019", FaultKind.QPV_VINTAGE, "2015 ou 2024"),
        ("passages", "0", FaultKind.OUT_OF_BOUNDS, "de 1 à 7"),
        ("passages", "8", FaultKind.OUT_OF_BOUNDS, "de 1 à 7"),
        ("latitude", "45,5", FaultKind.POSITION, "vont ensemble"),
        ("latitude", "nord", FaultKind.NOT_A_NUMBER, "degrés"),
        ("adresse", "=A1", FaultKind.FORMULA, "formule"),
        ("adresse", "@x", FaultKind.FORMULA, "formule"),
        ("adresse", "'=A1", FaultKind.FORMULA, "formule"),
        ("adresse", "+cmd|x", FaultKind.FORMULA, "formule"),
        ("adresse", "x" * 501, FaultKind.TOO_LONG, "500 signes"),
        ("adresse", "1\x07 rue", FaultKind.INVISIBLE, "invisible"),
        ("adresse", "1\u202e rue", FaultKind.INVISIBLE, "invisible"),
    ],
)
def test_a_faulty_cell_is_told_with_its_place(
    title: str, cell: str, kind: FaultKind, said: str
) -> None:
    lines, faults = one(title, cell)

    assert lines == []
    assert [(f.line, f.column, f.kind) for f in faults] == [(2, title, kind)]
    assert said in faults[0].reason


@pytest.mark.parametrize(
    ("title", "cell", "name", "value"),
    [
        ("code", "1.1144e+006", "code", "1114400"),
        ("logements", "48,0", "dwellings", 48),
        ("logements", "4.8e+01", "dwellings", 48),
        ("insee", "1004", "insee_code", "01004"),
        ("insee", "38053.0", "insee_code", "38053"),
        ("ban", "38053_0450_12", "ban_key", "38053_0450_00012"),
        ("adresse", "1\u200b rue", "address", "1 rue"),
    ],
)
def test_an_accepted_repair_is_applied(title: str, cell: str, name: str, value: object) -> None:
    kind = only(one(title, cell)).kind

    lines, faults = one(title, cell, repairs=frozenset({kind.value}))

    assert (faults, getattr(lines[0], name)) == ([], value)


def test_a_repair_that_was_not_accepted_changes_nothing() -> None:
    fault = only(one("logements", "48,0", repairs=frozenset({FaultKind.LOST_ZERO})))

    assert (fault.kind, fault.repair) == (FaultKind.DECIMAL, "48")


def test_a_repaired_cell_may_still_be_faulty() -> None:
    fault = only(one("logements", "6\u200b000,0", repairs=frozenset({"invisible", "decimal"})))

    assert fault.kind is FaultKind.OUT_OF_BOUNDS


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        ("5,27", "45,59", "inversées"),
        ("0", "0", "hors de France"),
        ("1e300", "5", "hors de France"),
        ("", "5", "vont ensemble"),
        ("45,586", "", "vont ensemble"),
    ],
)
def test_a_position_is_in_france(latitude: str, longitude: str, said: str) -> None:
    header = ("code", "nom", "lat", "lon")

    fault = only(parsed(header, ("N1", "Les Lilas", latitude, longitude)))

    assert (fault.kind, said in fault.reason) == (FaultKind.POSITION, True)


def test_a_coordinate_that_is_not_a_number_is_told_once() -> None:
    header = ("code", "nom", "lat", "lon")

    fault = only(parsed(header, ("N1", "Les Lilas", "nord", "5,2")))

    assert fault.kind is FaultKind.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("45,586", "5.273"), ("-20,88", "55,45"), ("16.24", "-61,53")]
)
def test_overseas_departments_are_in_france(latitude: str, longitude: str) -> None:
    header = ("code", "nom", "lat", "lon")

    lines, faults = parsed(header, ("N1", "Les Lilas", latitude, longitude))

    assert (faults, lines[0].latitude is not None) == ([], True)


PLACES = ("code", "nom", "cp", "insee", "commune")


@pytest.mark.parametrize(
    ("row", "column", "kind", "said"),
    [
        (("N1", "L", "38090", "38053", ""), "cp", FaultKind.COMMUNE_MISMATCH, "38300"),
        (("N1", "L", "38090", "", "Bourgoin-Jallieu"), "cp", FaultKind.COMMUNE_MISMATCH, "38300"),
        (("N1", "L", "", "38053", "Villefontaine"), "commune", FaultKind.COMMUNE_MISMATCH,
         "Bourgoin-Jallieu"),
        (("N1", "L", "1500", "38053", ""), "cp", FaultKind.POSTAL_CODE, "5 chiffres"),
    ],
    ids=["postal and code", "postal and name", "name and code", "a zero that leads elsewhere"],
)  # fmt: skip
def test_codes_and_names_of_a_commune_agree(
    row: tuple[str, ...], column: str, kind: FaultKind, said: str
) -> None:
    fault = only(parsed(PLACES, row))

    assert (fault.column, fault.kind, said in fault.reason) == (column, kind, True)
    assert fault.repair is None


def test_the_zero_is_put_back_where_it_leads_to_the_commune() -> None:
    row = ("N1", "L", "1500", "1004", "Ambérieu")

    lines, faults = parsed(PLACES, row, repairs=frozenset({FaultKind.LOST_ZERO}))

    assert (faults, lines[0].insee_code) == ([], "01004")


@pytest.mark.parametrize("said", ["Eclose", "Eclose-Badinières", "Eclose Badinières (Eclose)"])
def test_a_former_commune_goes_with_the_one_it_joined(said: str) -> None:
    lines, faults = parsed(PLACES, ("N1", "L", "", "38152", said))

    assert (faults, lines[0].insee_code) == ([], "38152")


@pytest.mark.parametrize(("postal", "insee"), [("38300", "38455"), ("86400", "86246"), ("", None)])
def test_a_postal_code_tells_namesakes_apart(postal: str, insee: str | None) -> None:
    known = {**communes(), "86246": ("Saint-Savin", ["86400"])}
    row = ("N1", "L", postal, "", "St Savin")
    table = read_table(csv_file(PLACES, [row]), "")

    lines, _ = parse(table, guess(table.header), known)

    assert [line.insee_code for line in lines] == ([insee] if insee else [])


def test_every_fault_of_a_line_is_told() -> None:
    row = ("Centre", "N1", "", "1 rue Haute", "99999", "douze", "", "")

    _, faults = parsed(FORMER, row)

    assert {fault.column for fault in faults} == {"nom", "insee", "logements"}
    assert {fault.code for fault in faults} == {"N1"}


def test_a_line_with_more_values_than_columns_is_refused() -> None:
    fault = only(parsed(FORMER, GOOD, ("Centre", "N2", "X", "Y", "38053", "1", "", "", "Z")))

    assert (fault.line, fault.column, fault.kind) == (3, "colonnes", FaultKind.SURPLUS)


def hall(code: str, hall_name: str, *, name: str = "Les Lilas", building: str = "",
         address: str = "1 rue Haute", reference: str = "", dwellings: str = "10",
         ) -> tuple[str, ...]:  # fmt: skip
    return (code, name, address, building, hall_name, reference, dwellings)


@pytest.mark.parametrize(
    ("second", "column", "kind", "said"),
    [
        (hall("N1", "HALL 1"), "hall", FaultKind.DUPLICATE, "déjà à la ligne 2"),
        (hall("N1", ""), "code", FaultKind.DUPLICATE, "déjà décrite à la ligne 2"),
        (hall("N1", "Hall 2", reference="H1"), "réf entrée", FaultKind.DUPLICATE, "La ligne 2"),
        (hall("N1", "Hall 2", name="Autre"), "nom", FaultKind.CONTRADICTION, "La ligne 2 dit"),
        (hall("N1", "Hall 2", address="2 rue B"), "adresse", FaultKind.OTHER_ADDRESS, "Haute"),
        (hall("N1", "Hall 2", dwellings="4999"), "logements", FaultKind.OUT_OF_BOUNDS, "5"),
    ],
    ids=["same entrance", "residence again", "same reference", "other name", "other address",
         "too many together"],
)  # fmt: skip
def test_lines_of_one_residence_agree(
    second: tuple[str, ...], column: str, kind: FaultKind, said: str
) -> None:
    lines, faults = parsed(ENTRANCES, hall("N1", "Hall 1", reference="H1"), second)

    assert [line.line for line in lines] == [2]
    assert [(f.line, f.column, f.kind) for f in faults] == [(3, column, kind)]
    assert said in faults[0].reason


def test_the_same_hall_of_two_buildings_is_two_entrances() -> None:
    rows = (hall("N1", "Hall 1", building="A"), hall("N1", "Hall 1", building="B"))

    lines, faults = parsed(ENTRANCES, *rows)

    assert (len(lines), faults) == (2, [])


def test_a_residence_may_reach_the_most_dwellings() -> None:
    rows = (hall("N1", "Hall 1", dwellings="1"), hall("N1", "Hall 2", dwellings="4999"))

    assert parsed(ENTRANCES, *rows)[1] == []


def test_a_name_written_otherwise_is_no_contradiction() -> None:
    rows = (hall("N1", "Hall 1"), hall("N1", "Hall 2", name="LES LILAS", address="1, rue haute"))

    assert parsed(ENTRANCES, *rows)[1] == []


def test_another_address_may_be_taken_as_the_entrance_s_own() -> None:
    rows = (hall("N1", "Hall 1"), hall("N1", "Hall 2", address="3 rue Basse"))

    lines, faults = parsed(ENTRANCES, *rows, repairs=frozenset({FaultKind.OTHER_ADDRESS}))

    assert faults == []
    assert [(line.address, line.entrance_address) for line in lines] == [
        ("1 rue Haute", None),
        ("1 rue Haute", "3 rue Basse"),
    ]


def test_a_file_without_its_columns_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="Colonne manquante"):
        parsed(("agence", "adresse"), ("Centre", "1 rue Haute"))


def test_each_deliberate_fault_of_a_realistic_file_is_told() -> None:
    file = faulty_file()
    table = read_table(file.content, "patrimoine.csv")

    _, faults = parse(table, guess(table.header), communes())

    titles = {what: title for what, (title, _) in FAULTS.items()} | {"twice": "Entrée"}
    told = {fault.line: fault.column for fault in faults}
    assert told == {line: titles[what] for what, line in file.wrong.items()}


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["38053", "12", "Hall 1", "1e+05", "=1", "-", "1500", "oui", "5,2", "N1"]),
)


@given(st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=5))
def test_any_cells_are_read_or_told_never_both(rows: list[list[str]]) -> None:
    header = ("code", "nom", "insee", "logements", "hall", "lat", "lon", "rnb", "entrees")
    every = frozenset(kind.value for kind in FaultKind)
    kept = [[cell.replace("\0", "").replace("\ud800", "") for cell in row] for row in rows]
    try:
        lines, faults = parsed(header, *kept)
        repaired, left = parsed(header, *kept, repairs=every)
    except Invalid:
        return

    assert not {line.line for line in lines} & {fault.line for fault in faults}
    assert not {line.line for line in repaired} & {fault.line for fault in left}
