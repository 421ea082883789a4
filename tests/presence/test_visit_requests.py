"""A bailleur asks for a visit, within its quota; the prestataire answers, once."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest

from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.nomenclature import RequestState
from presence.patrimoine.coverage import leave_perimeter
from presence.planning import requests
from presence.planning.queries import accepted_requests
from presence.planning.requested import quota_of, quotas_of, request_line
from presence.planning.requested import requests as read_requests
from presence.planning.requests import Asked, Decision
from tenants.database import restrict
from tests.factories.places import a_residence
from tests.presence.scene import Scene
from tests.worlds import World

TONIGHT = date(2013, 12, 5)
FRIDAY = date(2013, 12, 6)


def wish(scene: Scene, **facts: object) -> Asked:
    bare = Asked(uuid4(), scene.alpha[0].residence_id, FRIDAY, None, "Éclairage refait au hall.")
    return replace(bare, **facts)  # type: ignore[arg-type]  # the facts are fields


def ask(scene: Scene, asked: Asked | None = None, code: str = "ALPHA") -> UUID:
    with scene.world.bailleur(code) as session:
        return requests.ask_for_visit(session, asked or wish(scene)).id


def answer(scene: Scene, request_id: UUID, decision: Decision, reason: str | None = None) -> None:
    with scene.world.prestataire() as session:
        requests.answer_request(session, request_id, decision, reason)


def refused(scene: Scene, asked: Asked) -> DomainError:
    before = scene.count("visit_request")
    with pytest.raises(DomainError) as caught:
        ask(scene, asked)
    assert scene.count("visit_request") == before
    return caught.value


def state_of(world: World, request_id: UUID) -> object:
    return world.scalar("select state from presence.visit_request where id = %s", request_id)


def test_a_request_waits_for_its_answer(scene: Scene) -> None:
    request_id = ask(scene)

    with scene.world.bailleur("ALPHA") as session:
        line = request_line(session, request_id)
    assert (line.state, line.wanted_on) == (RequestState.PENDING, FRIDAY)
    assert line.note == "Éclairage refait au hall."
    assert scene.count("audit_entry", "act = 'visit_request.asked'") == 1


def test_the_same_key_sent_twice_asks_once(scene: Scene) -> None:
    asked = wish(scene)

    first, second = ask(scene, asked), ask(scene, asked)

    assert first == second
    assert scene.count("visit_request") == 1


def test_a_key_that_served_for_another_content_is_refused(scene: Scene) -> None:
    asked = wish(scene)
    ask(scene, asked)

    assert isinstance(refused(scene, replace(asked, note="Autre chose.")), Conflict)


def test_two_bailleurs_may_use_the_same_key(scene: Scene) -> None:
    key = uuid4()
    ask(scene, wish(scene, client_id=key))

    ask(scene, wish(scene, client_id=key, residence_id=scene.beta[0].residence_id), "BETA")

    assert scene.count("visit_request") == 2


@pytest.mark.parametrize(
    ("facts", "field", "said"),
    [
        ({"residence_id": UUID(int=1)}, "residence_id", "n'existe pas"),
        ({"entrance_id": UUID(int=1)}, "entrance_id", "Hall inconnu"),
        ({"evening": date(2013, 12, 4)}, "evening", "a commencé"),
        ({"evening": date(2015, 1, 1)}, "evening", "Aucun contrat"),
        ({"note": "x" * 281}, "note", "281"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_its_place(
    scene: Scene, facts: dict[str, object], field: str, said: str
) -> None:
    error = refused(scene, wish(scene, **facts))

    assert [fault.field for fault in error.faults] == [field]
    assert said in error.message


def test_another_s_residence_is_refused_like_an_unknown_one(scene: Scene) -> None:
    theirs = refused(scene, wish(scene, residence_id=scene.beta[0].residence_id))
    unknown = refused(scene, wish(scene, residence_id=uuid4()))

    assert theirs.message == unknown.message


def test_another_residence_s_hall_is_refused(scene: Scene) -> None:
    other = a_residence(scene.world, "ALPHA", code="R002")

    error = refused(scene, wish(scene, entrance_id=other[0].id))

    assert [fault.field for fault in error.faults] == ["entrance_id"]


def test_an_evening_that_has_begun_is_refused_from_noon_on(scene: Scene) -> None:
    ask(scene, wish(scene, evening=TONIGHT))
    scene.world.set_clock("2013-12-05T12:00:00+01:00")

    error = refused(scene, wish(scene, evening=TONIGHT, entrance_id=scene.alpha[0].id))

    assert "La soirée du 05/12/2013 a commencé" in error.message


def test_a_residence_out_of_the_perimeter_that_evening_is_refused(scene: Scene) -> None:
    with scene.world.bailleur("ALPHA") as session:
        leave_perimeter(session, scene.alpha[0].residence_id, date(2013, 12, 7))
    ask(scene)

    error = refused(scene, wish(scene, evening=date(2013, 12, 7)))

    assert [fault.field for fault in error.faults] == ["residence_id"]
    assert "n'est pas dans le périmètre le 07/12/2013" in error.message


def test_an_evening_that_is_not_served_is_refused(scene: Scene) -> None:
    with scene.world.superuser() as connection:
        connection.execute("update presence.service_window set weekdays = '{1,2,3,4,6,7}'")

    error = refused(scene, wish(scene))

    assert [fault.field for fault in error.faults] == ["evening"]
    assert "n'est pas assuré" in error.message


def test_a_place_is_asked_for_once_an_evening(scene: Scene) -> None:
    hall = scene.alpha[0].id
    ask(scene, wish(scene, entrance_id=hall))

    error = refused(scene, wish(scene, entrance_id=hall))

    assert [fault.field for fault in error.faults] == ["entrance_id"]
    assert ask(scene, wish(scene, entrance_id=scene.alpha[1].id))
    assert ask(scene)


def test_a_hall_is_asked_for_with_its_residence(scene: Scene) -> None:
    ask(scene)

    error = refused(scene, wish(scene, entrance_id=scene.alpha[0].id))

    assert [fault.field for fault in error.faults] == ["residence_id"]


def test_what_was_refused_may_be_asked_for_again(scene: Scene) -> None:
    answer(scene, ask(scene), Decision.REFUSED, "Équipe incomplète.")

    assert ask(scene)


def test_the_contract_s_quota_stops_the_fifth_request_of_a_month(scene: Scene) -> None:
    for n in range(4):
        ask(scene, wish(scene, evening=FRIDAY + timedelta(days=n)))

    error = refused(scene, wish(scene, evening=date(2013, 12, 20)))

    assert error.message == "Quota atteint : 4\u00a0demandes sur 4 en décembre 2013."
    assert [fault.field for fault in error.faults] == ["evening"]
    assert ask(scene, wish(scene, evening=date(2014, 1, 3)))


def test_what_is_withdrawn_or_refused_is_given_back_to_the_quota(scene: Scene) -> None:
    answer(scene, ask(scene), Decision.REFUSED, "Équipe incomplète.")
    withdrawn, kept = ask(scene), ask(scene, wish(scene, evening=date(2013, 12, 9)))
    answer(scene, kept, Decision.ACCEPTED)
    with scene.world.bailleur("ALPHA") as session:
        requests.withdraw_request(session, withdrawn)

        quota = quota_of(session, scene.scheme_id, scene.world.ids["ALPHA"], FRIDAY)

    assert quota is not None
    assert (quota.used, quota.allowed) == (1, 4)


def test_the_quota_is_the_organisation_s_whatever_a_person_reaches(scene: Scene) -> None:
    other = a_residence(scene.world, "ALPHA", code="R002")[0].residence_id
    ask(scene)

    with scene.world.bailleur("ALPHA") as session:
        restrict(session, [other])
        seen = read_requests(session)
        quota = quota_of(session, scene.scheme_id, scene.world.ids["ALPHA"], FRIDAY)

    assert seen == []
    assert quota is not None
    assert quota.used == 1


def test_two_requests_at_once_do_not_pass_the_quota_together(scene: Scene) -> None:
    for n in range(3):
        ask(scene, wish(scene, evening=FRIDAY + timedelta(days=n)))
    told: list[str] = []
    ready = Barrier(2)

    def one(evening: date) -> None:
        ready.wait()
        try:
            ask(scene, wish(scene, evening=evening))
        except Invalid as error:
            told.append(error.message)

    threads = [Thread(target=one, args=(date(2013, 12, day),)) for day in (20, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert scene.count("visit_request") == 4
    assert len(told) == 1


def test_the_prestataire_accepts_and_the_evening_takes_it_in(scene: Scene) -> None:
    request_id = ask(scene)

    answer(scene, request_id, Decision.ACCEPTED)

    with scene.world.prestataire() as session:
        taken = accepted_requests(session, FRIDAY, scene.scheme_id)
    assert taken == {scene.alpha[0].residence_id: request_id}
    assert scene.count("audit_entry", "act = 'visit_request.accepted'") == 1


def test_a_refusal_says_why_in_the_bailleur_s_view(scene: Scene) -> None:
    request_id = ask(scene)
    with pytest.raises(Invalid, match="motif"):
        answer(scene, request_id, Decision.REFUSED, "  ")

    answer(scene, request_id, Decision.REFUSED, "Équipe incomplète vendredi.")

    with scene.world.bailleur("ALPHA") as session:
        line = request_line(session, request_id)
    assert (line.state, line.answer) == (RequestState.REFUSED, "Équipe incomplète vendredi.")
    assert line.answered_at is not None


def test_the_same_answer_again_is_the_same(scene: Scene) -> None:
    request_id = ask(scene)

    for _ in range(2):
        answer(scene, request_id, Decision.REFUSED, "Équipe incomplète.")

    assert scene.count("audit_entry", "act = 'visit_request.refused'") == 1


def test_another_answer_is_a_conflict(scene: Scene) -> None:
    request_id = ask(scene)
    answer(scene, request_id, Decision.ACCEPTED)

    with pytest.raises(Conflict, match="déjà acceptée"):
        answer(scene, request_id, Decision.REFUSED, "Finalement non.")

    assert state_of(scene.world, request_id) == "accepted"


def test_a_past_evening_is_not_accepted_any_more(scene: Scene) -> None:
    request_id = ask(scene)
    scene.world.set_clock("2013-12-07T18:00:00+01:00")

    with pytest.raises(Invalid, match="La soirée du 06/12/2013 est passée"):
        answer(scene, request_id, Decision.ACCEPTED)

    answer(scene, request_id, Decision.REFUSED, "Vue trop tard.")
    assert state_of(scene.world, request_id) == "refused"


def test_a_request_is_withdrawn_while_it_waits(scene: Scene) -> None:
    request_id = ask(scene)

    for _ in range(2):
        with scene.world.bailleur("ALPHA") as session:
            requests.withdraw_request(session, request_id)

    assert state_of(scene.world, request_id) == "withdrawn"
    assert scene.count("audit_entry", "act = 'visit_request.withdrawn'") == 1
    with pytest.raises(Conflict, match="déjà retirée"):
        answer(scene, request_id, Decision.ACCEPTED)


def test_an_answered_request_is_not_withdrawn(scene: Scene) -> None:
    request_id = ask(scene)
    answer(scene, request_id, Decision.ACCEPTED)

    with scene.world.bailleur("ALPHA") as session, pytest.raises(Conflict, match="réponse"):
        requests.withdraw_request(session, request_id)

    assert state_of(scene.world, request_id) == "accepted"


def test_the_other_bailleur_neither_sees_nor_withdraws_a_request(scene: Scene) -> None:
    request_id = ask(scene)

    with scene.world.bailleur("BETA") as session:
        assert read_requests(session) == []
        for unknown in (request_id, uuid4()):
            with pytest.raises(NotFound):
                requests.withdraw_request(session, unknown)

    assert state_of(scene.world, request_id) == "pending"


def test_once_the_contract_is_over_the_prestataire_reads_no_request(scene: Scene) -> None:
    request_id = ask(scene)
    with scene.world.superuser() as connection:
        connection.execute("update presence.contract set valid_during = '[2013-01-01,2013-12-05)'")

    with scene.world.prestataire() as session:
        assert read_requests(session) == []
        with pytest.raises(NotFound):
            requests.answer_request(session, request_id, Decision.ACCEPTED)


def test_the_prestataire_reads_each_request_with_its_own_quota(scene: Scene) -> None:
    ask(scene)
    ask(scene, wish(scene, residence_id=scene.beta[0].residence_id), "BETA")
    ask(scene, wish(scene, evening=date(2014, 1, 6)))

    with scene.world.prestataire() as session:
        lines = read_requests(session, scheme_id=scene.scheme_id, from_on=TONIGHT)
        quotas = quotas_of(session, lines)

    assert [line.wanted_on for line in lines] == [FRIDAY, FRIDAY, date(2014, 1, 6)]
    assert [(quotas[line.id].used, quotas[line.id].month_on.month) for line in lines] == [
        (1, 12), (1, 12), (1, 1),
    ]  # fmt: skip
