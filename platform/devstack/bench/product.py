"""The product on the measured city: its application, people signed in, what it sends PostgreSQL."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from devstack.bench.city import City
from presence.accounts.credentials import issue_token_for
from presence.accounts.identity import Grant
from presence.accounts.services import NewAccount, open_account
from presence.app import create_app
from presence.settings import load
from tenants.context import Context, Kind
from tenants.database import db, transaction
from tenants.installation import shift_business_clock
from tenants.registry import organisations
from tenants.roles import Role

# Whose pages are run: the organisation of city.sql, the kind of its context, the roles.
PEOPLE: dict[str, tuple[str, Kind, tuple[Role, ...]]] = {
    "bailleur@bench.example": (
        "B4", Kind.BAILLEUR, (Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY),
    ),
    "chef@bench.example": ("P", Kind.PRESTATAIRE, (Role.TEAM_LEADER,)),
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A statement as the product sent it, and in whose context."""

    kind: Kind
    text: str
    parameters: Mapping[str, Any]


@contextmanager
def product(city: City) -> Iterator[Flask]:
    """The application on one of the city's evenings, with its accounts open.

    No application context is left around the requests, which would share what they remember.
    The business clock and the connections are given back.
    """
    os.environ.update(city.stack.environment())
    shift_business_clock(city.stack.admin_url(), f"{tonight(city)}T22:00:00+01:00")
    app = create_app(load())
    # The sign-in form is posted without being read first.
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        _open_accounts(city.stack.secrets.demo_password)
        engines = list(db.engines.values())
    try:
        yield app
    finally:
        for engine in engines:
            engine.dispose()
        shift_business_clock(city.stack.admin_url(), None)


def tonight(city: City) -> date:
    """The evening that the pages show: one of the last that were filled."""
    return city.after_on - timedelta(days=20)


def _open_accounts(password: str) -> None:
    with transaction(Context(Kind.OPERATOR)) as session:
        known = {row.code: row for row in organisations(session)}
        session.expunge_all()
    for number, (email, (code, _, roles)) in enumerate(PEOPLE.items()):
        grants = tuple(Grant(role) for role in roles)
        # Once per city, whichever subject is measured first.
        if not _is_open(email):
            open_account(
                known[code],
                NewAccount(email, "Banc d'essai", password, grants, f"B-{number}", waived=True),
            )


def _is_open(email: str) -> bool:
    with transaction(Context(Kind.RELAY)) as session:
        found = session.connection().exec_driver_sql(
            "select 1 from app.account_for_sign_in(%(email)s)", {"email": email}
        )
        return found.first() is not None


class Visitor:
    """Somebody with a browser and a token."""

    def __init__(self, app: Flask, email: str, password: str) -> None:
        """Sign in, once, on both doors."""
        self.browser: FlaskClient = app.test_client()
        self.browser.post("/connexion", data={"email": email, "mot_de_passe": password})
        self.machine: FlaskClient = app.test_client()
        with app.app_context():
            self.token = {"Authorization": f"Bearer {issue_token_for(email, 1)}"}

    def get(self, path: str, query: Mapping[str, str] | None = None) -> TestResponse:
        """A page, or an endpoint when the path is the API's."""
        if path.startswith("/api/"):
            return self.machine.get(path, query_string=query, headers=self.token)
        return self.browser.get(path, query_string=query)

    def send(self, method: str, path: str, body: object) -> TestResponse:
        """A write through the API, under a new key."""
        headers = self.token | {"Idempotency-Key": str(uuid4())}
        return self.machine.open(path, method=method, json=body, headers=headers)


@contextmanager
def captured(app: Flask, kinds: tuple[Kind, ...]) -> Iterator[dict[tuple[Kind, str], Statement]]:
    """What the engines of these kinds are asked meanwhile, each text once per kind."""
    found: dict[tuple[Kind, str], Statement] = {}

    def note(kind: Kind, statement: str, parameters: Any) -> None:
        given = parameters[0] if isinstance(parameters, list | tuple) else parameters
        found.setdefault((kind, statement), Statement(kind, statement, dict(given)))

    def listener(kind: Kind) -> Any:
        # SQLAlchemy calls by position: connection, cursor, statement, parameters, context, many.
        return lambda _c, _cursor, statement, parameters, _x, _m: note(kind, statement, parameters)

    with app.app_context():
        heard = [(db.engines[kind.value], listener(kind)) for kind in kinds]
    for engine, told in heard:
        event.listen(engine, "before_cursor_execute", told)
    try:
        yield found
    finally:
        for engine, told in heard:
            event.remove(engine, "before_cursor_execute", told)
