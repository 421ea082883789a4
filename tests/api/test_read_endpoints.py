from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Caller, body, fields, said
from tests.worlds import World

EVENING = "2013-12-03"


def test_a_list_is_read_page_by_page(opac: Caller) -> None:
    whole = opac.items("residences", limit=200)
    seen, cursor = [], None
    while True:
        page = body(opac.get("residences", limit=5, **({"cursor": cursor} if cursor else {})), 200)
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 5
    assert seen == whole


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("visits", {"evening": EVENING}),
        ("daily-reports", {}),
        ("summonses", {}),
        ("figures", {"from": "2013-11", "to": "2013-12"}),
        ("allocations", {}),
    ],
)
def test_every_list_pages_alike(opac: Caller, path: str, query: dict[str, str]) -> None:
    whole = opac.items(path, limit=200, **query)
    first = body(opac.get(path, limit=2, **query), 200)
    rest = opac.items(path, limit=198, cursor=first["next_cursor"], **query)
    assert len(whole) > 2
    assert first["items"] + rest == whole[:200]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"), ({"limit": 201}, "limit"), ({"limit": "x"}, "limit"),
        ({"limit": "9" * 5000}, "limit"), ({"limit": "1.5"}, "limit"),
        ({"cursor": "abc"}, "cursor"), ({"cursor": "é"}, "cursor"), ({"cursor": "e30="}, "cursor"),
        ({"cursor": "WyJhIiwiYiJd"}, "cursor"), ({"tri": "code"}, "tri"),
    ],
)  # fmt: skip
def test_a_bad_page_is_refused(opac: Caller, query: dict[str, object], field: str) -> None:
    assert fields(opac.get("residences", **query)) == {field}


def test_the_evening_is_required_and_a_date(opac: Caller) -> None:
    for path in ("visits", "interventions", "calls"):
        assert fields(opac.get(path)) == {"evening"}
        assert fields(opac.get(path, evening="2013-W49-3")) == {"evening"}
        assert opac.items(path, evening=EVENING) is not None


def test_each_bailleur_reads_its_own(opac: Caller, pluralis: Caller, leader: Caller) -> None:
    for path in ("visits", "interventions"):
        own = {row["id"] for row in opac.items(path, evening=EVENING, limit=200)}
        others = {row["id"] for row in pluralis.items(path, evening=EVENING, limit=200)}
        both = {row["id"] for row in leader.items(path, evening=EVENING, limit=200)}
        assert own
        assert own.isdisjoint(others)
        assert own | others <= both
    assert "bailleur_id" not in opac.get("visits", evening=EVENING).text


@pytest.mark.parametrize("subject", ["residences", "daily-reports"])
def test_another_s_is_what_does_not_exist(opac: Caller, pluralis: Caller, subject: str) -> None:
    other = pluralis.items(subject)[0]["id"]
    assert body(pluralis.get(f"{subject}/{other}"), 200)["id"] == other
    assert said(opac.get(f"{subject}/{other}"), 404) == said(opac.get(f"{subject}/{uuid4()}"), 404)


def test_a_residence_says_what_the_field_needs(opac: Caller, leader: Caller) -> None:
    residence = opac.items("residences")[0]
    detail = body(leader.get(f"residences/{residence['id']}"), 200)
    assert detail["entrances"] == residence["entrances"] != []
    assert detail["bailleur"] == residence["bailleur"]
    assert 1 <= detail["times_per_week"] <= 7


def test_a_frequency_is_set_and_setting_it_again_changes_nothing(
    opac: Caller, pluralis: Caller
) -> None:
    path = f"residences/{opac.items('residences')[0]['id']}/frequency"
    sent = {"times_per_week": 2, "from_on": "2014-01-01"}
    assert body(opac.put(path, sent), 200) == body(opac.put(path, sent), 200)
    # What is only foreseen is replaced; an evening that has begun is not rewritten.
    assert body(opac.put(path, sent | {"times_per_week": 3}), 200)["times_per_week"] == 3
    for begun in ("2013-12-01", "2013-12-31"):
        assert fields(opac.put(path, sent | {"from_on": begun})) == {"from_on"}
    assert fields(opac.put(path, sent | {"times_per_week": 2.5})) == {"times_per_week"}
    assert fields(opac.put(path, sent | {"times_per_week": True})) == {"times_per_week"}
    unknown = pluralis.put(f"residences/{uuid4()}/frequency", sent)
    assert said(pluralis.put(path, sent), 404) == said(unknown, 404)


HEADER = "agence;code;nom;adresse;insee;logements;qpv;entrees\n"


