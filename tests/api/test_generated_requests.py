"""Requests generated out of the OpenAPI document, sent as every account: refused or answered, as
the document says, and never a server's error.

The edges are each bound, each missing and each mistyped part of an operation, the same every time;
the draws are whatever fits the document, and what does not. Three requests in four name places,
records and days that exist, or nothing would pass the first look-up. What they record is recorded.
`PRESENCE_GENERATED_EXAMPLES=200` draws that many per operation, and sends every edge as everybody.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, Response, openapi
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
)

from presence.api.answers import TITLES
from tests.api.client import caller
from tests.stack import Servers
from tests.web.accounts import ANYBODY, EMAILS
from tests.web.matrix import API
from tests.worlds import SMALL_DEMO, World, cloned

Known = dict[str, list[str]]

MORE = int(os.environ.get("PRESENCE_GENERATED_EXAMPLES", "0"))
DRAWS = MORE or 12
# Refusals that any operation may give; nothing else than these and what it documents.
REFUSALS = set(TITLES) - {429, 500, 503}
# What a closed door may answer: who, or not you, or no such address at all.
CLOSED = {400, 401, 403, 404, 405}
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
# A batch is taken in whatever its items are, each one answered for itself.
LENIENT = {"field/sync"}
IDS = {
    "residence_id": "select id from presence.residence order by code, id limit 12",
    "entrance_id": "select id from presence.entrance order by rank, id limit 12",
    "intervention_id": "select id from presence.intervention order by started_at desc limit 6",
    "interventions": "select id from presence.intervention order by started_at desc limit 6",
    "call_id": "select id from presence.call order by called_at desc limit 6",
    "report_id": "select id from presence.daily_report order by evening_on desc limit 6",
    "bilan_id": "select id from presence.release",
    "agreement_id": "select id from presence.sharing_agreement",
    "scheme": "select public_id from presence.scheme",
    "bailleur": "select public_id from presence.organisation order by id",
}
DAYS = ["2013-12-04", "2013-12-05", "2014-03-01", "2009-01-01", "2013-11-30"]
PLAUSIBLE = {
    re.compile(r"\d{4}-\d{2}-\d{2}"): DAYS,
    re.compile(r"\d{4}-\d{2}-\d{2}T.+"): ["2013-12-04T20:42:00+01:00", "2013-12-04T22:10:00Z"],
    re.compile(r"\d{4}-\d{2}"): ["2013-11", "2013-12", "2014-01"],
}
PARAMETER = re.compile(r"<(?:[^:>]+:)?(\w+)>")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LINE = "agence;code;nom;adresse;insee;logements;qpv;entrees\nBourgoin;{};{};1 rue;38053;{};;Hall\n"


@pytest.fixture(scope="module")
def generated(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own."""
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def document(generated: World) -> BaseSchema:
    """The document, as the application serves it."""
    return openapi.from_wsgi("/api/v1/openapi.json", generated.app)


@pytest.fixture(scope="module")
def headers(generated: World) -> dict[str, dict[str, str]]:
    """What each account sends to say who it is, « anonymous » nothing."""
    return {who: caller(generated, EMAILS.get(who)).headers for who in ANYBODY}


@pytest.fixture(scope="module")
def known(generated: World) -> Known:
    """Identifiers of every bailleur's, by the names under which they are sent."""
    with generated.superuser() as connection:
        return {
            name: [str(row[0]) for row in connection.execute(statement.encode())]
            for name, statement in IDS.items()
        }


@pytest.mark.parametrize(("method", "rule"), list(API), ids=str)
def test_the_edges_of_an_operation_are_answered_as_documented(
    document: BaseSchema, headers: dict[str, dict[str, str]], known: Known, method: str, rule: str
) -> None:
    operation = operation_of(document, method, rule)
    found = []

    for number, case in enumerate(cases(operation, HypothesisTestMode.COVERAGE)):
        brought_closer(case, known, number)
        for who in ANYBODY if MORE else in_turn(API[method, rule], number):
            found += faults(case, who, headers[who], rule, number)

    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize(("method", "rule"), list(API), ids=str)
