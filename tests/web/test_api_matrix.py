"""Every route of the API for every account: what the matrix says, no byte of another bailleur."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Caller, caller
from tests.stack import Servers
from tests.web.accounts import ANYBODY, EMAILS, OWN
from tests.web.matrix import API, PUBLIC
from tests.worlds import SMALL_DEMO, World, cloned

MARKERS = {"opac38": ("OPAC38", "MARQUEUROPAC"), "pluralis": ("PLURALIS", "MARQUEURPLUR")}
THEIRS = {
    "residences": "select id from presence.residence where bailleur_id = %s limit 1",
    "daily-reports": "select id from presence.daily_report where bailleur_id = %s limit 1",
    "follow-ups": "select id from presence.follow_up where bailleur_id = %s limit 1",
}
QUERIES = {
    "figures": {"from": "2013-11", "to": "2013-11"},
    "visits": {"evening": "2013-12-04"},
    "interventions": {"evening": "2013-12-04"},
    "calls": {"evening": "2013-12-03"},
    "evening-plans": {"evening": "2013-12-05"},
    "rounds": {"evening": "2013-12-05"},
    "ledgers": {"week": "2013-W49"},
}


@pytest.fixture(scope="module")
def marked(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own, each bailleur's places named after its marker."""
    with cloned(servers, SMALL_DEMO) as world:
        with world.superuser() as connection:
            for code, marker in MARKERS.values():
                connection.execute(
                    "update presence.residence set name = %s || name, address = %s || address "
                    "where bailleur_id = %s",
                    (marker, marker, world.ids[code]),
                )
                connection.execute(
                    "update presence.daily_report set content = "
                    "convert_to(replace(convert_from(content, 'UTF8'), '\"place\":\"', "
                    "'\"place\":\"' || %s), 'UTF8') where bailleur_id = %s",
                    (marker, world.ids[code]),
                )
        yield world


@pytest.fixture(scope="module")
def callers(marked: World) -> dict[str, Caller]:
    """One caller per account, the last one without a token."""
    return {account: caller(marked, EMAILS.get(account)) for account in ANYBODY}


def test_every_route_of_the_api_is_in_the_matrix(shared_demo: World) -> None:
    rules = {
        (method, rule.rule.removeprefix("/api/v1/"))
        for rule in shared_demo.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }
    public = {(method, rule.removeprefix("/api/v1/")) for method, rule in PUBLIC if "/api/" in rule}

    assert rules == set(API) | public


@pytest.mark.parametrize("account", ANYBODY)
@pytest.mark.parametrize(("method", "rule"), list(API), ids=str)
def test_a_route_opens_to_whom_the_matrix_says(
    callers: dict[str, Caller], method: str, rule: str, account: str
) -> None:
    answer = _call(callers[account], method, rule)

    assert answer.status_code in _expected(method, rule, account), answer.text[:300]


@pytest.mark.parametrize("account", ANYBODY)
def test_no_answer_holds_a_byte_of_another_bailleur(
    callers: dict[str, Caller], account: str
) -> None:
    hidden = _markers_hidden_from(account)

    for method, rule in API:
        if method == "GET" and "<uuid" not in rule:
            text = _call(callers[account], method, rule).text
            assert not [marker for marker in hidden if marker in text], rule


@pytest.mark.parametrize("rule", list(THEIRS))
def test_anothers_id_and_an_unknown_one_get_the_same_answer(
    marked: World, callers: dict[str, Caller], rule: str
) -> None:
    own = marked.ids["PLURALIS"]
    theirs = marked.scalar(THEIRS[rule], own)

    answers = [callers["opac38"].get(f"{rule}/{key}") for key in (theirs, uuid4())]

    for answer in answers:
        assert answer.status_code == 404
    told = [answer.get_json(force=True) | {"correlation_id": ""} for answer in answers]
    assert told[0] == told[1]


def _markers_hidden_from(account: str) -> list[str]:
    own = OWN.get(account, set())
    return [marker for owner, (_, marker) in MARKERS.items() if owner not in own]


# Whole on purpose: the lead bailleur's door is behind the shape of what is sent.
BODIES: dict[str, dict[str, object]] = {
    "costs": {
        "label": "Prestation 2015", "from": "2015-01-01", "to": "2015-12-31",
        "amount_cents": 1, "status": "forecast",
    },
    "subsidies": {
        "label": "Subvention 2015", "from": "2015-01-01", "to": "2015-12-31",
        "amount_cents": 1, "status": "forecast", "funder": "fipd",
    },
    "sharing-keys": {"basis": "equal", "from": "2030-01-01"},
}  # fmt: skip


def _call(caller: Caller, method: str, rule: str) -> TestResponse:
    path = (
        rule.replace("<int(fixed_digits=4, min=2000, max=2100):year>", "2012")
        # A morning of before the scheme: nobody's evening, so nothing is closed by trying.
        .replace("<day>", "2013-12-04" if method == "GET" else "2009-01-01")
    )
    while "<uuid" in path:
        start = path.index("<uuid")
        path = path[:start] + str(uuid4()) + path[path.index(">", start) + 1 :]
    if method == "GET":
        return caller.get(path, **QUERIES.get(path, {}))
    return caller.send(method, path, BODIES.get(path, {}), "new")


def _expected(method: str, rule: str, account: str) -> set[int]:
    if account == "anonymous":
        return {401}
    if account not in API[method, rule]:
        return {403}
    if method == "GET":
        return {404} if "<uuid" in rule else {200}
    # The door is open: what was sent is incomplete, so it is refused in words, never a 403.
    return {201} if rule in BODIES else {404, 415, 422}
