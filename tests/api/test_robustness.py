"""Whatever a client sends, no answer is a server's error."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.client import LEADER, OPAC38, OPERATOR, Caller, body, caller
from tests.worlds import World

NASTY: list[Any] = [
    None, True,
    -1, 0, 10**17, -(10**17), 1.5, 1e308, "", " ", "\0", "\ud800", "é" * 300, "x" * 5000,
    "0001-01-01", "9999-12-31", "2013-02-30", "2013-12-04T25:00:00Z", "9999-12-31T23:59:59-14:00",
    "2013-12-04T20:00:00.123456789+01:00", "2013-12-04T20:00:00+01:00:30", str(uuid4()), [], [[]],
    [None], {}, {"a": {"a": {}}}, "'; drop table x; --", "%00", "../..",
]  # fmt: skip


def example(shape: dict[str, Any], shapes: dict[str, Any]) -> Any:
    """A value of a documented shape."""
    if "$ref" in shape:
        return example(shapes[shape["$ref"].rsplit("/", 1)[1]], shapes)
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape.get("type")
    if kind == "object":
        return {name: example(part, shapes) for name, part in shape["properties"].items()}
    if kind == "array":
        return [example(shape["items"], shapes)]
    plain = {"uuid": str(uuid4()), "date": "2013-12-04", "date-time": "2013-12-04T20:00:00Z"}
    return plain.get(shape.get("format", ""), 1 if kind == "integer" else "texte")


def mutations(value: Any) -> list[Any]:
    """The same value with each of its parts replaced, one at a time."""
    found = list(NASTY)
    if isinstance(value, dict):
        for name, part in value.items():
            found += [value | {name: nasty} for nasty in mutations(part)]
    if isinstance(value, list) and value:
        found += [[nasty] for nasty in mutations(value[0])] + [value * 300]
    return found


@pytest.mark.parametrize("email", [OPAC38, LEADER, OPERATOR])
def test_no_content_breaks_the_server(demo: World, email: str) -> None:
    who = caller(demo, email)
    document = body(who.get("openapi.json"), 200)
    shapes = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        where = path.removeprefix("/api/v1/").format_map(Anything())
        for method in {"post", "put"} & set(operations):
            content = operations[method].get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            whole = example(content["application/json"]["schema"], shapes)
            for sent in [whole, *mutations(whole)]:
                response = who.send(method.upper(), where, sent, "new")
                assert response.status_code < 500, (path, sent, response.text)
                if response.status_code == 403:
                    break


def test_no_query_breaks_the_server(demo: World) -> None:
    for who in (caller(demo, OPAC38), caller(demo, OPERATOR)):
        document = body(who.get("openapi.json"), 200)
        for path, operations in document["paths"].items():
            if "get" in operations:
                ask(who, path, [p["name"] for p in operations["get"].get("parameters", [])])


def ask(who: Caller, path: str, names: list[str]) -> None:
    where = path.removeprefix("/api/v1/").format_map(Anything())
    usual = {"evening": "2013-12-04", "from": "2013-11", "to": "2013-12"}
    for name in names:
        for nasty in NASTY:
            if isinstance(nasty, str) and nasty != "\ud800":
                query = {n: v for n, v in usual.items() if n in names} | {name: nasty}
                response = who.get(where, **query)
                assert response.status_code < 500, (path, query, response.text)


class Anything(dict[str, str]):
    """A value for any parameter of a path."""

    def __missing__(self, name: str) -> str:
        return {"day": "2013-12-04", "year": "2013"}.get(name, str(uuid4()))
