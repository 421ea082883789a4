"""Requests of visits, evenings as published and the week's ledger, as machines read them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.client import Caller, body, caller, fields, said
from tests.web.accounts import EMAILS
from tests.worlds import World

EVENING, TONIGHT, WEEK = "2013-12-12", "2013-12-05", "2013-W49"


@pytest.fixture
def provider(demo: World) -> Caller:
    return caller(demo, EMAILS["provider"])


def place(who: Caller, rank: int = 0) -> dict[str, Any]:
    return who.items("residences")[rank]


def wish(who: Caller, **facts: object) -> dict[str, object]:
    return {"residence_id": place(who)["id"], "evening": EVENING} | facts


def test_a_request_is_recorded_once_per_key(opac: Caller) -> None:
    key, sent = uuid4(), wish(opac, note="Minuterie remise en route.")

    first = body(opac.post("visit-requests", sent, key), 201)
    again = body(opac.post("visit-requests", sent, key), 201)

    assert first == again
    assert first["id"] == str(key)
    assert (first["state"], first["done"], first["answer"]) == ("pending", None, None)
    assert first["quota"] == {"month": "2013-12", "used": 3, "allowed": 4}


def test_another_content_under_the_same_key_is_a_conflict(opac: Caller) -> None:
    key = uuid4()
    opac.post("visit-requests", wish(opac), key)

    said(opac.post("visit-requests", wish(opac, note="Autre chose."), key), 409)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"evening": "2013-12-04"}, "evening"),
        ({"evening": "2016-06-01"}, "evening"),
        ({"residence_id": str(uuid4())}, "residence_id"),
        ({"entrance_id": str(uuid4())}, "entrance_id"),
        ({"note": "x" * 281}, "note"),
        ({"residence_id": None}, "residence_id"),
        ({"state": "accepted"}, "state"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_its_field(
    opac: Caller, facts: dict[str, object], field: str
) -> None:
    before = len(opac.items("visit-requests"))

    assert fields(opac.post("visit-requests", wish(opac, **facts))) == {field}

    assert len(opac.items("visit-requests")) == before


def test_the_fifth_request_of_the_month_is_refused(opac: Caller) -> None:
    for rank in (1, 2):
        body(opac.post("visit-requests", wish(opac, residence_id=place(opac, rank)["id"])), 201)

    refused = said(opac.post("visit-requests", wish(opac)), 422)

    assert refused["detail"] == "Quota atteint : 4\u00a0demandes sur 4 en décembre 2013."


def test_a_request_is_withdrawn_while_it_waits(opac: Caller, leader: Caller) -> None:
    key = uuid4()
    opac.post("visit-requests", wish(opac), key)

    assert opac.send("DELETE", f"visit-requests/{key}", None).status_code == 204

    (line,) = [row for row in opac.items("visit-requests") if row["id"] == str(key)]
    assert line["state"] == "withdrawn"
    said(leader.put(f"visit-requests/{key}/answer", {"decision": "accepted"}), 409)


def test_the_answer_is_read_by_the_bailleur(opac: Caller, leader: Caller) -> None:
    key = uuid4()
    opac.post("visit-requests", wish(opac), key)
    answer = {"decision": "refused", "reason": "Équipe incomplète ce soir-là."}

    for _ in range(2):
        body(leader.put(f"visit-requests/{key}/answer", answer), 200)

    (line,) = [row for row in opac.items("visit-requests") if row["id"] == str(key)]
    assert (line["state"], line["answer"]) == ("refused", "Équipe incomplète ce soir-là.")
    said(leader.put(f"visit-requests/{key}/answer", {"decision": "accepted"}), 409)
    said(opac.send("DELETE", f"visit-requests/{key}", None), 409)


def test_a_refusal_without_a_reason_is_refused(opac: Caller, leader: Caller) -> None:
    key = uuid4()
    opac.post("visit-requests", wish(opac), key)

    assert fields(leader.put(f"visit-requests/{key}/answer", {"decision": "refused"})) == {"reason"}


def test_each_bailleur_reads_its_own_requests(
    opac: Caller, pluralis: Caller, provider: Caller
) -> None:
    own, other = ({row["id"] for row in who.items("visit-requests")} for who in (opac, pluralis))

    assert len(own) == len(other) == 4
    assert own.isdisjoint(other)
    assert {row["id"] for row in provider.items("visit-requests")} == own | other


def test_another_s_request_is_one_that_does_not_exist(opac: Caller, pluralis: Caller) -> None:
    theirs = pluralis.items("visit-requests")[0]["id"]

    told = [
        said(opac.send("DELETE", f"visit-requests/{key}", None), 404) for key in (theirs, uuid4())
    ]

    assert told[0] == told[1]


def test_requests_are_read_page_by_page(provider: Caller) -> None:
    whole = provider.items("visit-requests")
    first = body(provider.get("visit-requests", limit=3), 200)

    rest = provider.items("visit-requests", limit=200, cursor=first["next_cursor"])

    assert first["items"] + rest == whole


def test_the_evening_is_published_to_each_its_own(
    opac: Caller, pluralis: Caller, leader: Caller
) -> None:
    (own,), (other,) = (who.items("evening-plans", evening=TONIGHT) for who in (opac, pluralis))

    places = {
        hall["id"] for row in opac.items("residences", limit=200) for hall in row["entrances"]
    }
    assert own["visits"]
    assert {visit["entrance_id"] for visit in own["visits"]} <= places
    assert other["visits"]
    assert not {visit["entrance_id"] for visit in other["visits"]} & places
    assert [plan["bailleur"] for plan in leader.items("evening-plans", evening=TONIGHT)] == [
        "OPAC 38", "Pluralis",
    ]  # fmt: skip


def test_a_published_visit_tells_neither_order_nor_team(opac: Caller) -> None:
    (plan,) = opac.items("evening-plans", evening=TONIGHT)

    keys = {key for visit in plan["visits"] for key in visit}
    assert keys == {
        "residence_id", "entrance_id", "from_time", "to_time", "source", "reasons", "request_id",
    }  # fmt: skip
    where = [(visit["residence_id"], visit["entrance_id"]) for visit in plan["visits"]]
    assert where == sorted(where)


def test_an_evening_that_is_not_published_is_an_empty_list(opac: Caller) -> None:
    assert opac.items("evening-plans", evening="2013-12-20") == []
    assert fields(opac.get("evening-plans")) == {"evening"}


def test_the_ledger_gives_each_residence_of_one_s_own(
    opac: Caller, pluralis: Caller, leader: Caller
) -> None:
    own, other = (
        {row["residence_id"] for row in who.items("ledgers", week=WEEK, limit=200)}
        for who in (opac, pluralis)
    )

    assert own == {row["id"] for row in opac.items("residences", limit=200)}
    assert own.isdisjoint(other)
    everyone = {row["residence_id"] for row in leader.items("ledgers", week=WEEK, limit=200)}
    assert everyone == own | other


def test_a_ledger_line_adds_up(opac: Caller) -> None:
    for line in opac.items("ledgers", week=WEEK, limit=200):
        served = line["done"] - line["extra"]
        assert line["due"] >= served
        assert line["missing"] <= line["due"] - served
        assert (line["sentence"] is None) == (line["missing"] == 0)


def test_the_ledger_says_why_a_visit_was_missed(opac: Caller) -> None:
    missed = [
        reason
        for line in opac.items("ledgers", week="2013-W47", limit=200)
        for reason in line["missed"]
    ]

    # The evening of 21 November was never received.
    assert "Non reçu" in {reason["label"] for reason in missed}


def test_the_ledger_is_read_page_by_page(leader: Caller) -> None:
    whole = leader.items("ledgers", week=WEEK, limit=200)
    first = body(leader.get("ledgers", week=WEEK, limit=5), 200)

    rest = leader.items("ledgers", week=WEEK, limit=200, cursor=first["next_cursor"])

    assert first["items"] + rest == whole


@pytest.mark.parametrize("week", ["2013-49", "2013-W54", "2013-W00", "2013-W53", "1999-W01", ""])
def test_a_week_that_is_none_is_refused(opac: Caller, week: str) -> None:
    assert fields(opac.get("ledgers", week=week)) == {"week"}


def test_a_caretaker_reads_the_residences_within_reach(demo: World, opac: Caller) -> None:
    caretaker = caller(demo, EMAILS["caretaker"])

    own = {row["id"] for row in caretaker.items("residences")}
    ledger = {row["residence_id"] for row in caretaker.items("ledgers", week=WEEK)}

    assert ledger == own
    assert len(own) == 2
    assert len(opac.items("ledgers", week=WEEK, limit=200)) > 2


def test_once_its_contract_is_over_the_prestataire_reads_nothing_of_a_bailleur(
    demo: World, leader: Caller
) -> None:
    with demo.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange('2012-01-01', '2013-12-05') "
            "where bailleur_id = %s",
            (demo.ids["PLURALIS"],),
        )

    names = {
        row.get("bailleur")
        for path, query in (("ledgers", {"week": WEEK}), ("evening-plans", {"evening": TONIGHT}))
        for row in leader.items(path, **query)
    }
    assert names == {"OPAC 38"}
    assert len(leader.items("visit-requests")) == 4
