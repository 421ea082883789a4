"""What a hostile client adds, doubles, disguises or smuggles in, at every operation that reads
JSON: refused as such, and nothing is stored (T41, T42, T76)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Caller, body, caller, said
from tests.api.whole import AT, PARAMETER, READING, Whole, path_of, wholes
from tests.stack import Servers
from tests.web.accounts import EMAILS
from tests.worlds import SMALL_DEMO, World, cloned

Changed = Iterator[tuple[str, Any]]

# Columns of the tables behind, and what an answer shows: nobody is asked for any of these.
ADDED: dict[str, object] = {
    "bailleur_id": 2, "prestataire_id": 3, "scheme_id": 1, "account_id": str(uuid4()),
    "organisation_id": 2, "id": str(uuid4()), "role": "management", "signed_at": AT,
    "received_at": AT, "evening_on": "2013-12-01", "state": "closed", "version": 2,
    "net_cents": 1, "montant": 1, "content_hash": "0" * 64, "__proto__": {"role": "operator"},
}  # fmt: skip
# People's own words: any writing is theirs.
FREE = {"label", "name", "signer", "body", "job", "access_means", "document", "code",
        "reason", "address", "agency", "why", "note", "details", "answer", "fact",
        "result"}  # fmt: skip
# The operator is of no bailleur: every organisation is its own to name.
ANYBODYS = {"organisations/bailleurs", "memberships", "service-hours"}
THEIRS = {
    "residence_id": "select id from presence.residence where bailleur_id = %s limit 1",
    "entrance_id": "select id from presence.entrance where bailleur_id = %s limit 1",
    "call_id": "select id from presence.call where bailleur_id = %s limit 1",
    "intervention_id": "select id from presence.intervention where bailleur_id = %s "
    "and evening_on = '2013-12-04' limit 1",
}
OTHER_SCHEME = {
    "scheme": "select public_id from presence.scheme where name = 'Autre'",
    "agreement": "select a.id from presence.sharing_agreement a "
    "join presence.scheme s on s.id = a.scheme_id where s.name = 'Autre'",
}
# Of a prestataire that serves nobody here.
OTHER_PROVIDER = {
    "agent_id": "select from_agent_id from presence.shift_swap where reason = 'Ailleurs'",
    "to_agent_id": "select to_agent_id from presence.shift_swap where reason = 'Ailleurs'",
    "team_id": "select id from presence.team where name = 'Ailleurs'",
    "shift_id": "select shift_id from presence.shift_swap where reason = 'Ailleurs'",
    "swap_id": "select id from presence.shift_swap where reason = 'Ailleurs'",
    "plan_id": "select id from presence.round_plan where error = 'Ailleurs'",
    "supersedes_id": "select id from presence.team_note where body = 'Ailleurs'",
    "stop_id": "select id from presence.round_stop where given_up_why = 'Ailleurs'",
}
THEIRS["account_id"] = "select id from presence.account where organisation_id = %s limit 1"
THEIRS["request_id"] = "select id from presence.visit_request where bailleur_id = %s limit 1"
THEIRS["building_id"] = "select id from presence.building where bailleur_id = %s limit 1"
THEIRS["residences"] = THEIRS["archive"] = THEIRS["residence_id"]
THEIRS["import_id"] = "select id from presence.place_import where bailleur_id = %s limit 1"
THEIRS["follow_up_id"] = "select id from presence.follow_up where bailleur_id = %s limit 1"
THEIRS["responsible_id"] = THEIRS["account_id"]
THEIRS["source_id"] = THEIRS["intervention_id"]
THEIRS["dispute_id"] = "select id from presence.dispute where bailleur_id = %s"
THEIRS["anomaly_id"] = "select id from presence.anomaly where bailleur_id = %s limit 1"
THEIRS["report_id"] = "select id from presence.daily_report where bailleur_id = %s limit 1"
THEIRS["line_id"] = "select id from presence.visit where bailleur_id = %s limit 1"
THEIRS["interventions"] = THEIRS["intervention_id"]
THEIRS["replaces"] = "select id from presence.site_note where bailleur_id = %s limit 1"
# What names a request of another's, for each operation that asks for a name.
KEYS = {
    "visits": "select id from presence.visit where bailleur_id = %s limit 1",
    "calls": THEIRS["call_id"],
    "events": THEIRS["intervention_id"],
    "summonses": "select id from presence.summons where bailleur_id = %s limit 1",
    "visit-requests": THEIRS["request_id"],
    "follow-ups": THEIRS["follow_up_id"],
    "disputes": THEIRS["dispute_id"],
}


@pytest.fixture(scope="module")
def untouched(servers: Servers) -> Iterator[World]:
    """A demonstration that no refused request changes."""
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def elsewhere(servers: Servers) -> Iterator[World]:
    """A demonstration where Pluralis has no contract any more, and a scheme of its own."""
    with cloned(servers, SMALL_DEMO) as world:
        part(world)
        yield world


@pytest.fixture(scope="module")
def theirs(elsewhere: World) -> dict[str, str]:
    """Identifiers of Pluralis, and of the scheme that is nobody's here."""
    found = {
        name: str(elsewhere.scalar(statement, elsewhere.ids["PLURALIS"]))
        for name, statement in THEIRS.items()
    }
    others = OTHER_SCHEME | OTHER_PROVIDER
    return found | {name: str(elsewhere.scalar(query)) for name, query in others.items()}


