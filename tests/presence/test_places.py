"""The place tree: renamed, moved, archived, never deleted; its past stays where it was."""

from datetime import date
from uuid import UUID

import pytest

from presence.field.queries import visits
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import ArchiveReason, Area
from presence.patrimoine import places
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.services import EntranceDraft
from tests.factories.places import a_residence
from tests.factories.visits import a_visit
from tests.presence.scene import EVENING, Scene

NEW_YEAR = date(2014, 1, 1)


def names(scene: Scene, *, archived: bool = False) -> list[str]:
    with scene.world.bailleur("ALPHA") as session:
        return [hall.name for hall in patrimoine.entrances(session, archived=archived)]


def test_a_renamed_residence_keeps_its_visits(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]))

    with scene.world.bailleur("ALPHA") as session:
        changes = places.change_residence(
            session, scene.alpha[0].residence_id, {"name": "Les  Fougères"}
        )

    with scene.world.bailleur("ALPHA") as session:
        assert [(c.field, c.before, c.after) for c in changes] == [
            ("name", "Résidence R001", "Les Fougères")
        ]
        assert [v.residence_id for v in visits(session, EVENING)] == [scene.alpha[0].residence_id]


def test_a_moved_hall_is_followed_and_its_past_stays(scene: Scene) -> None:
    hall = scene.alpha[0]
    scene.record(a_visit(hall))
    target = a_residence(scene.world, "ALPHA", code="R002", halls=("Hall A",))[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        places.move_entrance(session, hall.id, target, NEW_YEAR)

    with scene.world.bailleur("ALPHA") as session:
        moved = [d for d in patrimoine.hall_details(session, [target]) if d.moved_from_id]
        assert [d.moved_from_id for d in moved] == [hall.id]
        assert [v.entrance_id for v in visits(session, EVENING)] == [hall.id]


def test_moving_twice_is_moving_once(scene: Scene) -> None:
    target = a_residence(scene.world, "ALPHA", code="R002", halls=("Hall A",))[0].residence_id
    made: list[UUID] = []

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            made.append(places.move_entrance(session, scene.alpha[0].id, target, NEW_YEAR).id)

    assert made[0] == made[1]


def test_a_hall_does_not_move_to_where_it_is(scene: Scene) -> None:
    hall = scene.alpha[0]

    with pytest.raises(Conflict, match="déjà dans"), scene.world.bailleur("ALPHA") as session:
        places.move_entrance(session, hall.id, hall.residence_id, NEW_YEAR)

    assert names(scene) == ["Hall 1", "Hall 2"]


def test_a_hall_does_not_move_to_another_bailleur(scene: Scene) -> None:
    with (
        pytest.raises(Invalid, match="Résidence inconnue"),
        scene.world.bailleur("ALPHA") as session,
    ):
        places.move_entrance(session, scene.alpha[0].id, scene.beta[0].residence_id, NEW_YEAR)

    assert scene.count("entrance", "moved_from_id is not null") == 0


def test_an_archived_hall_is_visited_until_its_day(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        places.archive_entrance(session, scene.alpha[0].id, NEW_YEAR)
    before = names(scene)

    scene.world.set_clock("2014-01-01T08:00:00+01:00")

    assert (before, names(scene)) == (["Hall 1", "Hall 2"], ["Hall 2"])
    assert names(scene, archived=True) == ["Hall 1", "Hall 2"]


def test_an_archived_residence_leaves_the_perimeter_and_stays_readable(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        places.archive_residence(session, place, NEW_YEAR, ArchiveReason.DEMOLISHED)

    with scene.world.bailleur("ALPHA") as session:
        found = patrimoine.residence(session, place)
        assert found
        assert (found.archived_on, found.covered_to_on) == (NEW_YEAR, NEW_YEAR)


def test_an_archived_residence_is_read_and_not_changed(scene: Scene) -> None:
    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        places.archive_residence(session, place, NEW_YEAR, ArchiveReason.WITHDRAWN)

    with (
        pytest.raises(Conflict, match="archivée le 01/01/2014"),
        scene.world.bailleur("ALPHA") as session,
    ):
        places.change_residence(session, place, {"name": "Autre"})


def test_a_residence_comes_out_of_the_archive(scene: Scene) -> None:
    place = scene.alpha[0].residence_id
    with scene.world.bailleur("ALPHA") as session:
        places.archive_residence(session, place, NEW_YEAR, ArchiveReason.ERROR)

    with scene.world.bailleur("ALPHA") as session:
        places.restore_residence(session, place)

    assert scene.count("residence", "archived_on is not null") == 0


def test_a_sale_is_no_archiving(scene: Scene) -> None:
    with (
        pytest.raises(Invalid, match="passe par une cession"),
        scene.world.bailleur("ALPHA") as session,
    ):
        places.archive_residence(session, scene.alpha[0].residence_id, NEW_YEAR, ArchiveReason.SOLD)


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [({"code": ""}, "code", "nécessaire"),
     ({"insee_code": "99999"}, "insee_code", "Commune inconnue"),
     ({"qpv_name": "Champaret", "qpv_vintage": 2018}, "qpv_vintage", "2015 ou 2024"),
     ({"name": "x" * 201}, "name", "200 caractères")],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused(
    scene: Scene, values: dict[str, object], field: str, told: str
) -> None:
    with (
        pytest.raises(Invalid, match=told) as refused,
        scene.world.bailleur("ALPHA") as session,
    ):
        places.change_residence(session, scene.alpha[0].residence_id, values)

    assert refused.value.faults[0].field == field


def test_a_code_is_given_once(scene: Scene) -> None:
    a_residence(scene.world, "ALPHA", code="R002")

    with pytest.raises(Conflict, match="code « R002 »"), scene.world.bailleur("ALPHA") as session:
        places.change_residence(session, scene.alpha[0].residence_id, {"code": "R002"})


def test_two_bailleurs_may_use_the_same_code(scene: Scene) -> None:
    with scene.world.bailleur("BETA") as session:
        changed = places.change_residence(session, scene.beta[0].residence_id, {"code": "ALPHA1"})
    with scene.world.bailleur("ALPHA") as session:
        same = places.change_residence(session, scene.alpha[0].residence_id, {"code": "ALPHA1"})

    assert len(changed) == len(same) == 1


def test_a_forbidden_letter_in_an_rnb_identifier_is_named(scene: Scene) -> None:
    with (
        pytest.raises(Invalid, match="« O »"),
        scene.world.bailleur("ALPHA") as session,
    ):
        places.add_building(session, scene.alpha[0].residence_id, "Bât. A", rnb="ABCDEFGHJKMO")

    assert scene.count("building") == 0


def test_a_building_an_entrance_and_an_area_hang_on_their_residence(scene: Scene) -> None:
    place = scene.alpha[0].residence_id

    with scene.world.bailleur("ALPHA") as session:
        building = places.add_building(session, place, "Bâtiment A", rnb="4hgf 1234 5678")
        hall = places.add_entrance(session, place, EntranceDraft("Hall 3"), building.id)
        places.add_area(session, place, Area.CELLAR, entrance_id=hall.id)
        hall_id = hall.id

    with scene.world.prestataire() as session:
        (seen,) = patrimoine.hall_details(session, entrance_ids=[hall_id])
        assert (seen.building, seen.rank) == ("Bâtiment A", 3)


def test_an_area_of_another_residences_hall_is_refused(scene: Scene) -> None:
    other = a_residence(scene.world, "ALPHA", code="R002")[0]

    with (
        pytest.raises(Invalid, match="pas dans cette résidence"),
        scene.world.bailleur("ALPHA") as session,
    ):
        places.add_area(session, scene.alpha[0].residence_id, Area.CELLAR, entrance_id=other.id)


def test_another_bailleurs_place_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound), scene.world.bailleur("BETA") as session:
        places.change_entrance(session, scene.alpha[0].id, {"name": "Volé"})

    assert names(scene) == ["Hall 1", "Hall 2"]
