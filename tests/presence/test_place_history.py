"""The history of a residence: its facts over a period, and their rate per hundred visits."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from presence.followup.codes import PastKind
from presence.followup.follow_ups import FollowUpDraft, open_follow_up
from presence.followup.place_history import Rate, Span, past_of, rate_of
from presence.kernel.nomenclature import Action, FollowUpKind, NotDoneReason
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.presence.scene import EVENING, Scene


@pytest.fixture
def told(scene: Scene) -> Scene:
    """In the first hall a visit and an intervention; in the second a missed visit; a follow-up."""
    first, second = scene.alpha[:2]
    scene.record(
        a_visit(first, at="2013-12-04T19:00:00+01:00"),
        a_visit_with_intervention(first, actions=(Action.MEDIATION, Action.HOUSE_RULES_REMINDER)),
        a_visit(second, at="2013-12-03T21:00:00+01:00", not_done=NotDoneReason.NO_ACCESS),
        a_visit_with_intervention(scene.beta[0]),
    )
    with scene.world.bailleur("ALPHA") as session:
        draft = FollowUpDraft(
            uuid4(), first.residence_id, "Bruit, 20:30", FollowUpKind.WORKS, date(2013, 12, 12)
        )
        open_follow_up(session, draft)
    return scene


def a_span(scene: Scene, **changes: object) -> Span:
    span = Span(scene.alpha[0].residence_id, EVENING - timedelta(days=30), date(2013, 12, 5))
    return replace(span, **changes)  # type: ignore[arg-type]


def kinds(scene: Scene, span: Span, kind: PastKind | None = None) -> list[PastKind]:
    with scene.world.bailleur("ALPHA") as session:
        return [fact.kind for fact in past_of(session, span, kind)]


def test_the_facts_of_a_period_come_the_latest_first(told: Scene) -> None:
    assert kinds(told, a_span(told)) == [
        PastKind.FOLLOW_UP, PastKind.INTERVENTION, PastKind.NOT_DONE,
    ]  # fmt: skip


def test_an_intervention_tells_its_actions_and_a_missed_visit_its_reason(told: Scene) -> None:
    with told.world.bailleur("ALPHA") as session:
        _, intervention, missed = past_of(session, a_span(told))

    assert intervention.actions == (Action.MEDIATION, Action.HOUSE_RULES_REMINDER)
    assert (intervention.what, intervention.outcome) == ("Nuisance sonore", "Apaisé")
    assert missed.detail == "Motif : accès impossible"


def test_a_period_a_hall_and_a_type_narrow_it(told: Scene) -> None:
    eve, second = date(2013, 12, 3), told.alpha[1].id

    assert kinds(told, a_span(told, to_on=eve)) == [PastKind.NOT_DONE]
    assert kinds(told, a_span(told, entrance_id=second)) == [PastKind.NOT_DONE]
    assert kinds(told, a_span(told), PastKind.FOLLOW_UP) == [PastKind.FOLLOW_UP]


def test_only_the_visits_that_were_made_are_counted(told: Scene) -> None:
    with told.world.bailleur("ALPHA") as session:
        assert rate_of(session, a_span(told)) == Rate(interventions=1, visits=2)
        assert rate_of(session, a_span(told, entrance_id=told.alpha[1].id)) == Rate(0, 0)


def test_another_bailleur_reads_nothing_of_it(told: Scene) -> None:
    with told.world.bailleur("BETA") as session:
        assert past_of(session, a_span(told)) == []
        assert rate_of(session, a_span(told)) == Rate(0, 0)