at_each = pytest.mark.parametrize(("method", "rule"), READING, ids=str)


def test_the_bases_are_those_of_every_operation_that_reads_json(shared_demo: World) -> None:
    paths = body(caller(shared_demo, None).get("openapi.json"), 200)["paths"]
    documented = {
        (method.upper(), path.removeprefix("/api/v1/"))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and "application/json" in json.dumps(operation.get("requestBody"))
    }

    named = {
        (
            method,
            path_of(rule, {name: f"{{{name}}}" for name in PARAMETER.findall(rule)}),
        )
        for method, rule in READING
    }

    assert named == documented
    assert set(wholes(shared_demo)) == set(READING)


@at_each
def test_a_base_is_accepted_and_stored(demo: World, method: str, rule: str) -> None:
    base, who = met(demo, method, rule)
    before = stored(demo)

    answer = send(who, method, rule, base, base.body)

    assert answer.status_code in {200, 201, 202, 207}, answer.text
    assert not refused_inside(answer), answer.text
    assert stored(demo) != before


@at_each
def test_a_field_that_nobody_asks_for_is_refused_and_nothing_is_stored(
    untouched: World, method: str, rule: str
) -> None:
    base, who = met(untouched, method, rule)
    before = stored(untouched)

    for name, value in ADDED.items():
        for where, spoiled in enlarged(base.body, name, value):
            assert where in faulty(send(who, method, rule, base, spoiled)), (where, spoiled)

    assert stored(untouched) == before


@at_each
def test_a_key_said_twice_is_refused_and_nothing_is_stored(
    untouched: World, method: str, rule: str
) -> None:
    base, who = met(untouched, method, rule)
    before = stored(untouched)

    for text in doubled(json.dumps(base.body or {"signer": "Nadia"})):
        answer = who.raw(method, path_of(rule, base.parameters), text.encode())
        assert "deux fois" in said(answer, 400)["detail"], text

    assert stored(untouched) == before


@at_each
def test_an_endless_value_is_refused_and_nothing_is_stored(
    untouched: World, method: str, rule: str
) -> None:
    base, who = met(untouched, method, rule)
    path = path_of(rule, base.parameters)
    before = stored(untouched)

    for name in base.body or {"signer": ""}:
        whole = json.dumps(base.body | {name: "HERE"})
        for value in ("9" * 5000, "-" + "9" * 19, "[" * 50_000, '{"a":' * 50_000, "NaN", "1e999"):
            answer = who.raw(method, path, whole.replace('"HERE"', value).encode())
            assert answer.status_code in {400, 422}, (name, value[:20], answer.text)
        deep = who.raw(method, path, whole.replace('"HERE"', "[" * 400 + "]" * 400).encode())
        assert deep.status_code in {400, 422} or refused_inside(deep), (name, deep.text)

    assert stored(untouched) == before


