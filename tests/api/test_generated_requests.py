"""Requests generated out of the OpenAPI document, sent as every account: refused or answered, as
the document says, and never a server's error.

The edges are each bound, each missing and each mistyped part of an operation, the same every time;
the draws are whatever fits the document, and what does not. Three requests in four name places,
records and days that exist, or nothing would pass the first look-up. What they record is recorded.
`PRESENCE_GENERATED_EXAMPLES=200` draws that many per operation, and sends every edge as everybody.
"""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from tests.api.whole import PARAMETER, Whole, wholes
from tests.stack import Servers
from tests.web.accounts import ANYBODY, EMAILS
from tests.web.matrix import API
from tests.worlds import SMALL_DEMO, World, cloned

AnyOperation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[AnyOperation]

MORE = int(os.environ.get("PRESENCE_GENERATED_EXAMPLES", "0"))
DRAWS = MORE or 12
# Refusals that any operation may give; nothing else than these and what it documents.
REFUSALS = set(TITLES) - {429, 500, 503}
# What a closed door may answer: who, or not you, or no such address at all.
CLOSED = {400, 401, 403, 404, 405}
# The lead bailleur's door is behind the shape of what is sent: another one hears of its faults.
SHAPED_FIRST = {"costs", "subsidies", "sharing-keys"}
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
# A batch is taken in whatever its items are, each one answered for itself.
LENIENT = {"field/sync"}
# Calls and the interventions that followed them in the same order: one of each goes with the other.
FOLLOWED = "from presence.call where intervention_id is not null order by called_at desc limit 6"
IDS = {
    "residence_id": "select id from presence.residence order by code, id limit 12",
    "entrance_id": "select id from presence.entrance order by rank, id limit 12",
    "call_id": f"select id {FOLLOWED}",
    "intervention_id": f"select intervention_id {FOLLOWED}",
    "interventions": "select id from presence.intervention where evening_on = '2013-12-04'",
    "report_id": "select id from presence.daily_report order by evening_on desc limit 6",
    "follow_up_id": "select id from presence.follow_up order by due_on, id",
    "responsible_id": "select id from presence.account where email like 'responsable@%'",
    "note_id": "select id from presence.site_note order by written_at, id limit 12",
    "code_id": "select id from presence.access_code order by label, id limit 12",
    "request_id": "select id from presence.visit_request order by id",
    "bilan_id": "select id from presence.release",
    "agreement_id": "select id from presence.sharing_agreement",
    "agent_id": "select id from presence.agent order by display_name",
    "to_agent_id": "select id from presence.agent order by display_name desc",
    "team_id": "select id from presence.team order by name",
    "shift_id": "select id from presence.shift order by evening_on desc, id limit 8",
    "swap_id": "select id from presence.shift_swap",
    "link_id": "select id from presence.calendar_link",
    "import_id": "select id from presence.place_import order by created_at, id",
    "scheme": "select public_id from presence.scheme",
    "bailleur": "select public_id from presence.organisation where kind = 'bailleur' order by id",
}
DAYS = ["2013-12-04", "2009-01-01", "2010-06-01", "2013-12-05", "2014-03-01", "2013-11-30"]
DATES = {
    re.compile(r"\d{4}-\d{2}-\d{2}"): DAYS,
    re.compile(r"\d{4}-\d{2}-\d{2}T.+"): ["2013-12-04T20:42:00+01:00", "2013-12-04T22:10:00Z"],
    re.compile(r"\d{4}-\d{2}"): ["2013-11", "2013-12", "2014-01"],
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
COLUMNS = ["agence", "code", "nom", "adresse", "insee", "logements"]


@dataclass(frozen=True)
class Known:
    """What exists."""

    ids: dict[str, list[str]]
    bases: dict[tuple[str, str], Whole]


@pytest.fixture(scope="module")
def generated(servers: Servers) -> Iterator[World]:
    """A demonstration of this module's own."""
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def document(generated: World) -> BaseSchema:
    """The document, as the application serves it."""
    made = openapi.from_wsgi("/api/v1/openapi.json", generated.app)
    # Who asks is ours to say: a mistyped token would be replaced, and its refusal awaited.
    made.config.generation.with_security_parameters = False
    return made


@pytest.fixture(scope="module")
def headers(generated: World) -> dict[str, dict[str, str]]:
    """What each account sends to say who it is, « anonymous » nothing."""
    return {who: caller(generated, EMAILS.get(who)).headers for who in ANYBODY}


@pytest.fixture(scope="module")
def known(generated: World) -> Known:
    """Identifiers of every bailleur's by the names that they are sent under; what is accepted."""
    with generated.superuser() as connection:
        ids = {
            name: [str(row[0]) for row in connection.execute(statement.encode())]
            for name, statement in IDS.items()
        }
    return Known(ids, wholes(generated))


@pytest.mark.parametrize(("method", "rule"), list(API), ids=str)
def test_the_edges_of_an_operation_are_answered_as_documented(
    document: BaseSchema, headers: dict[str, dict[str, str]], known: Known, method: str, rule: str
) -> None:
    operation = operation_of(document, method, rule)
    found = []

    for number, case in enumerate(cases(operation, HypothesisTestMode.COVERAGE)):
        brought_closer(case, known, rule, number)
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
        brought_closer(case, known, rule, number)
        # The matrix asks every account at every door; here each has its turn.
        for who in ANYBODY if MORE else in_turn(API[method, rule], number):
            found += faults(case, who, headers[who], rule, number)

    assert not found, "\n".join(found[:20])


def operation_of(document: BaseSchema, method: str, rule: str) -> AnyOperation:
    """The operation that documents a rule of the application."""
    path: str = PARAMETER.sub(r"{\1}", rule)
    found: AnyOperation = document[f"/api/v1/{path}"][method]
    return found


def cases(operation: AnyOperation, mode: HypothesisTestMode) -> list[AnyCase]:
    """What Schemathesis makes of an operation, the same at every run.

    Made before any is sent: what a state change answers the second time is no flaw to shrink.
    """
    made: list[AnyCase] = []

    def keep(case: AnyCase) -> None:
        made.append(case)

    config = HypothesisTestConfig(
        project=operation.schema.config,
        modes=[mode],
        settings=settings(
            max_examples=DRAWS,
            # The suite draws the same every time; a longer hunt draws anew.
            derandomize=not MORE,
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


def brought_closer(case: AnyCase, known: Known, rule: str, number: int) -> None:
    """Name in a request what exists; or spoil by it, a part at a time, what is accepted whole."""
    base = known.bases.get((case.method, rule))
    if number % 4 == 0:
        return
    if number % 4 == 1 and base and isinstance(case.body, dict):
        names = [*case.body, ""]
        name = names[number // 4 % len(names)]
        part = {name: closer(case.body[name], name, known, number)} if name else {}
        case.path_parameters = dict(base.parameters)
        case.body = base.body | part
        return
    case.path_parameters = closer(case.path_parameters, "", known, number)
    case.query = closer(case.query, "", known, number)
    if case.media_type == "text/csv" and isinstance(case.body, str):
        case.body = csv_of(f"GEN-{number}", case.body or "Les Ifs", number)
    else:
        case.body = closer(case.body, "", known, number)


def closer(value: Any, name: str, known: Known, number: int) -> Any:
    """The same value; what it holds of well-written identifiers and dates made plausible."""
    if isinstance(value, dict):
        return {
            key: closer(part, key, known, number + rank)
            for rank, (key, part) in enumerate(value.items())
        }
    if isinstance(value, list):
        return [closer(part, name, known, number + rank) for rank, part in enumerate(value)]
    choices = plausible(value, name, known)
    return choices[number % len(choices)] if choices else value


def plausible(value: object, name: str, known: Known) -> Sequence[object]:
    """What may stand for a value under a name, nothing for what is not well written."""
    if name == "year" and isinstance(value, int):
        return [2012, 2013, 2014]
    if not isinstance(value, str):
        return []
    if UUID.fullmatch(value):
        return known.ids.get(name, [])
    if name == "day":
        return DAYS
    return next((given for written, given in DATES.items() if written.fullmatch(value)), [])


def csv_of(code: str, name: str, dwellings: int) -> str:
    """A file of one residence."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(
        [COLUMNS, ["Bourgoin", code, name, "1 rue Neuve", "38053", dwellings]]
    )
    return text.getvalue()


def faults(case: AnyCase, who: str, headers: dict[str, str], rule: str, number: int) -> list[str]:
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
    closed = CLOSED | ({422, 415} if rule in SHAPED_FIRST else set())
    if who not in API.get((case.method, rule), ()) and response.status_code not in closed:
        wrong.append("a closed door answered")
    sent = f"{who}: {case.method} {case.formatted_path} {case!r}"[:1000]
    return [f"{sent}\n  {response.status_code} {response.text[:200]}\n  {one}" for one in wrong]


def undocumented(case: AnyCase, response: Response) -> Iterator[str]:
    """A status that the document does not give, and that is no refusal."""
    given = {int(code) for code in case.operation.definition.raw["responses"] if code.isdigit()}
    if response.status_code not in given | REFUSALS:
        yield f"{response.status_code} is not documented"
