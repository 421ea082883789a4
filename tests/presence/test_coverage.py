"""The perimeter is dated: a past month keeps its residences and its dwellings."""

from datetime import date
from uuid import UUID

import pytest

from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.coverage import (
    count_dwellings,
    enter_perimeter,
    leave_perimeter,
    state_coverage,
)
from presence.planning.queries import places_due
from tests.factories.schemes import FROM
from tests.presence.scene import Scene

# The scene's clock is the morning of 5 December 2013.
TOMORROW, NEW_YEAR, SPRING = date(2013, 12, 6), date(2014, 1, 1), date(2014, 4, 1)


def covered(scene: Scene, day: date, code: str = "ALPHA") -> dict[UUID, int]:
    with scene.world.bailleur(code) as session:
        return patrimoine.covered_on(session, day, scene.scheme_id)


def due(scene: Scene, evening_on: date) -> int:
    with scene.world.bailleur("ALPHA") as session:
        return len(places_due(session, evening_on, scene.scheme_id))


def test_a_residence_that_leaves_was_still_in_the_perimeter_before(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, place, NEW_YEAR)

    assert [covered(scene, day) for day in (FROM, date(2013, 12, 31), NEW_YEAR)] == [
        {place: 30}, {place: 30}, {},
    ]  # fmt: skip


def test_visits_are_due_until_the_day_it_leaves_and_from_the_day_it_comes_back(
    scene: Scene,
) -> None:
    place = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, place, NEW_YEAR)
        enter_perimeter(session, place, SPRING, dwellings=28)

    days = (date(2013, 12, 31), NEW_YEAR, date(2014, 3, 31), SPRING)
    assert [due(scene, day) for day in days] == [2, 0, 0, 2]
    assert covered(scene, SPRING) == {place: 28}


def test_dwellings_counted_again_change_from_that_day_only(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        count_dwellings(session, place, 26, NEW_YEAR)

    assert [covered(scene, day)[place] for day in (date(2013, 12, 31), NEW_YEAR)] == [30, 26]


def test_a_foreseen_entry_can_be_taken_back_before_it_begins(scene: Scene) -> None:
    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, place, NEW_YEAR)
        enter_perimeter(session, place, SPRING)

    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, place, date(2014, 2, 1))

    assert covered(scene, date(2014, 6, 1)) == {}


def test_what_is_stated_twice_is_written_once(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            state_coverage(session, place, NEW_YEAR, covered=False)

    assert scene.count("audit_entry", "act = 'residence.uncovered'") == 1


@pytest.mark.parametrize("day", [FROM, date(2013, 12, 4)])
def test_an_evening_that_began_is_not_rewritten(scene: Scene, day: date) -> None:
    place = scene.alpha[0].residence_id

    with (
        pytest.raises(Invalid, match=r"après le 04/12/2013"),
        scene.world.bailleur("ALPHA") as session,
    ):
        leave_perimeter(session, place, day)

    assert covered(scene, day) == {place: 30}


def test_a_residence_enters_once_at_a_time(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    with (
        pytest.raises(Conflict, match="déjà dans le périmètre"),
        scene.world.bailleur("ALPHA") as session,
    ):
        enter_perimeter(session, place, NEW_YEAR)

    assert scene.count("coverage") == 2


def test_dwellings_stay_within_reason(scene: Scene) -> None:
    with (
        pytest.raises(Invalid, match="de 0 à 5000"),
        scene.world.bailleur("ALPHA") as session,
    ):
        count_dwellings(session, scene.alpha[0].residence_id, -3, NEW_YEAR)

    assert scene.count("coverage", "dwellings < 0") == 0


def test_another_bailleurs_residence_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound), scene.world.bailleur("BETA") as session:
        leave_perimeter(session, scene.alpha[0].residence_id, NEW_YEAR)

    assert covered(scene, NEW_YEAR) == {scene.alpha[0].residence_id: 30}


def test_the_prestataire_stops_seeing_a_residence_the_day_it_leaves(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, scene.alpha[0].residence_id, TOMORROW)
    with scene.world.prestataire() as session:
        before = len(patrimoine.residences(session))

    scene.world.set_clock("2013-12-06T08:00:00+01:00")

    with scene.world.prestataire() as session:
        assert (before, len(patrimoine.residences(session))) == (2, 1)