def test_whatever_is_drawn_for_an_operation_is_answered_as_documented(
    document: BaseSchema, headers: dict[str, dict[str, str]], known: Known, method: str, rule: str
) -> None:
    operation = operation_of(document, method, rule)
    found = []

    for number, case in enumerate(cases(operation, HypothesisTestMode.FUZZING)):
        brought_closer(case, known, number)
        for who in ANYBODY:
            found += faults(case, who, headers[who], rule, number)

    assert not found, "\n".join(found[:20])


def operation_of(document: BaseSchema, method: str, rule: str) -> APIOperation:
    """The operation that documents a rule of the application."""
    path: str = PARAMETER.sub(r"{\1}", rule)
    found: APIOperation = document[f"/api/v1/{path}"][method]
    return found


def cases(operation: APIOperation, mode: HypothesisTestMode) -> list[Case]:
    """What Schemathesis makes of an operation, the same at every run.

    Made before any is sent: what a state change answers the second time is no flaw to shrink.
    """
    made: list[Case] = []

    def keep(case: Case) -> None:
        made.append(case)

    config = HypothesisTestConfig(
        project=operation.schema.config,
        modes=[mode],
        settings=settings(
            max_examples=DRAWS,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    create_test(operation=operation, test_func=keep, config=config)()
    return made


def in_turn(opened: tuple[str, ...], number: int) -> list[str]:
    """One account that the door opens to and one that it does not, each in its turn."""
    closed = [who for who in ANYBODY if who not in opened]
    return [opened[number % len(opened)], closed[number % len(closed)]]


def brought_closer(case: Case, known: Known, number: int) -> None:
    """Name in a request, three times in four, what exists."""
    if number % 4 == 0:
        return
    case.path_parameters = closer(case.path_parameters, "", known, number)
    case.query = closer(case.query, "", known, number)
    if case.media_type == "text/csv" and isinstance(case.body, str):
        case.body = LINE.format(f"GEN-{number}", case.body, number * 700)
    else:
        case.body = closer(case.body, "", known, number)


def closer(value: Any, name: str, known: Known, number: int) -> Any:
    """The same value; what it holds of well-written identifiers and dates made plausible."""
    if isinstance(value, dict):
        return {key: closer(part, key, known, number) for key, part in value.items()}
    if isinstance(value, list):
        return [closer(part, name, known, number + rank) for rank, part in enumerate(value)]
    if name == "day" and isinstance(value, str):
        return DAYS[number % len(DAYS)]
    if isinstance(value, str):
        if UUID.fullmatch(value) and name in known:
            return known[name][number % len(known[name])]
        for written, choices in PLAUSIBLE.items():
            if written.fullmatch(value):
                return choices[number % len(choices)]
    return value


def faults(case: Case, who: str, headers: dict[str, str], rule: str, number: int) -> list[str]:
    """What is wrong with the answer that an account gets."""
    # Each case comes from an address of its own: strangers are counted by address.
    address = {"REMOTE_ADDR": f"198.18.{number // 250 % 250}.{number % 250}"}
    response = case.call(headers=headers, environ_base=address)
    checks = [*CHECKS, negative_data_rejection] if rule not in LENIENT else CHECKS
    wrong = []
    try:
        case.validate_response(response, checks=checks, headers=headers)
    except FailureGroup as group:
        wrong = [f"{type(one).__name__}: {str(one)[:300]}" for one in group.exceptions]
    wrong += list(undocumented(case, response))
    if who not in API.get((case.method, rule), ()) and response.status_code not in CLOSED:
        wrong.append("a closed door answered")
    sent = f"{who}: {case.method} {case.formatted_path} {case!r}"[:1000]
    return [f"{sent}\n  {response.status_code} {response.text[:200]}\n  {one}" for one in wrong]


def undocumented(case: Case, response: Response) -> Iterator[str]:
    """A status that the document does not give, and that is no refusal."""
    given = {int(code) for code in case.operation.definition.raw["responses"] if code.isdigit()}
    if response.status_code not in given | REFUSALS:
        yield f"{response.status_code} is not documented"
