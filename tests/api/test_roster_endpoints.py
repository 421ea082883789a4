"""The roster over the API: shape, rights, keys, refusals; the rules are tested in the room."""

from uuid import uuid4

import pytest
from icalendar import Calendar  # type: ignore[import-untyped]

from tests.api.client import AGENT, LEADER, OPAC38, Caller, body, caller, fields, said
from tests.worlds import World

PROVIDER = "direction@prestataire.example"
CARD = "038-2018-09-30-20130099001"


@pytest.fixture
def leader(demo: World) -> Caller:
    """The team leader, who plans."""
    return caller(demo, LEADER)


def named(who: Caller, name: str) -> str:
    """The id of an agent by the beginning of the name."""
    return next(str(row["id"]) for row in who.items("agents") if row["name"].startswith(name))


def team(who: Caller, name: str = "Villefontaine Nord") -> str:
    return next(str(row["id"]) for row in who.items("teams") if row["name"] == name)


def a_shift(who: Caller, name: str = "Karim", **more: object) -> dict[str, object]:
    return {"team_id": team(who), "agent_id": named(who, name), "evening": "2013-12-12"} | more


def test_agents_are_read_with_cards_and_trainings(leader: Caller) -> None:
    (karim,) = [row for row in leader.items("agents") if row["name"] == "Karim Agent"]

    assert karim["card_number"] == "038-2018-07-12-20130012415"
    assert karim["trainings"][0]["label"] == "Sauveteur secouriste du travail"
    assert set(karim) == {
        "id", "name", "job_kind", "card_number", "card_valid_until", "account_id", "left_on",
        "trainings",
    }  # fmt: skip


def test_agents_are_read_page_by_page(leader: Caller) -> None:
    first = body(leader.get("agents", limit=4), 200)

    second = body(leader.get("agents", limit=4, cursor=first["next_cursor"]), 200)

    names = [row["name"] for row in first["items"] + second["items"]]
    assert len(names) == len(set(names)) == 7


def test_an_agent_is_added_once_per_key(demo: World, leader: Caller) -> None:
    sent = {
        "name": "Inès Perret", "job_kind": "security", "card_number": CARD,
        "card_valid_until": "2018-09-30",
    }  # fmt: skip
    key = uuid4()

    answers = [body(leader.post("agents", sent, key), 201) for _ in range(2)]

    assert answers[0] == answers[1]
    assert demo.scalar("select count(*) from presence.agent where card_number = %s", CARD) == 1
    assert "déjà servi" in said(leader.post("agents", sent | {"name": "Autre"}, key), 409)["detail"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("card_number", {"card_number": "38-9026"}),
        ("card_number", {"card_number": None}),
        ("job_kind", {"job_kind": "police"}),
        ("name", {"name": " "}),
        ("account_id", {"account_id": str(uuid4())}),
        ("card_valid_until", {"card_valid_until": "2013-02-30"}),
    ],
)
def test_a_fault_names_its_field(leader: Caller, field: str, changed: dict[str, object]) -> None:
    sent = {
        "name": "Inès Perret", "job_kind": "security", "card_number": CARD,
        "card_valid_until": "2018-09-30",
    }  # fmt: skip

    assert fields(leader.post("agents", sent | changed)) == {field}


def test_an_agent_is_changed_whole(leader: Caller) -> None:
    key = named(leader, "Bruno")
    sent = {
        "name": "Bruno Vial", "job_kind": "security", "card_number": "038-2018-12-04-20130012406",
        "card_valid_until": "2018-12-04",
    }  # fmt: skip

    found = body(leader.put(f"agents/{key}", sent), 200)

    assert (found["id"], found["card_valid_until"], found["account_id"]) == (
        key, "2018-12-04", None,
    )  # fmt: skip


def test_a_team_is_created_in_the_only_scheme(leader: Caller) -> None:
    found = body(leader.post("teams", {"name": "Renfort", "starts_from": "38193"}), 201)

    assert found in leader.items("teams")


def test_a_shift_is_planned_read_and_cancelled(leader: Caller) -> None:
    made = body(leader.post("shifts", a_shift(leader, from_time="18:00")), 201)

    read = leader.items("shifts", week="2013-12-15")
    cancelled = [leader.send("DELETE", f"shifts/{made['id']}", None) for _ in range(2)]

    assert (made["starts_at"], made["ends_at"]) == (
        "2013-12-12T17:00:00+00:00", "2013-12-12T22:00:00+00:00",
    )  # fmt: skip
    assert read == [made]
    assert [answer.status_code for answer in cancelled] == [204, 204]
    assert leader.items("shifts", week="2013-12-12") == []


