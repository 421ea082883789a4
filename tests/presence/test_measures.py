"""Each measure of the night on an evening of one's own, and what a member brings to a bilan."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from presence.field.rules import VisitReport
from presence.kernel.nomenclature import (
    Action,
    NotDoneReason,
    Origin,
    Outcome,
    PoliceForce,
    PoliceOutcome,
    Situation,
    Urgency,
)
from presence.oncall.services import CallReport, log_call
from presence.releases.publishing import open_release, publish_due_releases
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import Scene

NOVEMBER = date(2013, 11, 1), date(2013, 11, 30)
FIGURES = "select jsonb_object_agg(measure, value) from presence.monthly_figure"


def counted(scene: Scene) -> dict[str, int]:
    """One bailleur's figures once the evening is closed and the night has run."""
    scene.close()
    scene.world.run_jobs(night=True)
    found = scene.world.scalar(FIGURES)
    assert isinstance(found, dict)
    return found


def seen(scene: Scene, **changed: object) -> VisitReport:
    """A visit of Alpha's first hall whose intervention is changed."""
    visit = a_visit_with_intervention(scene.alpha[0])
    (intervention,) = visit.interventions
    return replace(visit, interventions=(replace(intervention, **changed),))  # type: ignore[arg-type]


def test_several_actions_are_one_intervention_and_one_combination(scene: Scene) -> None:
    scene.record(seen(scene, actions=(Action.POLICE_REQUEST, Action.MEDIATION),
                      police_force=PoliceForce.NATIONAL_POLICE,
                      police_called_at=datetime(2013, 12, 4, 19, 40, tzinfo=UTC)))  # fmt: skip

    found = counted(scene)

    assert found["interventions"] == 1
    assert (found["action:mediation"], found["action:police_request"]) == (1, 1)
    assert found["combination:mediation+police_request"] == 1
    assert "police_came" not in found


def test_the_police_that_came_are_counted(scene: Scene) -> None:
    scene.record(seen(scene, actions=(Action.POLICE_REQUEST,),
                      police_force=PoliceForce.NATIONAL_POLICE,
                      police_called_at=datetime(2013, 12, 4, 19, 40, tzinfo=UTC),
                      police_outcome=PoliceOutcome.CAME))  # fmt: skip

    assert counted(scene)["police_came"] == 1


def test_what_was_found_why_and_how_it_ended_are_each_counted(scene: Scene) -> None:
    scene.record(
        seen(scene, situation=Situation.DAMAGE, origin=Origin.LANDLORD_REQUEST,
             outcome=Outcome.PERSISTS)
    )  # fmt: skip

    found = counted(scene)

    assert {
        name: found[name]
        for name in ("situation:damage", "origin:landlord_request", "outcome:persists",
                     "mediation_outcome:persists", "hour:20", "slot:3-20")
    } == dict.fromkeys(
        ("situation:damage", "origin:landlord_request", "outcome:persists",
         "mediation_outcome:persists", "hour:20", "slot:3-20"), 1,
    )  # fmt: skip


def test_an_hour_outside_the_window_is_told_apart(scene: Scene) -> None:
    scene.record(a_visit_with_intervention(scene.alpha[0], at="2013-12-04T23:20:00+01:00"))

    found = counted(scene)

    assert found["hour:other"] == 1
    assert not any(name.startswith("slot:") for name in found)


def test_a_visit_that_was_not_made_says_why(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0], not_done=NotDoneReason.NO_ACCESS), a_visit(scene.alpha[1]))

    found = counted(scene)

    assert (found["visits"], found["visits_not_done"], found["not_done:no_access"]) == (1, 1, 1)


def test_a_call_is_counted_on_the_evening_it_belongs_to(scene: Scene) -> None:
    with scene.world.prestataire() as session:
        log_call(
            session,
            CallReport(
                scene.alpha[0].id, scene.alpha[0].residence_id,
                datetime(2013, 12, 4, 19, 0, tzinfo=UTC), Situation.NOISE, Urgency.TONIGHT,
            ),
        )  # fmt: skip
    scene.record(a_visit(scene.alpha[0]))

    assert counted(scene)["calls"] == 1


@pytest.mark.parametrize(
    ("left_on", "brought"), [("2013-11-16", {10}), ("2013-11-10", set()), (None, {10, 20})]
)
def test_a_member_that_left_brings_the_evenings_of_its_membership(
    scene: Scene, left_on: str | None, brought: set[int]
) -> None:
    for day in (10, 20):
        at = f"2013-11-{day}T20:30:00+01:00"
        scene.record(a_visit_with_intervention(scene.alpha[0], at=at))
        scene.close(date(2013, 11, day))
    scene.world.run_jobs(night=True)
    if left_on:
        with scene.world.superuser() as connection:
            connection.execute(
                "update presence.membership set valid_during = daterange('2013-01-01', %s) "
                "where bailleur_id = (select id from presence.organisation where code = 'ALPHA')",
                (left_on,),
            )

    with scene.world.scheme() as session:
        open_release(session, *NOVEMBER, "essai")
    with scene.world.scheme() as session:
        publish_due_releases(session)

    found = scene.world.scalar(
        "select coalesce(sum(c.value), 0) from presence.contribution c join presence.release r "
        "on r.id = c.release_id where c.indicator = 'interventions' and r.reason = 'essai'"
    )
    assert int(str(found)) == len(brought)


def test_recommended_visits_are_those_of_the_days_covered(scene: Scene) -> None:
    """Two residences of two halls, seven evenings a week: each of November's thirty days."""
    with scene.world.scheme() as session:
        open_release(session, *NOVEMBER, "essai")
    with scene.world.scheme() as session:
        publish_due_releases(session)

    found = scene.world.scalar(
        "select sum(value) from presence.contribution where indicator = 'visits_due'"
    )
    halls = len(scene.alpha) + len(scene.beta)
    assert int(str(found)) == 30 * halls
