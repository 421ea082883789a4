"""A national return: cleaned, gathered by entrance, counted; nothing of a dwelling is kept."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.imports.columns import guess
from presence.imports.lines import FaultKind
from presence.imports.plan import plan
from presence.imports.portfolio import Portfolio
from presence.imports.reading import Table, read_table
from presence.imports.rpls import TOLD_EVERY, Gathered, gather
from presence.imports.streets import number_in_street, plain_code, street
from tests.factories.patrimoine_files import applied, communes, csv_file

HEADER = (
    "IDENT_REP", "IDENT_INT", "DEPCOM", "CODEPOSTAL", "LIBCOM", "NUMVOIE", "INDREP", "TYPVOIE",
    "NOMVOIE", "ESC", "ETAGE", "COMPLGEO", "ENTREE", "BAT", "IMMEU", "LIEUDIT", "QPV",
    "SORTIEPATRIM", "LOYERPRINC", "CODSEGPATRIM", "LIBSEGPATRIM", "SIRET",
)  # fmt: skip
FLAT = {
    "DEPCOM": "38053", "CODEPOSTAL": "38300", "LIBCOM": "BOURGOIN-JALLIEU", "NUMVOIE": "10",
    "INDREP": "NA", "TYPVOIE": "RUE", "NOMVOIE": "CHOPIN", "ESC": "NC", "ENTREE": "A", "BAT": "NA",
    "IMMEU": "", "QPV": "2", "SORTIEPATRIM": "", "LOYERPRINC": "412.50",
}  # fmt: skip


def flats(count: int = 1, **values: str) -> list[Mapping[str, str]]:
    return [FLAT | values for _ in range(count)]


def a_return(*groups: Sequence[Mapping[str, str]]) -> Table:
    rows = [
        [{"IDENT_REP": f"{number}", **flat}.get(title, "") for title in HEADER]
        for number, flat in enumerate((flat for group in groups for flat in group), start=1)
    ]
    table = read_table(csv_file(HEADER, rows), "rpls.csv")
    return guess(table.header).narrow(table)[0]


def gathered(*groups: Sequence[Mapping[str, str]]) -> Gathered:
    return gather(a_return(*groups), communes())


def test_dwellings_are_counted_by_entrance() -> None:
    found = gathered(flats(3), flats(2, ENTREE="B"), flats(1, NUMVOIE="12"))

    assert [(line.entrance, line.dwellings) for line in found.lines] == [
        ("10 RUE CHOPIN – Entrée A", 3),
        ("10 RUE CHOPIN – Entrée B", 2),
        ("12 RUE CHOPIN – Entrée A", 1),
    ]
    assert found.dwellings == 6


def test_rents_and_departures_are_dropped_before_anything_is_read() -> None:
    table = a_return(flats())

    assert "LOYERPRINC" not in table.header
    assert all("412.50" not in cells for _, cells in table.rows)


def test_a_dwelling_that_left_the_stock_is_not_counted() -> None:
    found = gathered(flats(2), flats(1, SORTIEPATRIM="1"), flats(1, SORTIEPATRIM="NA"))

    assert (found.dwellings, found.gone) == (3, 1)


def test_a_dwelling_written_twice_counts_once() -> None:
    found = gathered(flats(2, IDENT_REP="380001"), flats(2, IDENT_REP="NA", IDENT_INT="LOG7"))

    assert (found.dwellings, found.repeated) == (2, 2)


def test_what_is_outside_the_territory_is_counted_and_left_out() -> None:
    found = gathered(flats(2), flats(5, DEPCOM="69123"), flats(1, DEPCOM="NA", LIBCOM="LYON"))

    assert (found.dwellings, found.outside, found.faults) == (2, 6, [])


def test_one_dwelling_in_a_priority_area_puts_its_residence_there() -> None:
    found = gathered(flats(2, IMMEU="B12"), flats(1, IMMEU="B12", QPV="1", ENTREE="B"))

    assert [line.in_qpv for line in found.lines] == [True, True]


@pytest.mark.parametrize(
    ("told", "in_qpv", "name"),
    [("2", False, None), ("NON", False, None), ("NA", None, None), ("O", True, None),
     ("QP038006", True, "QP038006")],
)  # fmt: skip
def test_a_priority_area_is_a_flag_or_a_code(
    told: str, in_qpv: bool | None, name: str | None
) -> None:
    (line,) = gathered(flats(1, QPV=told)).lines

    assert (line.in_qpv, line.qpv_name) == (in_qpv, name)


@pytest.mark.parametrize(
    ("numvoie", "indrep", "number"),
    [
        ("12", "", "12"),
        ("0012", "B", "12 bis"),
        ("12.0", "T", "12 ter"),
        ("1.2e+001", "", "12"),
        ("10:00 AM", "NA", "10"),
        ("10:00:00 PM", "", "10"),
        ("22:00:00", "", "10"),
        ("00:00:00", "", "12"),
        ("2-4", "", "2-4"),
        ("999", "Z", ""),
    ],
)
def test_a_number_in_a_street_is_given_back(numvoie: str, indrep: str, number: str) -> None:
    assert number_in_street(numvoie, indrep) == number


@pytest.mark.parametrize(
    ("typvoie", "nomvoie", "said"),
    [
        ("RUE", "CHOPIN", "RUE CHOPIN"),
        ("RUE", "RUE CHOPIN", "RUE CHOPIN"),
        ("AV", "AVENUE DES TILLEULS", "AVENUE DES TILLEULS"),
        ("AVENUE", "AV DES TILLEULS", "AVENUE DES TILLEULS"),
        ("INCONNUE", "LES ROCHES", "LES ROCHES"),
        ("all?e", "des Foug?res", "ALLEE DES FOUGERES"),
        ("RUE", "RUE", "RUE RUE"),
        ("RUE", "NC", ""),
    ],
)
def test_a_street_is_written_once(typvoie: str, nomvoie: str, said: str) -> None:
    assert street(typvoie, nomvoie) == said


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1.1144e+006", "1114400"), ("12.0", "12"), ("0012", "0012"), ("12E3", "12E3"), ("999", "")],
)
def test_a_code_is_given_back(cell: str, code: str) -> None:
    assert plain_code(cell) == code


@pytest.mark.parametrize("depcom", ["38053", "38053.0", "3.8053e+004", "NA"])
def test_the_commune_is_read_however_the_code_was_spoilt(depcom: str) -> None:
    (line,) = gathered(flats(1, DEPCOM=depcom)).lines

    assert line.insee_code == "38053"


def test_the_zero_of_a_commune_is_put_back() -> None:
    (line,) = gathered(flats(1, DEPCOM="1004", LIBCOM="")).lines

    assert line.insee_code == "01004"


def test_a_segment_in_one_commune_is_the_residence() -> None:
    segment = {"CODSEGPATRIM": "S1", "LIBSEGPATRIM": "LES LILAS"}

    found = gathered(flats(1, **segment), flats(2, NUMVOIE="12", **segment))

    assert [(line.code, line.name, line.address) for line in found.lines] == [
        ("S1", "LES LILAS", "12 RUE CHOPIN"),
        ("S1", "LES LILAS", "12 RUE CHOPIN"),
    ]


def test_a_segment_of_the_whole_estate_is_no_residence() -> None:
    found = gathered(
        flats(1, CODSEGPATRIM="A", IMMEU="I1"),
        flats(1, CODSEGPATRIM="A", IMMEU="I2", DEPCOM="38553", NOMVOIE="RAVEL"),
    )

    assert [line.code for line in found.lines] == ["I1", "I2"]


def test_buildings_numbered_from_one_in_each_street_are_no_residence() -> None:
    found = gathered(flats(1, IMMEU="1"), flats(1, IMMEU="1", NOMVOIE="RAVEL"))

    assert [line.code for line in found.lines] == ["38053-10-RUE-CHOPIN", "38053-10-RUE-RAVEL"]


def test_complements_name_a_residence_only_when_they_agree() -> None:
    same = gathered(flats(2, COMPLGEO="LES LILAS")).lines[0]
    other = gathered(
        flats(1, IMMEU="I1", COMPLGEO="LES LILAS"),
        flats(1, IMMEU="I1", COMPLGEO="LES ROSES", ENTREE="B"),
    ).lines[0]

    assert (same.name, other.name) == ("LES LILAS", None)


def test_a_building_is_named_and_an_entrance_already_worded_is_not_worded_again() -> None:
    (line,) = gathered(flats(1, BAT="CD", IMMEU="I1", ENTREE="Hall 3", ESC="2 B")).lines

    assert (line.building_code, line.building_name) == ("I1", "Bâtiment CD")
    assert line.entrance == "10 RUE CHOPIN – Hall 3 – Escalier 2 B"


def test_a_place_without_a_street_takes_its_complement() -> None:
    (line,) = gathered(flats(1, NOMVOIE="NC", LIEUDIT="LE MAS")).lines

    assert line.address == "LE MAS"


@pytest.mark.parametrize(
    ("values", "column", "kind"),
    [
        ({"NOMVOIE": "NC"}, "NOMVOIE", FaultKind.MISSING),
        ({"DEPCOM": "NA", "LIBCOM": "NC"}, "DEPCOM", FaultKind.MISSING),
        ({"ENTREE": "=1+1"}, "ENTREE", FaultKind.FORMULA),
        ({"COMPLGEO": "A\u202eB"}, "COMPLGEO", FaultKind.INVISIBLE),
    ],
)
def test_a_line_that_cannot_be_placed_is_told(
    values: dict[str, str], column: str, kind: FaultKind
) -> None:
    rows = [[(FLAT | values).get(title, "") for title in HEADER]]
    table = read_table(csv_file(HEADER, rows, encoding="utf-8"), "")

    found = gather(table, communes())

    assert [(f.line, f.column, f.kind) for f in found.faults] == [(2, column, kind)]
    assert found.lines == []


def test_a_residence_of_more_than_5000_dwellings_is_refused() -> None:
    found = gathered(flats(5_001))

    assert [fault.kind for fault in found.faults] == [FaultKind.OUT_OF_BOUNDS]


def test_the_owners_are_told() -> None:
    found = gathered(flats(1, SIRET="779 537 125 00042"), flats(1, SIRET="24380060400017"))

    assert found.sirens == {"779537125", "243800604"}


def test_the_progress_is_told_up_to_the_end() -> None:
    told: list[tuple[int, int]] = []

    gather(
        a_return(flats(TOLD_EVERY + 2)), communes(), lambda done, all_: told.append((done, all_))
    )

    assert told == [(TOLD_EVERY, TOLD_EVERY + 2), (TOLD_EVERY + 2, TOLD_EVERY + 2)]


def test_the_same_return_twice_changes_nothing_the_second_time() -> None:
    found = gathered(flats(3), flats(2, ENTREE="B", QPV="1"), flats(1, NUMVOIE="12", BAT="C"))
    once = plan(found.lines, found.faults, Portfolio(), agency="Centre")

    twice = plan(found.lines, found.faults, applied(once, Portfolio()), agency="Centre")

    assert (once.counts.created, twice.counts.to_apply) == (2, 0)


@given(st.permutations([*flats(2), *flats(1, ENTREE="B"), *flats(3, NUMVOIE="12", IMMEU="I9")]))
def test_the_order_of_the_dwellings_changes_nothing(rows: list[Mapping[str, str]]) -> None:
    counted = {(line.code, line.entrance): line.dwellings for line in gathered(rows).lines}

    assert counted == {
        ("38053-10-RUE-CHOPIN", "10 RUE CHOPIN – Entrée A"): 2,
        ("38053-10-RUE-CHOPIN", "10 RUE CHOPIN – Entrée B"): 1,
        ("I9", "12 RUE CHOPIN – Entrée A"): 3,
    }