def lines(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def test_a_file_is_imported_whole(opac: Caller) -> None:
    sent = lines(
        "Bourgoin;NEUF-1;Les Tilleuls;1 rue Neuve;38053;24;;Hall 1|Hall 2",
        "Bourgoin;NEUF-2;Les Ormes;2 rue Neuve;38053;12;;",
    )
    assert body(opac.raw("POST", "residences/imports", sent, "text/csv"), 201) == {"created": 2}
    made = {row["code"]: row for row in opac.items("residences", limit=200)}
    assert [hall["name"] for hall in made["NEUF-1"]["entrances"]] == ["Hall 1", "Hall 2"]
    assert made["NEUF-2"]["scheme"] is not None


def test_a_file_twice_creates_nothing_the_second_time(opac: Caller) -> None:
    sent = lines("Bourgoin;NEUF-1;Les Tilleuls;1 rue Neuve;38053;24;;Hall 1|Hall 2")

    told = [body(opac.raw("POST", "residences/imports", sent, "text/csv"), 201) for _ in range(2)]

    assert told == [{"created": 1}, {"created": 0}]


def test_a_faulty_file_imports_nothing_and_names_each_line(opac: Caller) -> None:
    before = opac.items("residences", limit=200)
    sent = lines(
        "Bourgoin;NEUF-1;Les Tilleuls;1 rue Neuve;99999;24;;",
        f"Bourgoin;{before[0]['code']};Les Ormes;2 rue Neuve;38053;12;;",
        "Bourgoin;NEUF-3;Les Ifs;3 rue Neuve;38053;12;;",
        "Bourgoin;NEUF-3;Les Ifs;3 rue Neuve;38053;12;;",
        "Bourgoin;NEUF-4;Les Ifs;3 rue Neuve;38053;beaucoup;;",
    )
    faults = fields(opac.raw("POST", "residences/imports", sent, "text/csv"))
    assert faults == {"ligne 2, insee", "ligne 5, code", "ligne 6, logements"}
    assert opac.items("residences", limit=200) == before


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", "text/csv", 422), (b"\xff\xfe", "text/csv", 422), (b"a;b\n1;2\n", "text/csv", 422),
        (b"agence;code\0", "text/csv", 422), (b"a\rb", "text/csv", 422),
        (HEADER.encode() + b'"' + b"x" * 200_000, "text/csv", 422),
        (b"x" * 140_000, "text/csv", 422), (b"x" * 3_000_000, "text/csv", 413),
        (lines("A;B;C;D;38053;" + "9" * 5000), "text/csv", 422),
        (HEADER.encode(), "text/plain", 415),
    ],
)  # fmt: skip
def test_what_is_no_such_file(opac: Caller, data: bytes, content_type: str, status: int) -> None:
    body(opac.raw("POST", "residences/imports", data, content_type), status)


def test_a_report_shows_its_sealed_content(opac: Caller) -> None:
    line = opac.items("daily-reports", limit=1)[0]
    report = body(opac.get(f"daily-reports/{line['id']}"), 200)
    assert report["content"]["number"] == line["number"]
    assert len(report["content_hash"]) == 64


def test_figures_are_the_bailleur_s_own(opac: Caller, pluralis: Caller) -> None:
    asked = {"from": "2013-11", "to": "2013-12", "limit": 200}
    own, others = opac.items("figures", **asked), pluralis.items("figures", **asked)
    assert own
    assert own != others
    assert fields(opac.get("figures", **{"from": "2013-12", "to": "2013-11"})) == {"to"}
    assert fields(opac.get("figures", **{"from": "2013-13", "to": "hier"})) == {"from", "to"}


def test_a_bilan_is_the_published_document(capi: Caller, opac: Caller) -> None:
    (head,) = capi.items("bilans")
    bilan = body(capi.get(f"bilans/{head['id']}"), 200)
    assert bilan == body(opac.get(f"bilans/{head['id']}"), 200)
    assert bilan["period"] == {"from": "2013-11", "to": "2013-11", "months": 1}
    assert bilan["interventions"] == 60
    assert bilan["actions"][0] == {"code": "mediation", "count": 56, "percent": 93.3}
    assert bilan["evenings"]["due"] == bilan["evenings"]["signed"] + bilan["evenings"]["missing"]
    assert [year["year"] for year in bilan["finance"]] == [2013]
    assert bilan["families_summoned"] is None or bilan["families_summoned"] >= 11
    assert said(capi.get(f"bilans/{uuid4()}"), 404)["title"] == "Introuvable"


def test_a_summons_is_the_bailleur_s_alone(demo: World, opac: Caller, pluralis: Caller) -> None:
    residence = opac.items("residences")[0]["id"]
    key = uuid4()
    sent = {"residence_id": residence, "summoned_on": "2013-12-03", "help_offered": "proposed"}
    first = body(opac.post("summonses", sent, key), 201)
    assert body(opac.post("summonses", sent, key), 201) == first
    body(opac.post("summonses", sent | {"help_offered": "none"}, key), 409)
    assert fields(opac.post("summonses", sent | {"summoned_on": "2013-12-31"})) == {"summoned_on"}
    unknown = sent | {"residence_id": str(uuid4())}
    assert said(pluralis.post("summonses", sent), 422) == said(
        pluralis.post("summonses", unknown), 422
    )
    other = str(
        demo.scalar(
            "select id from presence.intervention where bailleur_id = %s limit 1",
            demo.ids["PLURALIS"],
        )
    )
    refusals = [
        said(opac.post("summonses", sent | {"intervention_id": given}), 422)
        for given in (other, str(uuid4()))
    ]
    assert refusals[0] == refusals[1]


def test_evenings_are_listed_page_by_page_the_newest_first(leader: Caller) -> None:
    first = body(leader.get("evenings", limit=2), 200)
    second = body(leader.get("evenings", limit=2, cursor=first["next_cursor"]), 200)

    assert first["items"] == [
        {"evening": "2013-12-04", "state": "closed"},
        {"evening": "2013-12-03", "state": "closed"},
    ]
    assert second["items"][0]["evening"] == "2013-12-02"


@pytest.mark.parametrize(
    ("path", "query"), [("bilans", {}), ("figures", {"from": "2013-11", "to": "2013-12"})]
)
def test_who_has_the_answer_already_is_told_so(
    opac: Caller, path: str, query: dict[str, str]
) -> None:
    first = opac.get(path, **query)

    def asked(tag: str) -> TestResponse:
        headers = {**opac.headers, "If-None-Match": tag}
        return opac.client.get(f"/api/v1/{path}", query_string=query, headers=headers)

    assert (asked(first.headers["ETag"]).status_code, asked(first.headers["ETag"]).data) == (
        304,
        b"",
    )
    assert asked('"other"').status_code == 200
