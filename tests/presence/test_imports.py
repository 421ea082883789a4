"""Imports: nothing is written before the confirmation, then exactly the plan, once."""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from presence.field.usage import entrances_in_use
from presence.imports import confirming, services
from presence.imports.confirming import CHANGED, STALE, Confirmation
from presence.imports.fields import Field
from presence.imports.lines import FaultKind
from presence.imports.queries import import_view
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import ImportState
from presence.patrimoine.places import change_residence
from presence.planning.hours import Grid, Hours
from presence.planning.services import fix_hours
from tenants.models import Scheme
from tests.factories.imports import (
    applied,
    confirmed,
    deposited,
    hall,
    lines,
    seen,
    with_amberieu,
)
from tests.factories.patrimoine_files import TITLES, csv_file, faulty_file, good_rows
from tests.presence.scene import Scene

TWO = lines(hall("Hall 1", bâtiment="Bât. A"), hall("Hall 2", bâtiment="Bât. B", passages="2"))
WRITTEN = ("agency", "residence", "building", "entrance", "coverage", "visit_frequency",
           "audit_entry", "outbox")  # fmt: skip
# A file of the whole portfolio of ALPHA with a column that nobody needs.
PERSONAL = ("code", "nom", "locataire", "loyer", "logements")


def rows(scene: Scene) -> dict[str, int]:
    return {table: scene.count(table) for table in WRITTEN}


def test_a_file_is_compared_and_nothing_is_written_but_the_import(scene: Scene) -> None:
    before = rows(scene)

    shown = seen(scene.world, deposited(scene.world, TWO))

    assert shown.state is ImportState.PLANNED
    assert shown.counts is not None
    assert (shown.counts.created, shown.counts.absent) == (1, 1)
    assert rows(scene) == before


def test_the_plan_shown_is_what_is_written(scene: Scene) -> None:
    done = confirmed(scene.world, deposited(scene.world, TWO))

    assert done.state is ImportState.APPLIED
    assert scene.count("residence", "code = 'N1' and dwellings = 20") == 1
    assert scene.count("entrance", "dwellings = 10 and building_id is not null") == 2
    assert scene.count("visit_frequency", "entrance_id is not null and times in (2, 3)") == 2
    assert scene.count("coverage", "dwellings = 20 and upper_inf(valid_during)") == 1
    assert scene.count("audit_entry", "act = 'place_import.applied'") == 1
    assert (
        scene.count("audit_entry", "act = 'residence.created' and details ->> 'code' = 'N1'") == 1
    )


def test_the_same_file_twice_proposes_nothing(scene: Scene) -> None:
    with_amberieu(scene.world)
    content = csv_file(TITLES, good_rows(30))
    applied(scene.world, content)

    again = seen(scene.world, deposited(scene.world, content))

    assert again.counts is not None
    assert (again.counts.created, again.counts.changed, again.counts.unchanged) == (0, 0, 30)
    with pytest.raises(Conflict, match="ne change rien"):
        confirmed(scene.world, again.id)


def test_an_absent_place_is_kept_unless_it_is_chosen(scene: Scene) -> None:
    confirmed(scene.world, deposited(scene.world, TWO))

    assert scene.count("residence", "code = 'R001' and archived_on is null") == 2


def test_an_absent_place_that_was_chosen_is_archived_once_its_number_is_typed(
    scene: Scene,
) -> None:
    key, gone = deposited(scene.world, TWO), scene.alpha[0].residence_id

    with pytest.raises(Invalid, match="plus de 10 %"):
        confirmed(scene.world, key, archived=[gone])
    confirmed(scene.world, key, archived=[gone], typed=1)

    assert scene.count("residence", "archived_on = '2013-12-05'") == 1
    assert scene.count("coverage", "upper(valid_during) = '2013-12-05'") == 1


def test_only_an_absent_place_is_archived_by_an_import(scene: Scene) -> None:
    key = deposited(scene.world, TWO)

    for other in (scene.beta[0].residence_id, uuid4()):
        with pytest.raises(Invalid, match="absente du fichier"):
            confirmed(scene.world, key, archived=[other], typed=1)

    assert scene.count("residence", "archived_on is not null") == 0


def test_a_confirmation_that_comes_twice_imports_once(scene: Scene) -> None:
    key = deposited(scene.world, TWO)

    for _ in range(2):
        confirmed(scene.world, key)

    assert scene.count("residence", "code = 'N1'") == 1
    assert scene.count("audit_entry", "act = 'place_import.applied'") == 1


