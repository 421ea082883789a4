"""Generated from the application's own routes: methods, parameters, one's own pages."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.stack import Servers
from tests.web.accounts import ANYBODY, EMAILS, csrf_of, signed_in
from tests.web.matrix import PUBLIC, SIGNED_IN
from tests.worlds import SMALL_DEMO, World, cloned

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Read by its own strict parser, which names the field in its refusal.
FREE = {"/api/v1/evenings/<day>", "/api/v1/evenings/<day>/signature"}


@pytest.fixture(scope="module")
def own(servers: Servers) -> Iterator[World]:
    with cloned(servers, SMALL_DEMO) as world:
        yield world


@pytest.fixture(scope="module")
def clients(own: World) -> dict[str, FlaskClient]:
    return {account: signed_in(own, account) for account in ANYBODY}


def address(rule: str) -> str:
    path = re.sub("<uuid:[a-z_]+>", lambda _: str(uuid4()), rule)
    path = re.sub("<string[^>]*:secret>", "x" * 43, path)
    path = re.sub("<int[^>]*:year>", "2012", path)
    path = re.sub("<string[^>]*:insee_code>", "38053", path)
    return path.replace("<day>", "2009-01-01").replace("<path:filename>", "nothing.css")


def test_every_parameter_of_an_address_is_typed(own: World) -> None:
    untyped = {
        rule.rule for rule in own.app.url_map.iter_rules() if re.search("<[a-z_]+>", rule.rule)
    }

    assert untyped == FREE


@pytest.mark.parametrize("account", ["anonymous", "opac38", "operator"])
def test_a_route_answers_its_own_methods_only(
    own: World, clients: dict[str, FlaskClient], account: str
) -> None:
    served: dict[str, set[str]] = {}
    for rule in own.app.url_map.iter_rules():
        served.setdefault(rule.rule, set()).update(rule.methods or ())

    wrong = {
        (method, rule): status
        for rule, methods in served.items()
        for method in METHODS
        if method not in methods - {"OPTIONS"}
        and (status := clients[account].open(address(rule), method=method).status_code)
        not in {404, 405}
    }

    assert wrong == {}


@pytest.mark.parametrize(("method", "rule"), sorted(SIGNED_IN), ids=str)
def test_ones_own_pages_ask_for_a_sign_in_and_nothing_more(
    clients: dict[str, FlaskClient], method: str, rule: str
) -> None:
    outside = clients["anonymous"]
    data = {"csrf_token": csrf_of(outside.get("/connexion").text)} if method == "POST" else None
    refused = outside.open(address(rule), method=method, data=data)

    assert refused.headers["Location"].startswith("/connexion")
    for account in EMAILS:
        client = clients[account]
        token = csrf_of(client.get("/compte").text)
        sent = {"csrf_token": token} if method == "POST" else None
        answer = client.open(address(rule), method=method, data=sent)
        assert answer.status_code in {200, 303, 404, 422}, (account, answer.status_code)


def test_the_public_doors_ask_for_nobody(clients: dict[str, FlaskClient]) -> None:
    for method, rule in PUBLIC:
        if method == "GET":
            answer = clients["anonymous"].get(address(rule))
            assert answer.status_code in {200, 303, 404}, rule
