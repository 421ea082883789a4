"""The plan of an import: what is created, changed, kept, refused, and how it is said."""

import pytest

from presence.imports.comparing import CURRENT_VINTAGE, UNNAMED_QPV
from presence.imports.fields import Field
from presence.imports.items import EntranceItem, Item, Verdict
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.plan import plan
from tests.factories.patrimoine_files import applied
from tests.presence.import_plans import (
    ARCHIVED_ON,
    EMPTY,
    FORMER,
    GOOD,
    HALLS,
    an_entrance,
    compared,
    hall,
    held,
    planned,
)


def texts(item: Item | EntranceItem) -> list[str]:
    return [change.text for change in item.changes]


def test_a_new_residence_is_created_with_its_entrances() -> None:
    (item,) = planned(FORMER, [GOOD]).items

    assert (item.verdict, item.name, item.lines) == (Verdict.CREATED, "Les Lilas", (2,))
    assert "Logements — → 12" in texts(item)
    assert [(each.verdict, each.name) for each in item.entrances] == [
        (Verdict.CREATED, "Hall A"),
        (Verdict.CREATED, "Hall B"),
    ]


def test_a_residence_that_names_no_entrance_has_a_hall() -> None:
    (item,) = planned(FORMER, [(*GOOD[:-1], "")]).items

    assert [each.name for each in item.entrances] == ["Hall"]


def test_the_dwellings_of_entrances_add_up() -> None:
    (item,) = planned(HALLS, [hall("Hall 1"), hall("Hall 2", dwellings="15")]).items

    assert "Logements — → 25" in texts(item)
    assert [texts(each) for each in item.entrances] == [
        ["Logements — → 10"],
        ["Logements — → 15"],
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"logements": "52"}, "Logements 48 → 52"),
        ({"nom": "Les Roses"}, "Nom de la résidence Les Lilas → Les Roses"),
        ({"adresse": "2 rue Haute"}, "Adresse 1 rue Haute → 2 rue Haute"),
        ({"insee": "38553"}, "Code Insee 38053 → 38553"),
        ({"agence": "Nord"}, "Agence Centre → Nord"),
        ({"passages": "3"}, "Passages par semaine — → 3"),
    ],
)
def test_a_change_says_before_and_after(values: dict[str, str], said: str) -> None:
    item = compared(held(), **values)

    assert (item.verdict, texts(item)) == (Verdict.CHANGED, [said])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"logements": "48", "adresse": "1 rue Haute"},
        {"logements": "", "adresse": "", "agence": "", "passages": "", "qpv": ""},
        {"agence": "CENTRE"},
        {"entrees": "hall 1"},
    ],
    ids=["absent columns", "same values", "empty cells", "an agency's spelling", "a hall's"],
)
def test_what_a_file_does_not_say_is_kept(values: dict[str, str]) -> None:
    portfolio = held(qpv_name="Saint-Bonnet", qpv_vintage=2024, times_per_week=4)

    item = compared(portfolio, **values)

    assert (item.verdict, item.changes, item.notes) == (Verdict.UNCHANGED, (), ())


@pytest.mark.parametrize(
    ("area", "values", "after"),
    [
        ((None, None), {"qpv": "Champaret"}, ("Champaret", CURRENT_VINTAGE)),
        ((None, None), {"qpv": "oui"}, (UNNAMED_QPV, CURRENT_VINTAGE)),
        ((None, None), {"qpv millésime": "2015"}, (None, None)),
        (("Champaret", 2015), {"qpv": "Champaret"}, ("Champaret", 2015)),
        (("Champaret", 2015), {"qpv": "oui"}, ("Champaret", 2015)),
        (("Champaret", 2015), {"qpv": "Les Roches"}, ("Les Roches", CURRENT_VINTAGE)),
        (("Champaret", 2015), {"qpv millésime": "2024"}, ("Champaret", 2024)),
        (("Champaret", 2015), {"qpv": "non"}, (None, None)),
    ],
)
def test_a_priority_area_has_a_name_and_a_vintage_or_neither(
    area: tuple[str | None, int | None], values: dict[str, str], after: tuple[str, int]
) -> None:
    portfolio = held(qpv_name=area[0], qpv_vintage=area[1])

    shown = planned(("code", "nom", *values), [("N1", "Les Lilas", *values.values())], portfolio)

    (residence,) = applied(shown, portfolio).residences
    assert (residence.qpv_name, residence.qpv_vintage) == after


def test_a_residence_that_the_file_does_not_name_is_absent_and_kept() -> None:
    (item,) = planned(FORMER, [GOOD], held(code="N0")).items[1:]

    assert (item.verdict, item.code, item.changes) == (Verdict.ABSENT, "N0", ())