@at_each
def test_a_lookalike_is_not_the_real_thing(untouched: World, method: str, rule: str) -> None:
    base, who = met(untouched, method, rule)
    before = stored(untouched)

    for where, spoiled in disguised(base.body):
        answer = send(who, method, rule, base, spoiled)
        # A batch names one fault for each item: here it may be the field that is missing.
        assert where in faulty(answer) or refused_inside(answer), (where, spoiled)

    assert stored(untouched) == before


@pytest.mark.parametrize(
    ("method", "rule"), [each for each in READING if each[1] not in ANYBODYS], ids=str
)
def test_what_is_another_s_is_refused_like_what_does_not_exist(
    elsewhere: World, theirs: dict[str, str], method: str, rule: str
) -> None:
    base, who = met(elsewhere, method, rule)
    before = stored(elsewhere)

    for name in identifiers(elsewhere, method, rule):
        told = []
        for given in (theirs[name], str(uuid4())):
            parameters = base.parameters | ({name: given} if name in base.parameters else {})
            sent = base.body if name in base.parameters else swapped(base.body, name, given)
            answer = who.send(method, path_of(rule, parameters), sent, "new")
            told.append(neutral(answer, given))
            if name in base.parameters:
                assert answer.status_code == 404, (name, answer.text)
            else:
                assert name in {where.rsplit(".", 1)[-1] for where in faulty(answer)}, name
        assert told[0] == told[1], name

    assert stored(elsewhere) == before


@pytest.mark.parametrize("rule", list(KEYS))
def test_a_key_that_another_has_used_tells_nothing(demo: World, rule: str) -> None:
    part(demo)
    base, who = met(demo, "POST", rule)
    key = demo.scalar(KEYS[rule], demo.ids["PLURALIS"])

    answer = who.send("POST", rule, base.body, key)

    assert body(answer, 201)["id"] == str(key)


@pytest.mark.parametrize(
    ("account", "method", "path"),
    [
        ("opac38", "POST", "sharing-agreements/{agreement}/signature"),
        ("opac38", "DELETE", "sharing-agreements/{agreement}/signature"),
        ("opac38", "GET", "allocations/2013?scheme={scheme}"),
        ("opac38", "GET", "evenings/2013-12-04?scheme={scheme}"),
        ("leader", "GET", "evenings/2013-12-04?scheme={scheme}"),
        ("opac38", "POST", "residences/imports?scheme={scheme}"),
    ],
)
def test_another_scheme_is_one_that_does_not_exist(
    elsewhere: World, theirs: dict[str, str], account: str, method: str, path: str
) -> None:
    who = caller(elsewhere, EMAILS[account])
    before = stored(elsewhere)

    told = []
    for given in (theirs, dict.fromkeys(theirs, str(uuid4()))):
        where = path.format(**given)
        answer = (
            who.raw(method, where, b"agence;code;nom;adresse;insee;logements\n", "text/csv")
            if "imports" in path
            else who.send(method, where, None)
        )
        told.append((answer.status_code, neutral(answer, "")))

    assert told[0] == told[1]
    assert told[0][0] in {404, 422}
    assert stored(elsewhere) == before


def met(world: World, method: str, rule: str) -> tuple[Whole, Caller]:
    """An operation's base, and who sends it."""
    base = wholes(world)[method, rule]
    return base, caller(world, EMAILS[base.who])


def send(who: Caller, method: str, rule: str, base: Whole, sent: object) -> TestResponse:
    return who.send(method, path_of(rule, base.parameters), sent, "new")


def faulty(answer: TestResponse) -> set[str]:
    """The fields that a refusal names, those of a batch's item as they are in the batch."""
    if answer.status_code == 207:
        items = body(answer, 207)["items"]
        return {f"items.{rank}.{item['field']}" for rank, item in enumerate(items)}
    return {fault["field"] for fault in body(answer, 422)["errors"]}


