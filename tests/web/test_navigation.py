"""Every page for every account: what the matrix says, and no byte of another bailleur."""

import io
import re
import zipfile
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.stack import Servers
from tests.web.accounts import ANYBODY, EMAILS, OWN, csrf_of, signed_in, without_marks
from tests.web.matrix import PAGES, PUBLIC, SIGNED_IN
from tests.worlds import SMALL_DEMO, World, cloned

MARKERS = {"opac38": "MARQUEUROPAC", "pluralis": "MARQUEURPLUR"}


@pytest.fixture(scope="module")
def marked(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own, each bailleur's places named after its marker."""
    with cloned(servers, SMALL_DEMO) as world:
        with world.superuser() as connection:
            for code, marker in (("OPAC38", MARKERS["opac38"]), ("PLURALIS", MARKERS["pluralis"])):
                own = world.ids[code]
                connection.execute(
                    "update presence.residence set name = %s || name, address = %s || address "
                    "where bailleur_id = %s",
                    (marker, marker, own),
                )
                connection.execute(
                    "update presence.entrance set name = %s || name where bailleur_id = %s",
                    (marker, own),
                )
        yield world


@pytest.fixture(scope="module")
def clients(marked: World) -> dict[str, FlaskClient]:
    """One signed-in client per account."""
    return {account: signed_in(marked, account) for account in ANYBODY}


def test_every_rule_of_the_application_is_in_the_matrix(shared_demo: World) -> None:
    rules = {
        (method, rule.rule)
        for rule in shared_demo.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/api/")
    }

    listed = set(PAGES) | {door for door in PUBLIC if not door[1].startswith("/api/")} | SIGNED_IN

    assert rules == listed


@pytest.mark.parametrize("account", ANYBODY)
@pytest.mark.parametrize(("method", "rule"), list(PAGES), ids=str)
def test_a_door_opens_to_whom_the_matrix_says(
    clients: dict[str, FlaskClient], method: str, rule: str, account: str
) -> None:
    client = clients[account]
    address = _address(rule)

    answer = client.open(address, method=method, data=_form(client, method))

    assert answer.status_code in _expected(method, rule, account), answer.data[:300]


@pytest.mark.parametrize("account", ANYBODY)
def test_no_page_shows_a_byte_of_another_bailleur(
    marked: World, clients: dict[str, FlaskClient], account: str
) -> None:
    hidden = [marker for owner, marker in MARKERS.items() if owner not in OWN.get(account, set())]

    for method, rule in PAGES:
        if method == "GET":
            answer = clients[account].get(_address(rule))
            for marker in hidden:
                assert marker not in _said(answer) + str(answer.headers), (account, rule)


def test_a_bailleur_does_see_its_own_marker(clients: dict[str, FlaskClient]) -> None:
    page = clients["pluralis"].get("/residences").text

    assert MARKERS["pluralis"] in page


def test_anothers_report_and_an_unknown_one_get_the_same_page(
    marked: World, clients: dict[str, FlaskClient]
) -> None:
    theirs = marked.scalar(
        "select id from presence.daily_report where bailleur_id = %s limit 1",
        marked.ids["PLURALIS"],
    )

    # A message waiting from another test's form is said once, and would set the pages apart.
    clients["opac38"].get(f"/rapports-journaliers/{uuid4()}.json")

    answers = [
        clients["opac38"].get(f"/rapports-journaliers/{key}.json") for key in (theirs, uuid4())
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert without_marks(answers[0].text) == without_marks(answers[1].text)


def test_the_own_report_is_served_as_it_was_sealed(
    marked: World, clients: dict[str, FlaskClient]
) -> None:
    own = marked.ids["OPAC38"]
    with marked.superuser() as connection:
        row = connection.execute(
            "select id, content from presence.daily_report where bailleur_id = %s limit 1", (own,)
        ).fetchone()
    assert row is not None

    answer = clients["opac38"].get(f"/rapports-journaliers/{row[0]}.json")

    assert answer.data == row[1]


@pytest.mark.parametrize("account", list(EMAILS))
def test_the_first_page_of_each_role_is_one_it_may_open(
    clients: dict[str, FlaskClient], account: str
) -> None:
    answer = clients[account].get("/", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.request.path != "/connexion"


def _said(answer: TestResponse) -> str:
    if not answer.data.startswith(b"PK"):
        return answer.text
    # A workbook is packed: its parts are read.
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return "".join(book.read(part).decode() for part in book.namelist())


def _address(rule: str) -> str:
    path = re.sub("<uuid:[a-z_]+>", lambda _: str(uuid4()), rule).replace("<int:year>", "2012")
    return re.sub("<string[^>]*:insee_code>", "38053", path)


def _form(client: FlaskClient, method: str) -> dict[str, str] | None:
    if method == "GET":
        return None
    page = client.get("/", follow_redirects=True).text
    return {"csrf_token": csrf_of(page), "soiree": "2013-12-01"}


def _expected(method: str, rule: str, account: str) -> set[int]:
    if account == "anonymous":
        return {303}
    if account not in PAGES[method, rule]:
        return {403}
    if method == "GET":
        return {200, 303} if rule == "/quotes-parts" else {404} if "<uuid" in rule else {200}
    # The door is open: what was sent is incomplete, so it is refused in words, never a 403.
    return {303, 404, 422}