def test_an_archived_residence_is_not_absent() -> None:
    portfolio = held(code="N0", archived_on=ARCHIVED_ON)

    assert planned(FORMER, [GOOD], portfolio).counts.absent == 0


def test_an_archived_residence_that_the_file_names_is_refused() -> None:
    item = compared(held(archived_on=ARCHIVED_ON), logements="52")

    assert (item.verdict, item.faults[0].kind) == (Verdict.REFUSED, FaultKind.ARCHIVED)
    assert "archivée le 20/03/2024 : désarchivez-la" in item.faults[0].reason


def test_an_archived_entrance_that_the_file_names_is_refused_alone() -> None:
    portfolio = held(an_entrance("Hall 1"), an_entrance("Hall 2", archived_on=ARCHIVED_ON))

    (item,) = planned(HALLS, [hall("Hall 1"), hall("Hall 2")], portfolio).items

    assert [(fault.line, fault.kind) for fault in item.faults] == [(3, FaultKind.ARCHIVED)]
    assert [each.name for each in item.entrances] == ["Hall 1"]


def test_a_line_that_lists_an_archived_entrance_is_refused_whole() -> None:
    portfolio = held(an_entrance("Hall 1"), an_entrance("Hall 2", archived_on=ARCHIVED_ON))

    item = compared(portfolio, logements="52", entrees="Hall 1|Hall 2")

    assert (item.verdict, item.changes) == (Verdict.REFUSED, ())


def test_an_entrance_that_the_file_does_not_name_is_absent_and_counted() -> None:
    portfolio = held(an_entrance("Hall 1", dwellings=20), an_entrance("Hall 2", dwellings=28))

    (item,) = planned(HALLS, [hall("Hall 1", dwellings="25")], portfolio).items

    assert [(e.name, e.verdict) for e in item.entrances] == [
        ("Hall 1", Verdict.CHANGED),
        ("Hall 2", Verdict.ABSENT),
    ]
    assert texts(item) == ["Logements 48 → 53"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([hall("Hall 1")], "une entrée absente du fichier n'est pas comptée"),
        ([hall("Hall 1"), hall("Hall 2", dwellings="")], "une ligne ne dit pas les siens"),
        ([hall("Hall 1"), hall("Hall 2", dwellings="-1")], "une ligne de la résidence est refusée"),
    ],
)
def test_a_total_that_would_lack_a_hall_is_not_changed(
    rows: list[tuple[str, ...]], said: str
) -> None:
    portfolio = held(an_entrance("Hall 1"), an_entrance("Hall 2"))

    (item,) = planned(HALLS, rows, portfolio).items

    assert texts(item) == []
    assert said in item.notes[0]


def test_a_new_residence_with_a_refused_line_is_refused_whole() -> None:
    (item,) = planned(HALLS, [hall("Hall 1"), hall("Hall 2", dwellings="-1")]).items

    assert item.verdict is Verdict.REFUSED
    assert [(f.line, f.kind) for f in item.faults] == [
        (2, FaultKind.COMPANION),
        (3, FaultKind.OUT_OF_BOUNDS),
    ]


def test_a_line_that_comes_twice_does_not_refuse_its_residence() -> None:
    (item,) = planned(HALLS, [hall("Hall 1"), hall("Hall 1")]).items

    assert (item.verdict, [fault.line for fault in item.faults]) == (Verdict.CREATED, [3])


@pytest.mark.parametrize("column", range(5))
def test_a_new_residence_must_say_what_it_needs(column: int) -> None:
    cells = ["Centre", "1 rue Haute", "38053", "12", "Les Lilas"]
    titles = ("agence", "adresse", "insee", "logements", "nom")
    cells[column] = ""

    shown = planned((*titles, "code"), [(*cells, "N1")])

    assert [(f.column, f.kind) for f in shown.faults] == [(titles[column], FaultKind.MISSING)]


def test_a_residence_that_is_held_needs_nothing_more() -> None:
    assert compared(held(), logements="52").verdict is Verdict.CHANGED


def test_new_residences_may_share_an_agency_that_the_file_does_not_say() -> None:
    line = EntranceLine(2, "N1", address="1 rue Haute", insee_code="38053", dwellings=4)

    (item,) = plan([line], [], EMPTY, agency="Centre").items

    assert {change.field: change.after for change in item.changes} == {
        Field.AGENCY: "Centre", Field.NAME: "1 rue Haute", Field.ADDRESS: "1 rue Haute",
        Field.INSEE_CODE: "38053", Field.DWELLINGS: 4,
    }  # fmt: skip


def test_a_reference_finds_an_entrance_that_was_renamed() -> None:
    portfolio = held(an_entrance("Hall 1", code="H1", dwellings=10))

    (item,) = planned(HALLS, [hall("Montée A", reference="H1")], portfolio).items

    assert [texts(each) for each in item.entrances] == [["Entrée Hall 1 → Montée A"]]