def refused_inside(answer: TestResponse) -> bool:
    """Whether a batch was taken in, and every item refused."""
    return answer.status_code == 207 and all(
        item["status"] == 422 for item in body(answer, 207)["items"]
    )


def neutral(answer: TestResponse, given: str) -> str:
    """An answer without its number and without what was sent."""
    found = answer.get_json(force=True)
    found.pop("correlation_id", None)
    return json.dumps(found).replace(given, "…") if given else json.dumps(found)


def stored(world: World) -> dict[str, str]:
    """A mark of each table's rows, but for the tokens: their last use is written in them.

    A row is known by its place and by the transaction that wrote it: whatever is written, even
    the same values again, changes the mark.
    """
    with world.superuser() as connection:
        tables = connection.execute(
            "select relname from pg_class where relnamespace = 'presence'::regnamespace "
            "and relkind in ('r', 'p') and not relispartition and relname <> 'api_token'"
        ).fetchall()
        marks = " union all ".join(
            f"select '{name}', count(*) || ' ' || coalesce(sum(hashtextextended("  # noqa: S608
            f"t.tableoid::text || t.ctid::text || t.xmin::text, 0)::numeric), 0) "
            f"from presence.{name} t"
            for (name,) in tables
        )
        return {str(name): str(mark) for name, mark in connection.execute(marks.encode())}


def enlarged(value: Any, name: str, added: object, path: str = "") -> Changed:
    """A body with a field more in each of its objects, one at a time, and where that is."""
    if isinstance(value, dict):
        yield f"{path}{name}", value | {name: added}
    for key, part in parts_of(value):
        for where, changed in enlarged(part, name, added, f"{path}{key}."):
            yield where, put(value, key, changed)


def disguised(value: Any, path: str = "") -> Changed:
    """A body with a name or a code written in letters that look alike, one at a time."""
    if isinstance(value, str):
        yield path.removesuffix("."), wide(value)
        yield path.removesuffix("."), f"{value}\u200b"
    for key, part in parts_of(value):
        if isinstance(key, str):
            yield f"{path}{wide(key)}", {wide(k) if k == key else k: v for k, v in value.items()}
        if key not in FREE:
            for where, changed in disguised(part, f"{path}{key}."):
                yield where, put(value, key, changed)


def parts_of(value: Any) -> list[tuple[Any, Any]]:
    """The parts of an object or of a list, and where each one is."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def put(value: Any, key: Any, part: object) -> Any:
    """The same object or list with another part."""
    changed = value.copy()
    changed[key] = part
    return changed


def wide(text: str) -> str:
    """The same text to a reader's eye: its letters and digits of full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isalnum() and c.isascii() else c for c in text)


def doubled(text: str) -> Iterator[str]:
    """A JSON text with the first key of each of its objects said twice, one at a time."""
    for start, letter in enumerate(text):
        if letter == "{":
            key = text[start + 1 : text.index(":", start)]
            yield f"{text[: start + 1]}{key}: null, {text[start + 1 :]}"


def identifiers(world: World, method: str, rule: str) -> set[str]:
    """The names under which an operation takes identifiers, in its path and in its body."""
    document = body(caller(world, None).get("openapi.json"), 200)
    base = wholes(world)[method, rule]
    path = "/api/v1/" + path_of(rule, {name: f"{{{name}}}" for name in base.parameters})
    content = document["paths"][path][method.lower()]["requestBody"]["content"]
    shapes = document["components"]["schemas"]
    named = set(uuids("", content["application/json"]["schema"], shapes))
    return (named | set(base.parameters)) - {"client_id", "day"}


def uuids(name: str, shape: dict[str, Any], shapes: dict[str, Any]) -> Iterator[str]:
    """The properties of a shape that are identifiers."""
    if "$ref" in shape:
        shape = shapes[shape["$ref"].rsplit("/", 1)[1]]
    if shape.get("format") == "uuid":
        yield name
    for key, part in shape.get("properties", {}).items():
        yield from uuids(key, part, shapes)
    for part in [*shape.get("anyOf", []), shape.get("items", {})]:
        if part:
            yield from uuids(name, part, shapes)