def test_without_a_week_the_current_one_is_read(leader: Caller) -> None:
    evenings = {row["evening"] for row in leader.items("shifts", limit=200)}

    assert (min(evenings), max(evenings)) == ("2013-12-02", "2013-12-08")


def test_an_overlap_is_a_conflict_said_in_french(leader: Caller) -> None:
    answer = leader.post("shifts", a_shift(leader, evening="2013-12-06"))

    assert "est déjà de service avec « Bourgoin Ouest »" in said(answer, 409)["detail"]


def test_an_expired_card_is_said_at_the_agent(leader: Caller) -> None:
    answer = leader.post("shifts", a_shift(leader, "Bruno"))

    assert fields(answer) == {"agent_id"}
    assert "La carte de Bruno Vial a expiré le 15/11/2013" in said(answer, 422)["detail"]


def test_an_agent_reads_own_shifts_and_the_mate_s_and_no_other(demo: World) -> None:
    rows = caller(demo, AGENT).items("shifts/own", week="2013-12-05")

    assert {row["team"] for row in rows} == {"Bourgoin Ouest"}
    assert len({row["agent_id"] for row in rows}) == 2
    assert len(rows) == 12


def test_a_swap_is_asked_then_accepted_by_the_other_agent(demo: World, leader: Caller) -> None:
    agent = caller(demo, AGENT)
    (asked,) = agent.items("swaps/own")

    found = body(agent.put(f"swaps/{asked['id']}/answer", {"answer": "accepted"}), 200)

    assert (asked["state"], found["state"]) == ("asked", "accepted")
    (shift,) = [row for row in leader.items("shifts", limit=200) if row["id"] == asked["shift_id"]]
    assert shift["agent_id"] == asked["to_agent_id"]


def test_a_swap_is_decided_by_a_planner(demo: World) -> None:
    provider = caller(demo, PROVIDER)
    (asked,) = provider.items("swaps")

    first = body(provider.put(f"swaps/{asked['id']}/decision", {"answer": "refused"}), 200)
    again = body(provider.put(f"swaps/{asked['id']}/decision", {"answer": "refused"}), 200)
    contrary = provider.put(f"swaps/{asked['id']}/decision", {"answer": "accepted"})

    assert first == again
    assert contrary.status_code == 409


def test_an_agent_asks_for_a_swap_of_an_own_shift_only(demo: World, leader: Caller) -> None:
    agent = caller(demo, AGENT)
    samir, nadia = named(leader, "Samir"), named(leader, "Nadia")
    saturday = {
        row["agent_id"]: row["id"]
        for row in leader.items("shifts", limit=200)
        if row["evening"] == "2013-12-07"
    }
    sent = {"to_agent_id": samir, "reason": "Formation"}

    theirs = agent.post("swaps", sent | {"shift_id": saturday[nadia]})
    own = agent.post("swaps", sent | {"shift_id": saturday[named(leader, "Karim")]})

    assert fields(theirs) == {"shift_id"}
    assert body(own, 201)["state"] == "asked"


def test_a_calendar_s_address_is_given_once_then_revoked(demo: World, leader: Caller) -> None:
    key, sent = uuid4(), {"team_id": team(leader)}
    made = body(leader.post("calendar-links", sent, key), 201)
    path = made["address"][made["address"].index("/agenda/") :]
    anybody = demo.app.test_client()

    read = anybody.get(path)
    again = leader.post("calendar-links", sent, key)
    revoked = leader.send("DELETE", f"calendar-links/{made['id']}", None)

    assert len(Calendar.from_ical(read.data).walk("VEVENT")) == 7
    assert "ne se montre qu'une fois" in said(again, 409)["detail"]
    assert revoked.status_code == 204
    assert anybody.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "agents"),
        ("GET", "shifts"),
        ("GET", "shifts/own"),
        ("GET", "swaps"),
        ("POST", "shifts"),
        ("POST", "swaps"),
        ("POST", "calendar-links"),
    ],
)
def test_a_bailleur_has_no_door_to_the_roster(demo: World, method: str, path: str) -> None:
    answer = caller(demo, OPAC38).send(method, path, {} if method == "POST" else None, "new")

    assert answer.status_code == 403


def test_unknown_ids_answer_alike(leader: Caller) -> None:
    answers = [
        leader.put(f"swaps/{uuid4()}/decision", {"answer": "refused"}),
        leader.send("DELETE", f"shifts/{uuid4()}", None),
        leader.send("DELETE", f"calendar-links/{uuid4()}", None),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