def test_an_entrance_cannot_take_the_name_of_another() -> None:
    portfolio = held(an_entrance("Hall 1", code="H1"), an_entrance("Hall 2", code="H2"))

    (item,) = planned(HALLS, [hall("Hall 2", reference="H1")], portfolio).items

    assert [fault.kind for fault in item.faults] == [FaultKind.TAKEN]


def test_halls_of_two_buildings_are_told_apart() -> None:
    rows = [hall("Hall 1", building="A"), hall("Hall 1", building="B")]

    (item,) = planned(HALLS, rows).items

    assert [each.name for each in item.entrances] == ["A – Hall 1", "B – Hall 1"]


def test_a_hall_goes_to_the_building_that_it_is_in() -> None:
    portfolio = held(
        an_entrance("A – Hall 1", building_name="A"), an_entrance("Hall 1", building_name="B")
    )
    rows = [
        hall("Hall 1", building="B", dwellings="4"),
        hall("Hall 1", building="A", dwellings="5"),
    ]

    (item,) = planned(HALLS, rows, portfolio).items

    assert [(each.name, texts(each)) for each in item.entrances] == [
        ("Hall 1", ["Logements — → 4"]),
        ("A – Hall 1", ["Logements — → 5"]),
    ]


def test_a_building_known_by_its_code_is_called_by_it() -> None:
    row = ("N1", "Les Lilas", "B7", "Hall 1")

    (item,) = planned(("code", "nom", "code bâtiment", "hall"), [row], held()).items

    assert [texts(each) for each in item.entrances] == [
        ["Code du bâtiment — → B7", "Bâtiment — → B7"]
    ]


def test_the_same_visits_everywhere_are_those_of_the_residence() -> None:
    (item,) = planned(HALLS, [hall("Hall 1", times="3"), hall("Hall 2", times="3")]).items

    assert "Passages par semaine — → 3" in texts(item)
    assert all("Passages par semaine" not in " ".join(texts(each)) for each in item.entrances)


def test_visits_that_differ_are_those_of_each_entrance() -> None:
    (item,) = planned(HALLS, [hall("Hall 1", times="3"), hall("Hall 2", times="5")]).items

    assert all(change.field is not Field.TIMES_PER_WEEK for change in item.changes)
    assert ["Passages par semaine — → 5" in texts(each) for each in item.entrances] == [False, True]


def test_a_position_of_a_residence_goes_to_its_only_entrance() -> None:
    item = compared(held(), lat="45,586", lon="5,273")

    assert [texts(each) for each in item.entrances] == [
        ["Latitude — → 45,586", "Longitude — → 5,273"]
    ]


def test_a_position_of_a_residence_of_several_entrances_is_set_aside_and_told() -> None:
    item = compared(held(an_entrance("Hall 1"), an_entrance("Hall 2")), lat="45,586", lon="5,273")

    assert (item.verdict, item.entrances) == (Verdict.UNCHANGED, ())
    assert "laissés de côté" in item.notes[0]


def test_a_residence_of_several_entrances_may_say_nothing_of_them() -> None:
    item = compared(held(an_entrance("Hall 1"), an_entrance("Hall 2")), logements="50")

    assert (texts(item), item.notes) == (["Logements 48 → 50"], ())


def test_a_listed_entrance_keeps_the_position_that_it_has() -> None:
    portfolio = held(an_entrance("Hall 1", latitude=45.5, longitude=5.2), an_entrance("Hall 2"))

    item = compared(portfolio, lat="45,586", lon="5,273", entrees="Hall 1|Hall 2")

    assert [each.verdict for each in item.entrances] == [Verdict.UNCHANGED, Verdict.CHANGED]


def test_a_return_without_accents_does_not_replace_what_reads_the_same() -> None:
    line = EntranceLine(
        2, "N1", "LES LILAS", "1 RUE HAUTE – Entrée A", per_entrance=True, rough=True,
        address="1 RUE HAUTE", insee_code="38053", dwellings=48,
    )  # fmt: skip

    (item,) = plan([line], [], held(an_entrance("1 rue Haute – Entrée A"))).items

    assert item.changes == ()


def test_lines_without_a_code_are_refused_each_by_itself() -> None:
    faults = [
        LineFault(line, "code", "", FaultKind.MISSING, "Valeur manquante.") for line in (2, 3)
    ]

    shown = plan([], faults, EMPTY)

    assert [(item.verdict, item.lines) for item in shown.items] == [
        (Verdict.REFUSED, (2,)),
        (Verdict.REFUSED, (3,)),
    ]
