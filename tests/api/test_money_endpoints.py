from uuid import uuid4

import pytest

from tests.api.client import Caller, body, fields, said
from tests.worlds import World

COST = {
    "label": "Véhicule", "from": "2013-01-01", "to": "2013-12-31",
    "amount_cents": 120_000, "status": "actual",
}  # fmt: skip


def test_a_share_is_explained_and_the_others_are_one_figure(opac: Caller, pluralis: Caller) -> None:
    own = body(opac.get("allocations/2013"), 200)
    other = body(pluralis.get("allocations/2013"), 200)
    assert own["own"]["net_cents"] + other["own"]["net_cents"] == own["total"]["net_cents"]
    for piece in own["slices"]:
        assert piece["own"]["net_cents"] + piece["others_net_cents"] == piece["total"]["net_cents"]
    assert [row["year"] for row in opac.items("allocations")] == [2012, 2013, 2014]
    body(opac.get("allocations/2040"), 404)


def test_a_cost_is_entered_once_and_shared_anew(demo: World, opac: Caller) -> None:
    before = body(opac.get("allocations/2013"), 200)
    key = uuid4()
    first = body(opac.post("costs", COST, key), 201)
    assert first["from"] == "2013-01-01"
    assert body(opac.post("costs", COST, key), 201) == first
    body(opac.post("costs", COST | {"amount_cents": 1}, key), 409)
    demo.run_jobs()
    after = body(opac.get("allocations/2013"), 200)
    assert after["total"]["gross_cents"] == before["total"]["gross_cents"] + 120_000
    assert after["version"] == before["version"] + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_cents": -1}, "amount_cents"), ({"amount_cents": 10**17}, "amount_cents"),
        ({"amount_cents": 12.5}, "amount_cents"), ({"amount_cents": "12"}, "amount_cents"),
        ({"amount_cents": True}, "amount_cents"), ({"to": "2012-12-31"}, "to"),
        ({"to": "2014-01-31"}, "to"), ({"from": "2013-02-30"}, "from"),
        ({"label": ""}, "label"), ({"label": "a\0b"}, "label"), ({"label": "\ud800"}, "label"),
        ({"label": "x" * 201}, "label"), ({"label": None}, "label"),
        ({"status": "payé"}, "status"), ({"scheme": str(uuid4())}, "scheme"),
        ({"funder": "fipd"}, "funder"),
    ],
)  # fmt: skip
def test_a_faulty_cost_is_refused(opac: Caller, changes: dict[str, object], field: str) -> None:
    assert fields(opac.post("costs", COST | changes)) == {field}


def test_only_the_lead_bailleur_enters_money(pluralis: Caller, agent: Caller) -> None:
    key = {"basis": "equal", "from": "2014-01-01"}
    for path, sent in (
        ("costs", COST),
        ("subsidies", COST | {"funder": "fipd"}),
        ("sharing-keys", key),
    ):
        assert "chef de file" in said(pluralis.post(path, sent), 403)["detail"]
        body(agent.post(path, sent), 403)


def test_a_subsidy_and_a_key_are_recorded_once(opac: Caller) -> None:
    key, sent = uuid4(), COST | {"funder": "epci"}
    assert body(opac.post("subsidies", sent, key), 201) == body(
        opac.post("subsidies", sent, key), 201
    )
    adopted, shared = uuid4(), {"basis": "equal", "from": "2014-01-01"}
    assert body(opac.post("sharing-keys", shared, adopted), 201) == body(
        opac.post("sharing-keys", shared, adopted), 201
    )
    body(opac.post("sharing-keys", shared | {"from": "2013-06-01"}), 409)
    assert fields(opac.post("sharing-keys", shared | {"to": "2013-01-01"})) == {"to"}


def test_an_agreement_is_signed_and_withdrawn(opac: Caller, demo: World) -> None:
    (agreement,) = opac.items("sharing-agreements")
    path = f"sharing-agreements/{agreement['id']}/signature"
    assert agreement["signed_at"]
    signed = body(opac.post(path), 201)
    assert body(opac.post(path, key=None), 201) == signed
    assert opac.send("DELETE", path, None).status_code == 204
    body(opac.send("DELETE", path, None), 409)
    assert opac.items("sharing-agreements")[0]["signed_at"] is None
    body(opac.post(f"sharing-agreements/{uuid4()}/signature"), 404)
    demo.run_jobs()


def test_the_operator_adds_a_bailleur_and_everyone_s_share_follows(
    demo: World, operator: Caller, opac: Caller
) -> None:
    scheme = operator.items("memberships")[0]["scheme"]
    sent = {"scheme": scheme, "name": "Habitat Neuf", "code": "NEUF", "from": "2014-07-01"}
    made = body(operator.post("organisations/bailleurs", sent), 201)
    assert made["code"] == "NEUF"
    assert "NEUF" in said(operator.post("organisations/bailleurs", sent), 409)["detail"]
    demo.run_jobs()
    slices = body(opac.get("allocations/2014"), 200)["slices"]
    assert "Habitat Neuf" in slices[-1]["members"]


def test_memberships_never_overlap(operator: Caller) -> None:
    known = operator.items("memberships", limit=200)[0]
    again = {"scheme": known["scheme"], "bailleur": known["bailleur"], "from": "2013-06-01"}
    assert "déjà membre" in said(operator.post("memberships", again), 409)["detail"]
    assert fields(operator.post("memberships", again | {"to": "2013-01-01"})) == {"to"}
    unknown = operator.post("memberships", again | {"bailleur": str(uuid4())})
    reader = next(row["id"] for row in operator.items("organisations") if row["code"] == "CAPI")
    other = operator.post("memberships", again | {"bailleur": reader})
    assert said(unknown, 422) == said(other, 422)
    assert fields(operator.post("memberships", again | {"scheme": str(uuid4())})) == {"scheme"}


def test_a_membership_after_the_last_one_is_registered(demo: World, operator: Caller) -> None:
    scheme = operator.items("memberships")[0]["scheme"]
    demo.scalar(
        "update presence.membership set valid_during = daterange('2012-01-01', '2014-01-01') "
        "where bailleur_name = 'Pluralis' returning 1"
    )
    bailleur = next(
        row["id"] for row in operator.items("organisations") if row["code"] == "PLURALIS"
    )
    sent = {"scheme": scheme, "bailleur": bailleur, "from": "2014-03-01", "to": "2015-01-01"}
    made = body(operator.post("memberships", sent), 201)
    assert (made["from"], made["to"]) == ("2014-03-01", "2015-01-01")
    demo.run_jobs()
