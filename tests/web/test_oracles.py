"""What another's thing and nothing at all look like: body, headers, length, search, downloads."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.client import OPAC38, caller
from tests.stack import Servers
from tests.web.accounts import ANYBODY, csrf_of, signed_in, without_marks
from tests.web.matrix import PAGES
from tests.worlds import SMALL_DEMO, World, cloned

THEIRS = {
    "/rapports-journaliers/{}.json": "select id from presence.daily_report where bailleur_id = %s",
    "/attestations/{}.json": "select id from presence.service_certificate where bailleur_id = %s",
    "/droits?lieu={}": "select id from presence.residence where bailleur_id = %s",
    "/membres/{}": "select a.id from presence.account a where a.organisation_id = %s",
}
# State that a reading may touch: last uses, and the journal of sign-ins.
READ_TRACES = ("session_auth", "api_token", "account", "security_event")
# Taken away as files, hence noted in the trail (test_residences_page.py, test_follow_up_pages.py).
EXPORTS = ("/residences.xlsx", "/residences.csv", "/suites.csv")


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own."""
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def client(own: World) -> FlaskClient:
    return signed_in(own, "opac38")


def said(answer: TestResponse, key: object) -> tuple[int, str, list[tuple[str, str]]]:
    """Everything an answer says, but the key that was asked and the number to quote."""
    body = without_marks(answer.text.replace(str(key), ""))
    headers = [
        (name, value)
        for name, value in answer.headers.items()
        if name not in {"Set-Cookie", "Date", "Content-Length"}
    ]
    return answer.status_code, body, headers


@pytest.mark.parametrize("path", list(THEIRS))
@pytest.mark.parametrize("header", [{}, {"If-None-Match": '"x"'}, {"Range": "bytes=0-10"}], ids=str)
def test_anothers_and_nothing_get_the_same_page(
    own: World, client: FlaskClient, path: str, header: dict[str, str]
) -> None:
    theirs = own.scalar(f"{THEIRS[path]} limit 1", own.ids["PLURALIS"])
    ghost = uuid4()

    told = [said(client.get(path.format(key), headers=header), key) for key in (theirs, ghost)]

    assert told[0] == told[1]
    assert told[0][0] == 404


@pytest.mark.parametrize("subject", ["residences", "daily-reports"])
def test_anothers_and_nothing_get_the_same_headers_from_the_api(own: World, subject: str) -> None:
    table = subject.replace("-", "_").removesuffix("s")
    theirs = own.scalar(
        f"select id from presence.{table} where bailleur_id = %s limit 1",  # noqa: S608
        own.ids["PLURALIS"],
    )
    reader = caller(own, OPAC38)

    answers = [reader.get(f"{subject}/{key}") for key in (theirs, uuid4())]

    assert [a.status_code for a in answers] == [404, 404]
    assert len(answers[0].data) == len(answers[1].data)
    assert dict(answers[0].headers) == dict(answers[1].headers)


def test_a_word_of_another_and_a_word_of_nobody_find_the_same_page(
    own: World, client: FlaskClient
) -> None:
    theirs = own.scalar(
        "select name from presence.residence where bailleur_id = %s and name not in "
        "(select name from presence.residence where bailleur_id <> %s) limit 1",
        own.ids["PLURALIS"],
        own.ids["PLURALIS"],
    )

    told = []
    for word in (str(theirs), "Zanzibar introuvable"):
        page = client.get("/residences", query_string={"q": word}).text
        told.append(re.sub(r'value="[^"]*"|« [^»]* »', "", page))

    assert told[0] == told[1]


@pytest.mark.parametrize(
    "variant",
    ["//{}", "/{}/", "/{}%00", "/{}.json", "/{}?format=json", "/{}/..%2f{}", "/%2e%2e/{}"],
)
@pytest.mark.parametrize("page", ["exploitation", "soiree"])
def test_a_way_around_the_address_opens_nothing(
    client: FlaskClient, page: str, variant: str
) -> None:
    answer = client.get(variant.replace("{}", page))

    assert answer.status_code in {301, 308, 400, 403, 404}
    assert "Registre des nuits" not in answer.text


@pytest.mark.parametrize(
    "name", ["sort", "filter[amount_cents]", "include", "bailleur_id", "order"]
)
def test_a_query_that_is_not_documented_is_refused(own: World, name: str) -> None:
    answer = caller(own, OPAC38).get("residences", **{name: "1"})

    assert answer.status_code == 422


@pytest.mark.parametrize("header", ["X-Tenant", "X-Bailleur-Id", "X-Organisation"])
def test_a_tenant_said_by_the_caller_changes_nothing(
    own: World, client: FlaskClient, header: str
) -> None:
    usual = client.get("/residences").text
    forged = client.get(
        "/residences", headers={header: str(own.ids["PLURALIS"]), "Cookie2": "bailleur_id=2"}
    ).text

    assert re.sub(r'value="[^"]*"', "", usual) == re.sub(r'value="[^"]*"', "", forged)


def test_a_file_is_refused_once_signed_out(own: World) -> None:
    reader = signed_in(own, "opac38")
    key = own.scalar(
        "select id from presence.daily_report where bailleur_id = %s limit 1", own.ids["OPAC38"]
    )
    before = reader.get(f"/rapports-journaliers/{key}.json").status_code
    reader.post("/deconnexion", data={"csrf_token": csrf_of(reader.get("/compte").text)})

    assert (before, reader.get(f"/rapports-journaliers/{key}.json").status_code) == (200, 303)


@pytest.mark.parametrize("account", ANYBODY)
def test_reading_every_page_changes_no_row(own: World, account: str) -> None:
    reader = signed_in(own, account)
    before = _fingerprint(own)

    for method, rule in PAGES:
        if method == "GET" and rule not in EXPORTS:
            path = re.sub("<uuid:[a-z_]+>", str(uuid4()), rule).replace("<int:year>", "2012")
            reader.get(path)

    assert _fingerprint(own) == before


def _fingerprint(world: World) -> dict[str, str]:
    with world.superuser() as connection:
        tables = [
            str(row[0])
            for row in connection.execute(
                "select relname from pg_class where relnamespace = 'presence'::regnamespace "
                "and relkind in ('r', 'p') and not relispartition order by 1"
            )
        ]
        found = {}
        for table in set(tables) - set(READ_TRACES):
            row = connection.execute(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) "  # noqa: S608
                f"from presence.{table} t".encode()
            ).fetchone()
            found[table] = str(row and row[0])
    return found
