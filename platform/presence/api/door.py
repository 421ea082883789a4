"""A door (porte): a blueprint whose routes all say who may enter, what comes in, what goes out.

The order is always the same: who calls, may they, what do they send, then one transaction. A
route whose shape shows a column to somebody who may not have it is not made, and what a view
gives beyond its shape does not leave (ADR 0013).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask_smorest import Blueprint  # type: ignore[import-untyped]
from marshmallow import Schema
from werkzeug.exceptions import default_exceptions

import presence.tables  # noqa: F401 - the classification is whole once every table is there
from presence.api.answers import refuse
from presence.api.auth import View, acting
from presence.api.reading import StrictParser
from presence.schemas.base import KeyIn, OptionalKeyIn, Shape
from presence.schemas.shown import only, require
from tenants.classification import classification
from tenants.roles import Permission

Decorator = Callable[[View], View]
COLUMNS = classification()


class _Blueprint(Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = StrictParser()


@dataclass(frozen=True)
class Sent:
    """What a caller sends: query, body, and whether it names its request by a key."""

    query: type[Schema] | None = None
    body: type[Schema] | None = None
    key: type[Shape] | None = None
    # Only for the document, where the body is no JSON.
    raw: str | None = None


NOTHING = Sent()
KEYED, MAY_BE_KEYED = KeyIn, OptionalKeyIn


class Door:
    """The routes of one subject under `/api/v1`."""

    def __init__(self, subject: str, description: str) -> None:
        """A subject is the first word of its paths."""
        self.shapes: list[tuple[Permission, type[Schema]]] = []
        self.blueprint = _Blueprint(
            f"api-{subject}", __name__, url_prefix=f"/api/v1/{subject}", description=description
        )
        # One handler per status too: Flask prefers the application's own to a class's here.
        for status in default_exceptions:
            self.blueprint.register_error_handler(status, refuse)
        self.blueprint.register_error_handler(Exception, refuse)

    def get(
        self, rule: str, permission: Permission, out: type[Schema], sent: Sent = NOTHING
    ) -> Decorator:
        """A route that reads: `view(session, identity, [query], **path)`."""
        return self._route("GET", rule, permission, (200, out), sent)

    def post(
        self, rule: str, permission: Permission, out: tuple[int, type[Schema]], sent: Sent
    ) -> Decorator:
        """A route that records: `view(session, identity, [key], [query], [body], **path)`."""
        return self._route("POST", rule, permission, out, sent)

    def put(self, rule: str, permission: Permission, out: type[Schema], sent: Sent) -> Decorator:
        """A route that sets: twice is once."""
        return self._route("PUT", rule, permission, (200, out), sent)

    def delete(self, rule: str, permission: Permission) -> Decorator:
        """A route that withdraws; nothing is answered."""
        return self._route("DELETE", rule, permission, (204, None), NOTHING)

    def file(self, rule: str, permission: Permission, content_type: str) -> Decorator:
        """A route that gives a file: `view(session, identity, **path)` answers it itself."""

        def decorate(view: View) -> View:
            document = self.blueprint.response(200, {"type": "string"}, content_type=content_type)
            served = document(acting(permission, 200)(view))
            self.blueprint.add_url_rule(rule, view.__name__, served, methods=["GET"])
            return view

        return decorate

    def _route(
        self,
        method: str,
        rule: str,
        permission: Permission,
        out: tuple[int, type[Schema] | None],
        sent: Sent,
    ) -> Decorator:
        if out[1] is not None:
            require(out[1], permission, COLUMNS)
            self.shapes.append((permission, out[1]))

        def decorate(view: View) -> View:
            served = acting(permission, out[0])(self._reading(_showing(view, out[1]), sent))
            served = self.blueprint.response(out[0], out[1])(served)
            if sent.raw is not None:
                content = {sent.raw: {"schema": {"type": "string"}}}
                body = {"required": True, "content": content}
                served = self.blueprint.doc(requestBody=body)(served)
            self.blueprint.add_url_rule(rule, view.__name__, served, methods=[method])
            return view

        return decorate

    def _reading(self, view: View, sent: Sent) -> View:
        # The last one put around is the first one read: key, query, body.
        parts: list[tuple[Any, str, int | None]] = [
            (sent.body, "json", None),
            (sent.query, "query", None),
            (sent.key, "headers", 400),
        ]
        for shape, location, status in parts:
            if shape is not None:
                view = self.blueprint.arguments(
                    shape, location=location, error_status_code=status or 422
                )(view)
        return view


def _showing(view: View, shape: type[Schema] | None) -> View:
    """A view whose answer holds the shape's keys and no other."""
    if shape is None:
        return view

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        content = view(*args, **kwargs)
        only(shape, content)
        return content

    return run