def test_two_confirmations_at_the_same_time_import_once(scene: Scene) -> None:
    key = deposited(scene.world, csv_file(TITLES, good_rows(40)))
    started = Barrier(2)

    def together(_: int) -> ImportState:
        started.wait()
        return confirmed(scene.world, key).state

    with ThreadPoolExecutor(2) as pool:
        states = list(pool.map(together, range(2)))

    assert states == [ImportState.APPLIED] * 2
    assert scene.count("audit_entry", "act = 'place_import.applied'") == 1


def test_the_same_file_under_the_same_key_is_one_import(scene: Scene) -> None:
    key = uuid4()

    made = {deposited(scene.world, TWO, key=key) for _ in range(2)}

    assert made == {key}
    with pytest.raises(Conflict, match="un autre fichier"):
        deposited(scene.world, lines(hall("Hall 9")), key=key)


def test_the_plan_is_made_again_when_what_is_held_has_changed(scene: Scene) -> None:
    key = deposited(scene.world, lines(hall("Hall 1", code="R001", nom="Nouveau nom")))
    with scene.world.bailleur("ALPHA") as session:
        change_residence(session, scene.alpha[0].residence_id, {"address": "9 rue Neuve"})

    again = confirmed(scene.world, key)

    assert (again.state, again.error) == (ImportState.PLANNED, CHANGED)
    assert scene.count("residence", "name = 'Nouveau nom'") == 0
    assert confirmed(scene.world, key).state is ImportState.APPLIED
    assert scene.count("residence", "name = 'Nouveau nom'") == 1


def test_the_plan_of_another_page_is_not_applied(scene: Scene) -> None:
    key = deposited(scene.world, TWO)
    asked = Confirmation("0" * 64)

    with scene.world.bailleur("ALPHA") as session:
        confirming.confirm(session, key, asked, None)

    assert (seen(scene.world, key).state, seen(scene.world, key).error) == (
        ImportState.PLANNED, STALE,
    )  # fmt: skip
    assert scene.count("residence", "code = 'N1'") == 0


def test_an_import_that_fails_on_the_way_writes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, before = deposited(scene.world, TWO), rows(scene)

    def broken(*_: object) -> None:
        raise Invalid("from_on", "Refus au dernier moment.")

    monkeypatch.setattr("presence.imports.applying.set_frequencies", broken)
    with pytest.raises(Invalid, match="dernier moment"):
        confirmed(scene.world, key)

    assert rows(scene) == before
    assert seen(scene.world, key).state is ImportState.PLANNED


def test_another_bailleurs_import_does_not_exist(scene: Scene) -> None:
    key = deposited(scene.world, TWO)

    for name in ("abandon", "choose_columns", "set_repairs", "import_view", "undo"):
        with scene.world.bailleur("BETA") as session, pytest.raises(NotFound):
            _call(session, name, key)

    assert seen(scene.world, key).state is ImportState.PLANNED


def test_the_columns_that_nobody_needs_are_never_stored(scene: Scene) -> None:
    content = csv_file(PERSONAL, [("R001", "Résidence R001", "Mme Lerouge", "512,40", "30")])

    shown = seen(scene.world, deposited(scene.world, content))

    assert [column.title for column in shown.columns.columns if column.ignored] == [
        "locataire", "loyer",
    ]  # fmt: skip
    stored = str(scene.world.scalar("select row_to_json(i)::text from presence.place_import i"))
    assert "R001" in unpacked(scene)
    for told in (stored, unpacked(scene)):
        assert "Lerouge" not in told
        assert "512" not in told


def test_a_column_left_out_is_read_once_the_file_is_given_again(scene: Scene) -> None:
    content = csv_file(("code", "appellation du site"), [("R001", "Les Ormes")])
    key = deposited(scene.world, content)
    assert "Colonne manquante" in (seen(scene.world, key).error or "")

    with scene.world.bailleur("ALPHA") as session:
        with pytest.raises(Invalid, match="choisissez de nouveau le fichier"):
            services.choose_columns(session, key, {1: Field.NAME})
        with pytest.raises(Invalid, match="pas le fichier déposé"):
            services.choose_columns(session, key, {1: Field.NAME}, content=b"code;nom\nA;B\n")
        services.choose_columns(session, key, {1: Field.NAME}, content=content)

    shown = seen(scene.world, key)
    assert shown.counts is not None
    assert shown.counts.changed == 1


