"""Follow-ups: given once to a fact, carried to a result, seen by their own bailleur alone."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from presence.followup import queries
from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.follow_ups import FollowUpDraft, open_follow_up
from presence.followup.steps import StepDraft, close_by_summons, take_step
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import FollowUpKind, FollowUpState, HelpOffered
from tenants.context import Kind
from tests.factories.visits import a_visit, a_visit_with_intervention
from tests.factories.walkers import an_account, person
from tests.presence.scene import EVENING, Scene

TODAY = date(2013, 12, 5)


def a_draft(scene: Scene, **changes: object) -> FollowUpDraft:
    draft = FollowUpDraft(
        uuid4(), scene.alpha[0].residence_id, "Regroupement, 20:42", FollowUpKind.WORKS,
        date(2013, 12, 12), evening_on=EVENING, source=FollowUpSource.NOT_RECEIVED,
        source_id=scene.alpha[0].id,
    )  # fmt: skip
    return replace(draft, **changes)  # type: ignore[arg-type]


def opened(scene: Scene, draft: FollowUpDraft) -> UUID:
    with scene.world.bailleur("ALPHA") as session:
        return open_follow_up(session, draft).id


def stepped(scene: Scene, follow_up_id: UUID, act: FollowUpAct, **told: object) -> None:
    with scene.world.bailleur("ALPHA") as session:
        take_step(session, StepDraft(uuid4(), follow_up_id, act, **told))  # type: ignore[arg-type]


def line(scene: Scene, follow_up_id: UUID) -> queries.FollowUpLine:
    with scene.world.bailleur("ALPHA") as session:
        found = queries.follow_up(session, follow_up_id)
    assert found is not None
    return found


def test_the_same_key_and_content_make_one_follow_up(scene: Scene) -> None:
    draft = a_draft(scene)

    first, second = opened(scene, draft), opened(scene, draft)

    assert first == second
    assert scene.count("follow_up") == 1
    assert scene.count("follow_up_step") == 1


def test_a_key_that_served_for_another_follow_up_is_refused(scene: Scene) -> None:
    draft = a_draft(scene)
    opened(scene, draft)

    with pytest.raises(Conflict, match="clé a déjà servi"):
        opened(scene, replace(draft, fact="Autre chose"))


def test_a_fact_has_one_open_follow_up_of_a_kind_and_others_of_other_kinds(scene: Scene) -> None:
    draft = a_draft(scene)
    opened(scene, draft)

    with pytest.raises(Conflict, match="« Travaux » est déjà ouverte"):
        opened(scene, replace(draft, client_id=uuid4()))
    opened(scene, replace(draft, client_id=uuid4(), kind=FollowUpKind.COMPLAINT))

    assert scene.count("follow_up") == 2


def test_no_action_is_closed_at_once(scene: Scene) -> None:
    found = line(scene, opened(scene, a_draft(scene, kind=FollowUpKind.NONE)))

    assert (found.state, found.closed_on) == (FollowUpState.NO_ACTION, TODAY)
    assert not found.late(date(2014, 1, 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": date(2013, 12, 4)}, "due_on"),
        ({"due_on": date(2015, 1, 1)}, "due_on"),
        ({"fact": "   "}, "fact"),
        ({"fact": "x" * 201}, "fact"),
        ({"fact": "gauche\u202edroite"}, "fact"),
        ({"source_id": None}, "source_id"),
        ({"source": None}, "source_id"),
        ({"source_id": uuid4()}, "source_id"),
        ({"evening_on": None}, "evening"),
        ({"residence_id": uuid4()}, "residence_id"),
        ({"entrance_id": uuid4()}, "entrance_id"),
        *(
            ({"source": source}, "source_id")
            for source in FollowUpSource
            if source is not FollowUpSource.NOT_RECEIVED
        ),
    ],
)
def test_what_cannot_be_followed_up_is_refused(
    scene: Scene, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        opened(scene, a_draft(scene, **changes))

    assert [fault.field for fault in refused.value.faults] == [field]
    assert scene.count("follow_up") == 0


def test_the_residence_of_another_bailleur_does_not_exist(scene: Scene) -> None:
    with pytest.raises(Invalid, match="n'existe pas"):
        opened(scene, a_draft(scene, residence_id=scene.beta[0].residence_id))


def test_who_takes_a_follow_up_answers_for_it(scene: Scene) -> None:
    account = an_account(scene.world, "ALPHA")
    follow_up_id = opened(scene, a_draft(scene))

    with person(scene.world, "ALPHA", account) as session:
        take_step(session, StepDraft(uuid4(), follow_up_id, FollowUpAct.TAKEN))

    found = line(scene, follow_up_id)
    assert (found.state, found.responsible_id) == (FollowUpState.IN_PROGRESS, account)


def test_it_is_entrusted_put_off_and_closed_with_a_result_and_each_step_stays(
    scene: Scene,
) -> None:
    somebody = uuid4()
    follow_up_id = opened(scene, a_draft(scene))

    stepped(scene, follow_up_id, FollowUpAct.ENTRUSTED, responsible_id=somebody)
    stepped(scene, follow_up_id, FollowUpAct.POSTPONED, due_on=date(2013, 12, 20))
    stepped(scene, follow_up_id, FollowUpAct.CLOSED, result="Serrure changée.")

    found = line(scene, follow_up_id)
    assert (found.state, found.result, found.closed_on) == (
        FollowUpState.CLOSED, "Serrure changée.", TODAY,
    )  # fmt: skip
    assert (found.responsible_id, found.due_on) == (somebody, date(2013, 12, 20))
    with scene.world.bailleur("ALPHA") as session:
        acts = [step.act.value for step in queries.steps(session, follow_up_id)]
    assert acts == ["opened", "entrusted", "postponed", "closed"]


def test_a_follow_up_is_not_closed_without_a_result(scene: Scene) -> None:
    follow_up_id = opened(scene, a_draft(scene))

    with pytest.raises(Invalid):
        stepped(scene, follow_up_id, FollowUpAct.CLOSED)

    assert line(scene, follow_up_id).is_open


def test_a_closed_follow_up_only_reopens_and_keeps_what_came_of_it(scene: Scene) -> None:
    follow_up_id = opened(scene, a_draft(scene))
    stepped(scene, follow_up_id, FollowUpAct.CLOSED, result="Serrure changée.")

    with pytest.raises(Conflict, match="rouvrez-la"):
        stepped(scene, follow_up_id, FollowUpAct.TAKEN)
    stepped(scene, follow_up_id, FollowUpAct.REOPENED)

    assert line(scene, follow_up_id).state is FollowUpState.TO_DO
    with scene.world.bailleur("ALPHA") as session:
        results = [step.result for step in queries.steps(session, follow_up_id)]
    assert results == [None, "Serrure changée.", None]


def test_it_does_not_reopen_beside_another_of_its_kind(scene: Scene) -> None:
    draft = a_draft(scene)
    first = opened(scene, draft)
    stepped(scene, first, FollowUpAct.CLOSED, result="Fait.")
    opened(scene, replace(draft, client_id=uuid4()))

    with pytest.raises(Conflict, match="déjà ouverte"):
        stepped(scene, first, FollowUpAct.REOPENED)


def test_a_step_sent_twice_is_taken_once(scene: Scene) -> None:
    follow_up_id = opened(scene, a_draft(scene))
    step = StepDraft(uuid4(), follow_up_id, FollowUpAct.CLOSED, result="Fait.")

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            take_step(session, step)

    assert scene.count("follow_up_step", "act = 'closed'") == 1
    with scene.world.bailleur("ALPHA") as session, pytest.raises(Conflict, match="clé"):
        take_step(session, replace(step, result="Autre."))


def test_a_summons_that_was_asked_for_is_counted_once_and_closes_its_follow_up(
    scene: Scene,
) -> None:
    scene.record(a_visit_with_intervention(scene.alpha[0]))
    intervention = UUID(str(scene.world.scalar("select id from presence.intervention")))
    follow_up_id = opened(
        scene,
        a_draft(
            scene,
            kind=FollowUpKind.SUMMONS,
            source=FollowUpSource.INTERVENTION,
            source_id=intervention,
        ),
    )
    key = uuid4()

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            close_by_summons(session, follow_up_id, key, TODAY, HelpOffered.PROPOSED)

    found = line(scene, follow_up_id)
    assert found.state is FollowUpState.CLOSED
    assert found.result == "Convocation du 5 décembre 2013. Aide à la famille : aide proposée."
    assert scene.count("summons", f"intervention_id = '{intervention}'") == 1
    assert scene.count("follow_up", "summons_id is not null") == 1


def test_what_was_given_to_each_fact_is_told_in_words(scene: Scene) -> None:
    fact, nothing = scene.alpha[0].id, scene.alpha[1].id
    opened(scene, a_draft(scene, source_id=fact))
    opened(scene, a_draft(scene, source_id=nothing, kind=FollowUpKind.NONE))

    with scene.world.bailleur("ALPHA") as session:
        told = queries.followed_sources(session, [fact, nothing, uuid4()], EVENING)

    assert told == {fact: "Travaux · à traiter", nothing: "Sans suite"}


def test_a_hall_that_is_not_received_again_is_another_fact(scene: Scene) -> None:
    hall = scene.alpha[0].id
    first = opened(scene, a_draft(scene))
    again = opened(scene, a_draft(scene, evening_on=date(2013, 12, 3)))

    stepped(scene, first, FollowUpAct.CLOSED, result="Fiche retrouvée.")

    with scene.world.bailleur("ALPHA") as session:
        told = [queries.followed_sources(session, [hall], date(2013, 12, day)) for day in (2, 3, 4)]
    assert told == [{}, {hall: "Travaux · à traiter"}, {hall: "Travaux · close"}]
    assert (line(scene, again).source_id, line(scene, again).entrance_id) == (hall, hall)


def test_a_visit_is_followed_up_in_its_own_residence_only(scene: Scene) -> None:
    own, other = a_visit(scene.alpha[0]), a_visit(scene.beta[0])
    scene.record(own, other)
    draft = a_draft(scene, source=FollowUpSource.VISIT)

    with pytest.raises(Invalid, match="n'existe pas dans cette résidence"):
        opened(scene, replace(draft, source_id=other.client_id))
    opened(scene, replace(draft, source_id=own.client_id))

    assert scene.count("follow_up") == 1


def test_what_is_noted_afterwards_bears_the_day_it_was_given(scene: Scene) -> None:
    draft = a_draft(scene, due_on=date(2013, 12, 2))

    with scene.world.bailleur("ALPHA") as session:
        open_follow_up(session, draft, opened_on=date(2013, 11, 25))

    found = line(scene, draft.client_id)
    assert found.opened_on == date(2013, 11, 25)
    assert found.late(TODAY)


def test_those_that_are_late_come_first(scene: Scene) -> None:
    later = opened(scene, a_draft(scene, due_on=date(2013, 12, 30)))
    sooner = opened(scene, a_draft(scene, due_on=TODAY, kind=FollowUpKind.COMPLAINT))

    with scene.world.bailleur("ALPHA") as session:
        found = queries.follow_ups(session, states=[FollowUpState.TO_DO])

    assert [item.id for item in found] == [sooner, later]
    assert [item.late(date(2013, 12, 6)) for item in found] == [True, False]


def test_another_bailleur_neither_sees_nor_moves_it(scene: Scene) -> None:
    follow_up_id = opened(scene, a_draft(scene))

    with scene.world.bailleur("BETA") as session:
        assert queries.follow_ups(session) == []
        assert queries.follow_up(session, follow_up_id) is None
        with pytest.raises(NotFound):
            take_step(session, StepDraft(uuid4(), follow_up_id, FollowUpAct.TAKEN))


@pytest.mark.parametrize("table", ["follow_up", "follow_up_step"])
def test_the_prestataire_may_not_read_follow_ups(scene: Scene, table: str) -> None:
    opened(scene, a_draft(scene))

    with (
        scene.world.login(Kind.PRESTATAIRE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"select 1 from presence.{table}".encode())  # noqa: S608