def swapped(value: Any, name: str, given: str) -> Any:
    """A body with an identifier in place of its own, wherever it stands under that name."""
    if name == "entrance_id" and "items" in value:
        return {"items": [item | {name: given} for item in value["items"]]}
    if isinstance(value.get(name), list):
        return value | {name: [value[name][0], given]}
    return value | {name: given}


def part(world: World) -> None:
    """End the contract of Pluralis with the prestataire, and open it a scheme of its own."""
    pluralis = world.ids["PLURALIS"]
    with world.superuser() as connection:
        connection.execute(
            "update presence.contract set valid_during = daterange('2012-01-01', '2013-12-01') "
            "where bailleur_id = %s",
            (pluralis,),
        )
        connection.execute(
            "insert into presence.scheme "
            "(public_id, name, territory_id, territory_name, lead_bailleur_id, oncall_number) "
            "select gen_random_uuid(), 'Autre', territory_id, territory_name, %s, oncall_number "
            "from presence.scheme limit 1",
            (pluralis,),
        )
        connection.execute(
            "insert into presence.sharing_agreement "
            "(id, indicators, audience, wording, valid_during, proposed_at, scheme_id) "
            "select gen_random_uuid(), indicators, audience, wording, valid_during, proposed_at, "
            "(select max(id) from presence.scheme) from presence.sharing_agreement limit 1"
        )
        connection.execute(
            "with own as (insert into presence.organisation (public_id, kind, name, code) values "
            "(gen_random_uuid(), 'prestataire', 'Ailleurs', 'AILLEURS') returning id), "
            "people as (insert into presence.agent (id, display_name, job_kind, prestataire_id) "
            "select gen_random_uuid(), name, 'mediator', own.id "
            "from own, unnest('{Un, Deux}'::text[]) name returning id), "
            "pair as (select (array_agg(id))[1] one, (array_agg(id))[2] two from people), "
            "team as (insert into presence.team (id, scheme_id, name, prestataire_id) "
            "select gen_random_uuid(), (select max(id) from presence.scheme), 'Ailleurs', own.id "
            "from own returning id, scheme_id, prestataire_id), "
            "shift as (insert into presence.shift "
            "(id, scheme_id, team_id, agent_id, evening_on, during, prestataire_id) "
            "select gen_random_uuid(), scheme_id, id, one, '2013-12-07', "
            "'[2013-12-07 16:00Z, 2013-12-07 22:00Z)', prestataire_id from team, pair "
            "returning id, prestataire_id) "
            "insert into presence.shift_swap "
            "(id, shift_id, from_agent_id, to_agent_id, reason, prestataire_id) "
            "select gen_random_uuid(), shift.id, one, two, 'Ailleurs', prestataire_id "
            "from shift, pair"
        )
        connection.execute(
            "with plan as (insert into presence.round_plan "
            "(id, scheme_id, evening_on, version, state, seed, error, prestataire_id) "
            "select gen_random_uuid(), scheme_id, '2013-12-07', 1, 'draft', 1, 'Ailleurs', "
            "prestataire_id from presence.team where name = 'Ailleurs' "
            "returning id, prestataire_id) "
            "insert into presence.round_stop (id, round_plan_id, rank, bailleur_id, residence_id, "
            "entrance_id, minutes, opens_at, closes_at, source, reasons, given_up_why, "
            "prestataire_id) select gen_random_uuid(), plan.id, 0, s.bailleur_id, s.residence_id, "
            "s.entrance_id, s.minutes, s.opens_at, s.closes_at, s.source, s.reasons, 'Ailleurs', "
            "plan.prestataire_id from plan, (select * from presence.round_stop limit 1) s"
        )
        connection.execute(
            "insert into presence.team_note (id, scheme_id, evening_on, audience, body, "
            "author_name, content_hash, prestataire_id) select gen_random_uuid(), scheme_id, "
            "'2013-12-04', 'provider', 'Ailleurs', 'Un', '', prestataire_id "
            "from presence.team where name = 'Ailleurs'"
        )
