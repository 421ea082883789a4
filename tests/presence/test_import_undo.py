"""Undoing an import: what was before comes back, what has served stays and is named."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.field.rules import VisitReport
from presence.imports.holdings import portfolio
from presence.imports.portfolio import HeldResidence
from presence.kernel.errors import Conflict
from presence.kernel.keys import uuid7
from presence.kernel.nomenclature import ImportState, VisitResult
from presence.patrimoine.models import Entrance
from presence.patrimoine.places import change_residence
from presence.planning.frequency import Frequency
from presence.planning.queries import frequencies_on
from presence.planning.services import set_frequency
from tests.factories.imports import applied, confirmed, deposited, hall, lines, seen, undone
from tests.presence.scene import Scene

TWO = lines(hall("Hall 1", bâtiment="Bât. A", réf_entrée="E1"), hall("Hall 2", bâtiment="Bât. B"))
# Everything that a file may say of ALPHA's own residence, and a hall that it did not have.
_ALL = {
    "code": "R001", "nom": "Les Ormes", "adresse": "9 rue Neuve", "insee": "38553",
    "agence": "Nord", "bâtiment": "Bât. A",
}  # fmt: skip
ALL = lines(
    hall("Hall 1", **_ALL, réf_entrée="E1", logements="12", passages="2"),
    hall("Hall 2", **_ALL, logements="5", passages="3"),
    hall("Entrée B", **_ALL, réf_entrée="E2", logements="14", passages="4"),
)


def held(scene: Scene, code: str = "R001") -> HeldResidence | None:
    with scene.world.bailleur("ALPHA") as session:
        return next((p for p in portfolio(session).residences if p.code == code), None)


def test_everything_that_was_changed_comes_back(scene: Scene) -> None:
    before = held(scene)
    key = applied(scene.world, ALL)
    during = held(scene)

    done = undone(scene.world, key)

    after = held(scene)
    assert (done.state, done.left) == (ImportState.UNDONE, ())
    assert before is not None
    assert during is not None
    assert after is not None
    assert (during.name, during.agency, during.dwellings) == ("Les Ormes", "Nord", 31)
    assert [e for e in after.entrances if e.archived_on is None] == list(before.entrances)
    assert (after.name, after.address, after.agency, after.dwellings, after.times_per_week) == (
        before.name, before.address, before.agency, before.dwellings, before.times_per_week,
    )  # fmt: skip


def test_what_was_created_is_archived_and_its_code_is_free(scene: Scene) -> None:
    key = applied(scene.world, TWO)

    undone(scene.world, key)

    gone = "code = 'N1 (annulé 05/12/2013)' and archived_on = '2013-12-05'"
    assert scene.count("residence", f"{gone} and archive_reason = 'error'") == 1
    assert scene.count("coverage", "dwellings = 20 and not isempty(valid_during)") == 0
    assert seen(scene.world, deposited(scene.world, TWO)).counts == seen(scene.world, key).counts
    confirmed(scene.world, deposited(scene.world, TWO))
    assert scene.count("residence", "code = 'N1' and archived_on is null") == 1


def test_an_import_undone_twice_the_same_day_frees_its_code_twice(scene: Scene) -> None:
    for _ in range(2):
        undone(scene.world, applied(scene.world, TWO))

    freed = "code in ('N1 (annulé 05/12/2013)', 'N1 (annulé 05/12/2013, 2)')"
    assert scene.count("residence", freed) == 2


def test_a_hall_that_was_added_is_archived_and_its_name_is_free(scene: Scene) -> None:
    key = applied(scene.world, ALL)

    undone(scene.world, key)

    assert scene.count("entrance", "name = 'Entrée B (annulé 05/12/2013)'") == 1
    again = applied(scene.world, ALL)
    assert seen(scene.world, again).state is ImportState.APPLIED
    assert scene.count("entrance", "name = 'Entrée B' and archived_on is null") == 1


def test_a_building_that_was_added_is_archived_with_its_halls(scene: Scene) -> None:
    undone(scene.world, applied(scene.world, ALL))
    gone = scene.count("building", "name = 'Bât. A' and archived_on is not null")

    applied(scene.world, ALL)

    assert gone == 1
    assert scene.count("building", "name = 'Bât. A' and archived_on is null") == 1


def test_a_place_that_was_visited_stays_and_is_named(scene: Scene) -> None:
    key = applied(scene.world, TWO)
    _visit(scene)

    done = undone(scene.world, key)

    assert done.left == ("Les Lilas : déjà utilisée en tournée : conservée.",)
    assert scene.count("residence", "code = 'N1' and archived_on is null") == 1


def test_a_value_that_somebody_changed_since_stays_and_is_named(scene: Scene) -> None:
    key = applied(scene.world, lines(hall("Hall 1", code="R001", nom="Les Ormes", agence="Agence")))
    with scene.world.bailleur("ALPHA") as session:
        change_residence(session, scene.alpha[0].residence_id, {"name": "Les Charmes"})

    done = undone(scene.world, key)

    assert done.left == ("Les Charmes : Nom de la résidence, changé depuis l'import : laissé.",)
    found = held(scene)
    assert found is not None
    assert (found.name, found.address) == ("Les Charmes", "1 rue Basse")


def test_the_whole_frequency_comes_back_with_its_days(scene: Scene) -> None:
    rule = Frequency(2, weekdays=frozenset({5, 6}), min_gap_days=1)
    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        set_frequency(session, place, rule, from_on=date(2013, 12, 5))
    content = lines(
        *(hall(f"Hall {n}", code="R001", nom="Résidence R001", passages="1") for n in (1, 2))
    )
    key = applied(scene.world, content)
    during = _frequency(scene, place)

    undone(scene.world, key)

    # The days asked for stay asked for when a file gives another number.
    assert (during.times, during.weekdays) == (1, rule.weekdays)
    assert _frequency(scene, place) == rule


def test_an_archived_residence_comes_back_to_the_perimeter(scene: Scene) -> None:
    gone = scene.alpha[0].residence_id
    key = deposited(scene.world, TWO)
    confirmed(scene.world, key, archived=[gone], typed=1)

    undone(scene.world, key)

    assert scene.count("residence", "archived_on is not null and code = 'R001'") == 0
    assert scene.count("coverage", f"residence_id = '{gone}' and upper_inf(valid_during)") == 1


def test_undoing_twice_is_once(scene: Scene) -> None:
    key = applied(scene.world, TWO)

    for _ in range(2):
        undone(scene.world, key)

    assert scene.count("audit_entry", "act = 'place_import.undone'") == 1


def test_after_a_week_an_import_is_no_longer_undone(scene: Scene) -> None:
    key = applied(scene.world, TWO)
    scene.world.set_clock("2013-12-12T09:30:00+01:00")

    with pytest.raises(Conflict, match="jusqu'au 12/12/2013"):
        undone(scene.world, key)

    assert scene.count("residence", "code = 'N1'") == 1


def test_the_afternoon_changes_from_the_next_evening(scene: Scene) -> None:
    scene.world.set_clock("2013-12-05T15:00:00+01:00")
    key = applied(scene.world, lines(hall("Hall 1", code="R001"), hall("Hall 2", code="R001")))

    counted = "dwellings = 20 and lower(valid_during) = '2013-12-06'"
    assert scene.count("coverage", counted) == 1
    undone(scene.world, key)
    assert scene.count("coverage", "dwellings = 30 and upper_inf(valid_during)") == 1


def _visit(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        entrance = _entrance(session)
    at = datetime(2013, 12, 5, 6, 30, tzinfo=UTC)
    with scene.world.superuser() as connection:
        connection.execute(
            "update presence.coverage set valid_during = '[2013-12-01,)' where dwellings = 20"
        )
    outcomes = scene.record(VisitReport(uuid7(), entrance, at, VisitResult.NOTHING_TO_REPORT))
    assert [outcome.status for outcome in outcomes] == ["created"]


def _entrance(session: Session) -> UUID:
    return session.scalars(select(Entrance.id).where(Entrance.code == "E1")).one()


def _frequency(scene: Scene, place: UUID) -> Frequency:
    with scene.world.bailleur("ALPHA") as session:
        return frequencies_on(session, date(2013, 12, 5))[place]
