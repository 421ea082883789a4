"""What an import writes, column by column; then the same file proposes nothing more."""

from datetime import date

import pytest

from presence.imports.holdings import portfolio
from presence.imports.lines import FaultKind
from presence.imports.portfolio import HeldEntrance, HeldResidence
from presence.imports.reading import read_table
from presence.kernel.nomenclature import ImportState
from presence.migrating import ROOT
from presence.patrimoine.places import archive_entrance
from presence.planning.frequency import Frequency
from presence.planning.services import set_frequency
from tests.factories.imports import applied, confirmed, deposited, hall, lines, seen
from tests.factories.patrimoine_files import csv_file
from tests.presence.scene import Scene

HEADER = (
    "code", "nom", "agence", "adresse", "insee", "qpv", "qpv millésime", "code bâtiment",
    "bâtiment", "hall", "réf entrée", "adresse entrée", "rnb", "clé ban", "latitude", "longitude",
    "logements", "passages",
)  # fmt: skip
KEY, RNB = "38053_0420_00009", "9H3KPQ7R2X4Z"


def everything(code: str, name: str) -> bytes:
    """Two halls with all that a file may say."""
    shared = (
        code, name, "Nord", "9 rue Neuve", "38553", "Saint-Bonnet", "2024", "B7", "Bât. G",
    )  # fmt: skip
    return csv_file(
        HEADER,
        [
            (*shared, "Hall 1", "E-1", "9 bis rue Neuve", RNB, KEY, "45,5931", "5,2711", "12", "2"),
            (*shared, "Hall 2", "E-2", "", "", "", "", "", "9", "4"),
        ],
    )


def held(scene: Scene, code: str) -> HeldResidence:
    with scene.world.bailleur("ALPHA") as session:
        return next(p for p in portfolio(session).residences if p.code == code)


@pytest.mark.parametrize("code", ["R001", "NEUF"], ids=["changed", "created"])
def test_all_that_a_file_says_is_written_and_then_proposes_nothing(scene: Scene, code: str) -> None:
    content = everything(code, "Les Ormes")
    applied(scene.world, content)

    found = held(scene, code)
    first, second = found.entrances

    assert (found.name, found.agency, found.address, found.insee_code) == (
        "Les Ormes", "Nord", "9 rue Neuve", "38553",
    )  # fmt: skip
    assert (found.qpv_name, found.qpv_vintage, found.dwellings) == ("Saint-Bonnet", 2024, 21)
    assert first == HeldEntrance(
        first.id, "Hall 1", "E-1", "9 bis rue Neuve", "B7", "Bât. G", 12, RNB, KEY, 45.5931, 5.2711,
        first.times_per_week,
    )  # fmt: skip
    assert (second.code, second.dwellings, second.building_name) == ("E-2", 9, "Bât. G")
    assert {hall.times_per_week for hall in found.entrances} == {2, 4}
    again = seen(scene.world, deposited(scene.world, content)).counts
    assert again is not None
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)


def test_a_building_in_another_writing_is_the_same_building(scene: Scene) -> None:
    applied(scene.world, lines(hall("Hall 1", code="R001", bâtiment="Bât. A")))

    applied(scene.world, lines(hall("Hall 3", code="R001", bâtiment="BAT A")))

    assert scene.count("building", "name in ('Bât. A', 'BAT A')") == 1


def test_a_hall_is_renamed_by_its_reference(scene: Scene) -> None:
    applied(scene.world, lines(hall("Hall 1", code="R001", réf_entrée="E1")))

    applied(scene.world, lines(hall("Entrée nord", code="R001", réf_entrée="E1")))

    assert scene.count("entrance", "name = 'Entrée nord' and code = 'E1'") == 1
    assert scene.count("entrance") == 4


def test_a_hall_archived_meanwhile_is_refused_by_the_plan_made_again(scene: Scene) -> None:
    key = deposited(scene.world, lines(hall("Hall 1", code="R001", nom="Les Ormes")))
    with scene.world.bailleur("ALPHA") as session:
        archive_entrance(session, scene.alpha[0].id, date(2013, 12, 5))

    again = confirmed(scene.world, key)

    assert again.state is ImportState.PLANNED
    assert again.plan is not None
    assert [fault.kind for fault in again.plan.faults] == [FaultKind.ARCHIVED]
    assert scene.count("residence", "name = 'Les Ormes'") == 0


def test_a_frequency_fixed_for_later_is_not_overwritten(scene: Scene) -> None:
    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(session, place, Frequency(5), from_on=date(2014, 2, 1))

    shown = seen(scene.world, deposited(scene.world, lines(hall("Hall 1", code="R001"))))

    assert shown.plan is not None
    (fault,) = shown.plan.faults
    assert (fault.column, fault.kind) == ("passages", FaultKind.CONTRADICTION)
    assert "01/02/2014" in fault.reason


def test_the_example_file_is_a_french_spreadsheets_with_its_usual_faults(scene: Scene) -> None:
    path = ROOT / "platform/presence/demonstration/data/patrimoine_exemple.csv"
    content = path.read_bytes()

    shown = seen(scene.world, deposited(scene.world, content))

    table = read_table(content, path.name)
    assert (table.encoding, table.separator) == ("Windows-1252", "point-virgule")
    assert any("Pâquerettes" in cell for _, row in table.rows for cell in row)
    assert shown.plan is not None
    # The first four are of places that the demonstration holds.
    assert {fault.kind for fault in shown.plan.faults if fault.line > 5} == {
        FaultKind.OUT_OF_BOUNDS, FaultKind.NOT_A_NUMBER, FaultKind.COMMUNE, FaultKind.RNB_ID,
        FaultKind.FORMULA, FaultKind.DECIMAL, FaultKind.LOST_ZERO, FaultKind.DUPLICATE,
        FaultKind.COMPANION,
    }  # fmt: skip
    assert shown.plan.repairable[FaultKind.DECIMAL] == 4
    assert [column.title for column in shown.columns.columns if column.ignored] == ["Loyer moyen"]
