"""The place tree, the perimeter, frequencies, transfers and rounds, as a machine drives them."""

from datetime import date
from uuid import uuid4

import pytest

from tests.api.client import LEADER, OPAC38, PLURALIS, Caller, body, caller, fields
from tests.worlds import World

ON = "2014-02-01"


@pytest.fixture
def opac(demo: World) -> Caller:
    return caller(demo, OPAC38)


def a_place(opac: Caller) -> dict[str, object]:
    return next(row for row in opac.items("residences") if row["name"] == "Les Lilas")


@pytest.mark.parametrize(
    ("path", "content", "other"),
    [("entrances", {"name": "Hall Z", "dwellings": 8}, {"name": "Hall Y"}),
     ("buildings", {"name": "Bâtiment Z"}, {"name": "Bâtiment Y"}),
     ("areas", {"kind": "cellar", "name": "Caves"}, {"kind": "roof"})],
)  # fmt: skip
def test_a_part_is_added_once_per_key(
    opac: Caller, path: str, content: dict[str, object], other: dict[str, object]
) -> None:
    place, key = a_place(opac), uuid4()

    first = body(opac.post(f"residences/{place['id']}/{path}", content, key), 201)

    assert first["id"] == str(key)
    assert body(opac.post(f"residences/{place['id']}/{path}", content, key), 201) == first
    body(opac.post(f"residences/{place['id']}/{path}", other, key), 409)


def test_a_perimeter_is_stated_and_read_with_its_dwellings(opac: Caller) -> None:
    path = f"residences/{a_place(opac)['id']}/coverage"

    body(opac.put(path, {"from_on": ON, "dwellings": 9}), 200)
    found = body(opac.put(path, {"from_on": "2014-06-01", "covered": False}), 200)

    assert [(p["from_on"], p["to_on"]) for p in found["items"]] == [
        ("2012-01-01", ON), (ON, "2014-06-01"),
    ]  # fmt: skip
    assert found["items"][1]["dwellings"] == 9


def test_a_frequency_is_fixed_in_full_and_read_again(opac: Caller) -> None:
    place = a_place(opac)
    rule = {
        "times": 2, "per": "month", "weekdays": [5, 6], "from_time": "20:00", "to_time": "22:00",
        "pattern": "random", "min_gap_days": 7, "from_on": ON,
    }  # fmt: skip

    said = body(opac.put(f"residences/{place['id']}/frequency", rule), 200)

    assert {name: said[name] for name in rule} == rule
    assert said["times_per_week"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"times": 6, "weekdays": [5, 6]}, "times"), ({"from_time": "20:00"}, "to_time"),
     ({"from_time": "02:00", "to_time": "05:00"}, "from_time"), ({"times_per_week": 2}, "times"),
     ({"times": 7, "min_gap_days": 3}, "min_gap_days"), ({"weekdays": [8]}, "weekdays.0")],
    ids=str,
)  # fmt: skip
def test_a_frequency_that_no_window_holds_is_refused(
    opac: Caller, change: dict[str, object], field: str
) -> None:
    rule = {"times": 2, "from_on": ON} | change

    answer = opac.put(f"residences/{a_place(opac)['id']}/frequency", rule)

    assert fields(answer) == {field}


def test_a_sale_is_offered_taken_and_told_the_same_again(demo: World, opac: Caller) -> None:
    buyer, key, taking = caller(demo, PLURALIS), uuid4(), uuid4()
    sold = {"residences": [a_place(opac)["id"]], "effective_on": ON}

    offer = body(opac.post("transfers", sold, key), 201)
    again = body(opac.post("transfers", sold, key), 201)
    asked = {"code": offer["code"], "agency": "Nord-Isère"}
    taken = body(buyer.post("transfers/acceptance", asked, taking), 201)

    assert offer == again
    assert body(buyer.post("transfers/acceptance", asked, taking), 201) == taken
    assert fields(buyer.post("transfers/acceptance", asked, uuid4())) == {"code"}
    kept = body(opac.get(f"residences/{sold['residences'][0]}"), 200)
    assert kept["archived_on"] == ON


def test_rounds_are_asked_for_drawn_edited_and_published(demo: World) -> None:
    leader = caller(demo, LEADER)
    evening = date(2013, 12, 7).isoformat()

    asked = body(leader.post("rounds", {"evening": evening}), 202)
    demo.run_jobs()
    drawn = body(leader.get("rounds", evening=evening), 200)
    stop = drawn["teams"][0]["stops"][0]
    edited = body(leader.put(f"rounds/{drawn['id']}/stops/{stop['id']}", {"why": "Travaux"}), 200)
    published = body(leader.put(f"rounds/{drawn['id']}/publication", {}), 200)

    assert asked["state"] == "asked"
    assert drawn["state"] == "draft"
    assert "Travaux" in {given["given_up_why"] for given in edited["given_up"]}
    assert published["state"] == "published"
    assert body(leader.put(f"rounds/{drawn['id']}/publication", {}), 200) == published


def test_a_bailleur_has_no_business_with_rounds(demo: World, opac: Caller) -> None:
    plan = demo.scalar("select id from presence.round_plan limit 1")

    for answer in (opac.get("rounds", evening="2013-12-05"), opac.get(f"rounds/{plan}")):
        body(answer, 403)