def test_the_choices_of_an_applied_import_are_those_of_the_next_file(scene: Scene) -> None:
    header, row = ("code", "nom", "lots"), ("R001", "Les Ormes", "31")
    first = csv_file(header, [row])
    key = deposited(scene.world, first)
    with scene.world.bailleur("ALPHA") as session:
        services.choose_columns(session, key, {2: Field.DWELLINGS}, content=first)
    confirmed(scene.world, key)

    second = seen(scene.world, deposited(scene.world, csv_file(header, [("R001", "Ormes", "32")])))

    assert second.columns.index_of(Field.DWELLINGS) == 2
    theirs = deposited(scene.world, csv_file(header, [("R001", "Ormes", "32")]), "BETA")
    other = seen(scene.world, theirs, "BETA")
    assert other.columns.index_of(Field.DWELLINGS) is None


def test_a_kind_of_fault_is_corrected_on_every_line_then_no_longer(scene: Scene) -> None:
    with_amberieu(scene.world)
    key = deposited(scene.world, faulty_file().content)
    refused = seen(scene.world, key).counts

    with scene.world.bailleur("ALPHA") as session:
        services.set_repairs(session, key, [FaultKind.LOST_ZERO])
    repaired = seen(scene.world, key).counts
    with scene.world.bailleur("ALPHA") as session:
        services.set_repairs(session, key, [])

    assert refused is not None
    assert repaired is not None
    assert (refused.created, repaired.created) == (54, 55)
    assert seen(scene.world, key).counts == refused


def test_what_could_not_be_written_is_refused_in_the_plan(scene: Scene) -> None:
    content = lines(
        hall("Hall 1", code="LONG", nom="x" * 201),
        hall("Hall 1", code="OFTEN", passages="7"),
    )
    with scene.world.operator() as session:
        _close_on_sundays(session, scene)

    shown = seen(scene.world, deposited(scene.world, content))

    assert shown.plan is not None
    told = {fault.code: (fault.column, fault.kind) for fault in shown.plan.faults}
    assert told == {
        "LONG": ("nom", FaultKind.TOO_LONG), "OFTEN": ("passages", FaultKind.OUT_OF_BOUNDS),
    }  # fmt: skip


def test_an_abandoned_import_keeps_nothing_of_its_file(scene: Scene) -> None:
    key = deposited(scene.world, TWO)

    with scene.world.bailleur("ALPHA") as session:
        services.abandon(session, key)
        services.abandon(session, key)

    assert seen(scene.world, key).state is ImportState.ABANDONED
    assert scene.count("place_import", "table_data is null") == 1
    with pytest.raises(Conflict, match="pas de plan"):
        confirmed(scene.world, key)


def test_what_was_kept_of_a_file_is_emptied_after_a_week(scene: Scene) -> None:
    key = applied(scene.world, TWO)
    waiting = deposited(scene.world, lines(hall("Hall 7")))
    scene.world.set_clock("2013-12-13T08:00:00+01:00")

    deposited(scene.world, lines(hall("Hall 8")))

    assert scene.count("place_import", "table_data is not null") == 1
    assert seen(scene.world, waiting).state is ImportState.ABANDONED
    assert seen(scene.world, key).state is ImportState.APPLIED


def test_an_import_that_is_covered_tells_the_sharing_once(scene: Scene) -> None:
    content = lines(*(hall("Hall 1", code=f"N{number}") for number in range(5)))
    before = scene.count("outbox", "topic = 'patrimoine.bases_changed'")

    applied(scene.world, content)

    assert scene.count("outbox", "topic = 'patrimoine.bases_changed'") == before + 1


def unpacked(scene: Scene) -> str:
    with scene.world.superuser() as connection:
        row = connection.execute("select table_data from presence.place_import").fetchone()
    assert row is not None
    assert isinstance(row[0], bytes)
    return zlib.decompress(row[0]).decode()


def _call(session: Session, name: str, key: UUID) -> None:
    calls: dict[str, Callable[[], object]] = {
        "abandon": lambda: services.abandon(session, key),
        "choose_columns": lambda: services.choose_columns(session, key, {}),
        "set_repairs": lambda: services.set_repairs(session, key, []),
        "import_view": lambda: import_view(session, key),
        "undo": lambda: confirming.undo(session, key, entrances_in_use),
    }
    calls[name]()


def _close_on_sundays(session: Session, scene: Scene) -> None:
    scheme = session.get_one(Scheme, scene.scheme_id)
    grid = Grid(Hours(time(17), time(23)), weekdays=frozenset(range(1, 7)))
    fix_hours(session, scheme, grid, from_on=date(2013, 12, 5))
