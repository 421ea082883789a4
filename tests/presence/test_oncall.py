"""Calls: when, where, what is needed; never who."""

from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

import pytest

from presence.field.services import intervention_key
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import Situation, Urgency
from presence.oncall.models import Call
from presence.oncall.services import CallReport, link_call, log_call
from presence.patrimoine.queries import Hall
from tests.factories.visits import a_visit_with_intervention
from tests.presence.scene import Scene


def a_call(hall: Hall, at: str = "2013-12-04T21:00:00+01:00") -> CallReport:
    return CallReport(
        uuid4(), hall.residence_id, datetime.fromisoformat(at), Situation.NOISE, Urgency.TONIGHT
    )


def log(scene: Scene, report: CallReport) -> tuple[int, date]:
    with scene.world.prestataire() as session:
        row = log_call(session, report)
        return row.bailleur_id, row.evening_on


def test_a_call_belongs_to_the_owner_of_the_residence(scene: Scene) -> None:
    found = log(scene, a_call(scene.beta[0]))

    assert found == (scene.beta[0].bailleur_id, date(2013, 12, 4))


def test_a_call_after_midnight_belongs_to_the_evening_before(scene: Scene) -> None:
    found = log(scene, a_call(scene.beta[0], "2013-12-05T02:30:00+01:00"))

    assert found[1] == date(2013, 12, 4)


def test_a_call_sent_twice_is_logged_once(scene: Scene) -> None:
    report = a_call(scene.alpha[0])

    log(scene, report)
    log(scene, report)

    assert scene.count("call") == 1


def test_a_known_key_with_another_content_is_a_conflict(scene: Scene) -> None:
    report = a_call(scene.alpha[0])
    log(scene, report)

    with pytest.raises(Conflict):
        log(scene, replace(report, need=Situation.FIRE))


@pytest.mark.parametrize("at", ["2012-12-31T21:00:00+01:00", "2013-12-06T21:00:00+01:00"])
def test_a_call_outside_the_contract_or_ahead_is_refused(scene: Scene, at: str) -> None:
    with pytest.raises(Invalid) as caught:
        log(scene, a_call(scene.alpha[0], at))

    assert caught.value.faults[0].field == "called_at"


def test_an_unknown_place_is_refused(scene: Scene) -> None:
    with pytest.raises(Invalid, match="n'existe pas"):
        log(scene, replace(a_call(scene.alpha[0]), residence_id=uuid4()))


def test_a_call_is_tied_to_the_intervention_that_followed(scene: Scene) -> None:
    report, visit = a_call(scene.alpha[0]), a_visit_with_intervention(scene.alpha[0])
    scene.record(visit)
    log(scene, report)

    with scene.world.prestataire() as session:
        link_call(session, report.client_id, intervention_key(visit.client_id, 0))

    assert scene.world.scalar("select intervention_id from presence.call") == intervention_key(
        visit.client_id, 0
    )


@pytest.mark.parametrize("place", ["alpha", "beta"])
def test_a_call_is_not_tied_to_an_intervention_elsewhere_or_on_another_evening(
    scene: Scene, place: str
) -> None:
    elsewhere = place == "beta"
    report = a_call(scene.alpha[0])
    visit = a_visit_with_intervention(
        scene.beta[0] if elsewhere else scene.alpha[0],
        at="2013-12-04T21:10:00+01:00" if elsewhere else "2013-12-03T21:10:00+01:00",
    )
    scene.record(visit)
    log(scene, report)

    with scene.world.prestataire() as session, pytest.raises(Invalid):
        link_call(session, report.client_id, intervention_key(visit.client_id, 0))


def test_an_unknown_call_is_not_found(scene: Scene) -> None:
    with scene.world.prestataire() as session, pytest.raises(NotFound):
        link_call(session, uuid4(), uuid4())


def test_a_call_has_no_room_for_a_person() -> None:
    columns = {column.name for column in Call.__table__.columns}

    assert columns & {"name", "phone", "caller", "number", "comment", "text"} == set()
