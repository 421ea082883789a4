"""Follow-ups at the API: given, read, carried to a result by their own bailleur alone."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.client import AGENT, OPAC38, PLURALIS, Caller, body, fields
from tests.worlds import World

DUE = "2013-12-12"


@pytest.fixture
def place(opac: Caller) -> str:
    """A residence without a follow-up."""
    found: str = opac.items("residences")[9]["id"]
    return found


def a_follow_up(opac: Caller, place: str, **told: object) -> dict[str, Any]:
    sent = {"residence_id": place, "fact": "Porte forcée", "kind": "works", "due_on": DUE, **told}
    return body(opac.post("follow-ups", sent), 201)


def account(world: World, email: str) -> str:
    return str(world.scalar("select id from presence.account where email = %s", email))


def test_a_follow_up_is_given_once_and_carried_to_a_result(
    demo: World, opac: Caller, place: str
) -> None:
    key, me = uuid4(), account(demo, OPAC38)
    sent = {"residence_id": place, "fact": "Porte forcée", "kind": "works", "due_on": DUE}

    first = body(opac.post("follow-ups", sent, key), 201)
    again = body(opac.post("follow-ups", sent, key), 201)
    steps = f"follow-ups/{first['id']}/steps"
    body(opac.post(steps, {"act": "entrusted", "responsible_id": me}), 201)
    body(opac.post(steps, {"act": "taken"}), 201)
    closed = body(opac.post(steps, {"act": "closed", "result": "Porte changée."}), 201)

    assert first == again
    assert (closed["state"], closed["result"], closed["responsible_id"]) == (
        "closed", "Porte changée.", me,
    )  # fmt: skip
    assert [step["act"] for step in closed["steps"]] == ["opened", "entrusted", "taken", "closed"]
    assert body(opac.get(f"follow-ups/{first['id']}"), 200) == closed


def test_the_list_is_narrowed_and_paged(opac: Caller, place: str) -> None:
    made = a_follow_up(opac, place)

    assert [row["id"] for row in opac.items("follow-ups", residence=place)] == [made["id"]]
    assert opac.items("follow-ups", state="closed") == []
    page = body(opac.get("follow-ups", limit=3), 200)
    rest = body(opac.get("follow-ups", limit=3, cursor=page["next_cursor"]), 200)
    days = [row["due_on"] for row in page["items"] + rest["items"]]
    assert days == sorted(days)
    assert len(days) == 4


@pytest.mark.parametrize("email", [PLURALIS, AGENT, "gardien@opac38.example", None])
def test_only_ones_own_people_who_handle_follow_ups_are_made_responsible(
    demo: World, opac: Caller, place: str, email: str | None
) -> None:
    who = account(demo, email) if email else str(uuid4())
    sent = {
        "residence_id": place, "fact": "Porte forcée", "kind": "works", "due_on": DUE,
        "responsible_id": who,
    }  # fmt: skip
    made = a_follow_up(opac, place)

    refused = opac.post("follow-ups", sent)
    step = opac.post(f"follow-ups/{made['id']}/steps", {"act": "entrusted", "responsible_id": who})

    assert fields(refused) == fields(step) == {"responsible_id"}


def test_noting_the_summons_closes_the_follow_up(opac: Caller, place: str) -> None:
    made = a_follow_up(opac, place, kind="summons")
    steps = f"follow-ups/{made['id']}/steps"

    half = opac.post(steps, {"act": "closed", "summoned_on": "2013-12-05"})
    told = body(
        opac.post(
            steps, {"act": "closed", "summoned_on": "2013-12-05", "help_offered": "proposed"}
        ),
        201,
    )

    assert fields(half) == {"help_offered"}
    assert told["state"] == "closed"
    assert told["result"].startswith("Convocation du 5 décembre 2013.")
    assert place in [row["residence_id"] for row in opac.items("summonses")]


def test_another_bailleur_and_the_prestataire_reach_none_of_it(
    opac: Caller, pluralis: Caller, leader: Caller, place: str
) -> None:
    made = a_follow_up(opac, place)
    path = f"follow-ups/{made['id']}"

    assert made["id"] not in [row["id"] for row in pluralis.items("follow-ups")]
    body(pluralis.get(path), 404)
    body(pluralis.post(f"{path}/steps", {"act": "taken"}), 404)
    for answer in (leader.get("follow-ups"), leader.get(path)):
        body(answer, 403)
