"""Taking in what agents report: each item once, a bad one alone refused."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from presence.field.rules import VisitReport
from presence.kernel.nomenclature import Action, NotDoneReason, VisitResult
from presence.patrimoine.queries import Hall
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import Scene, statuses


def test_a_visit_is_recorded_for_the_owner_of_its_place(scene: Scene) -> None:
    outcomes = scene.record(a_visit(scene.alpha[0]), a_visit(scene.beta[0]))

    owners = {
        scene.count("visit", f"bailleur_id = {h.bailleur_id}") for h in (*scene.alpha, *scene.beta)
    }
    assert statuses(outcomes) == ["created", "created"]
    assert owners == {1}


def test_a_visit_sent_twice_is_stored_once(scene: Scene) -> None:
    visit = a_visit_with_intervention(scene.alpha[0])

    outcomes = [statuses(scene.record(visit)), statuses(scene.record(visit))]

    assert outcomes == [["created"], ["known"]]
    assert (scene.count("visit"), scene.count("intervention")) == (1, 1)


def test_a_visit_twice_in_one_batch_is_stored_once(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])

    outcomes = scene.record(visit, visit)

    assert statuses(outcomes) == ["created", "created"]
    assert scene.count("visit") == 1


def test_a_known_key_with_another_content_is_a_conflict_and_the_first_is_kept(
    scene: Scene,
) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)

    outcomes = scene.record(
        replace(visit, result=VisitResult.NOT_DONE, not_done_reason=NotDoneReason.WORKS)
    )

    assert statuses(outcomes) == ["conflict"]
    assert scene.count("visit", "result = 'nothing_to_report'") == 1


def test_a_known_key_on_another_evening_is_a_conflict(scene: Scene) -> None:
    visit = a_visit(scene.alpha[0])
    scene.record(visit)

    outcomes = scene.record(
        replace(visit, started_at=datetime.fromisoformat("2013-11-30T20:00:00+01:00"))
    )

    assert statuses(outcomes) == ["conflict"]


def test_two_contents_under_one_key_in_one_batch_are_both_refused(scene: Scene) -> None:
    key = uuid4()

    outcomes = scene.record(
        a_visit(scene.alpha[0], client_id=key), a_visit(scene.alpha[1], client_id=key)
    )

    assert statuses(outcomes) == ["conflict", "conflict"]
    assert scene.count("visit") == 0


def test_one_bad_item_never_sinks_its_batch(scene: Scene) -> None:
    good, bad = a_visit(scene.alpha[0]), replace(a_visit(scene.alpha[0]), entrance_id=uuid4())

    outcomes = scene.record(good, bad, a_visit(scene.beta[0]))

    assert statuses(outcomes) == ["created", "refused", "created"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2012-12-31T20:00:00+01:00", "Aucun contrat"),
        ("2013-12-05T20:00:00+01:00", None),
        ("2013-12-06T20:00:00+01:00", "n'a pas commencé"),
        ("2015-01-01T20:00:00+01:00", "n'a pas commencé"),
    ],
    ids=["before the contract", "tonight", "tomorrow", "after the contract"],
)
def test_a_visit_falls_on_an_evening_of_the_contract_that_has_begun(
    scene: Scene, at: str, said: str | None
) -> None:
    (outcome,) = scene.record(a_visit(scene.alpha[0], at=at))

    assert (outcome.status, outcome.field) == (
        ("refused", "started_at") if said else ("created", None)
    )
    assert said is None or said in str(outcome.message)


def test_a_past_evening_of_an_ended_contract_is_refused(scene: Scene) -> None:
    scene.world.set_clock("2015-01-02T08:00:00+01:00")

    (outcome,) = scene.record(a_visit(scene.alpha[0], at="2015-01-01T20:00:00+01:00"))

    # Without a running contract the place itself is out of sight.
    assert (outcome.status, outcome.field) == ("refused", "entrance_id")


def faulty(hall: Hall, name: str) -> VisitReport:
    done, visit = a_visit_with_intervention(hall), a_visit(hall)
    (item,) = done.interventions
    called = datetime.fromisoformat("2013-12-04T20:40:00+01:00")
    return {
        "no time zone": replace(visit, started_at=datetime(2013, 12, 4, 20)),  # noqa: DTZ001
        "not done without a reason": replace(visit, result=VisitResult.NOT_DONE),
        "a reason for a visit done": replace(visit, not_done_reason=NotDoneReason.WORKS),
        "an intervention that is missing": replace(done, interventions=()),
        "an intervention too many": replace(visit, interventions=done.interventions),
        "no action": replace(done, interventions=(replace(item, actions=()),)),
        "the same action twice": replace(
            done, interventions=(replace(item, actions=(Action.MEDIATION, Action.MEDIATION)),)
        ),
        "police asked, no force": replace(
            done, interventions=(replace(item, actions=(Action.POLICE_REQUEST,)),)
        ),
        "police came, not asked": replace(
            done, interventions=(replace(item, police_arrived_at=called),)
        ),
    }[name]


@pytest.mark.parametrize(
    "name",
    ["no time zone", "not done without a reason", "a reason for a visit done",
     "an intervention that is missing", "an intervention too many", "no action",
     "the same action twice", "police asked, no force", "police came, not asked"],
)  # fmt: skip
def test_a_report_that_contradicts_itself_is_refused(scene: Scene, name: str) -> None:
    outcomes = scene.record(faulty(scene.alpha[0], name), a_visit(scene.alpha[1]))

    assert statuses(outcomes) == ["refused", "created"]
    assert outcomes[0].message


def test_each_bailleur_evening_touched_is_marked_once_per_batch(scene: Scene) -> None:
    scene.record(a_visit(scene.alpha[0]), a_visit(scene.alpha[1]), a_visit(scene.beta[0]))

    assert scene.count("evening_marker", "evening_on = '2013-12-04'") == 2


def test_each_bailleurs_trail_names_its_own_visits_only(scene: Scene) -> None:
    own, other = a_visit(scene.alpha[0]), a_visit(scene.beta[0])

    scene.record(own, other)

    found = scene.world.scalar(
        "select details->'visits' from presence.audit_entry "
        "where act = 'field.visits_recorded' and bailleur_id = %s",
        scene.alpha[0].bailleur_id,
    )
    assert found == [str(own.client_id)]


def test_every_action_of_an_intervention_is_kept(scene: Scene) -> None:
    both = (Action.MEDIATION, Action.HOUSE_RULES_REMINDER)

    scene.record(a_visit_with_intervention(scene.alpha[0], actions=both))

    assert scene.count("intervention_action") == 2
