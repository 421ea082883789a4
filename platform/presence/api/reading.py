"""Reading requests (lecture des demandes): strict JSON, and refusals in French."""

import json
from datetime import date
from typing import Any, NoReturn, cast

import marshmallow as ma
from flask import Request
from marshmallow import ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request

from presence.api.answers import Refused
from presence.kernel.errors import Invalid
from presence.schemas.base import faults_of
from presence.schemas.fields import Day

# Longer numbers are refused while they are still text: reading them costs the square of their size.
MOST_DIGITS = 18


class StrictParser(FlaskParser):
    """Webargs without its leniencies."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs' own name
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "json": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body, read strictly; nothing sent is an object without fields."""
        return read_json(req)

    def handle_error(
        self, error: ValidationError, *_: Any, error_status_code: int | None, **__: Any
    ) -> NoReturn:
        """Refuse with each fault named; the location is no field's name."""
        messages = error.messages
        if isinstance(messages, dict) and len(messages) == 1:
            (messages,) = messages.values()
        faults = faults_of(ValidationError(cast("dict[str, Any]", messages)))
        raise Refused(error_status_code or 422, faults=faults)


def read_json(req: Request) -> Any:
    """The JSON of a request; `core.missing` when nothing was sent."""
    body = req.get_data(cache=True)
    if not body:
        return core.missing
    if not is_json_request(req):
        raise Refused(415, "Envoyez du JSON, avec l'en-tête « Content-Type: application/json ».")
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_short_int,
        )
    except (ValueError, RecursionError) as error:
        detail = error.args[0] if isinstance(error, _Unreadable) else None
        raise Refused(400, detail or "Le contenu n'est pas du JSON lisible.") from error


def evening_in(path: str) -> date:
    """The evening that a path names."""
    try:
        return cast("date", Day().deserialize(path))
    except ValidationError as error:
        raise Invalid("date", str(error.messages[0])) from error


class _Unreadable(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable("Un champ est donné deux fois dans le même objet.")
    return found


def _no_constant(_: str) -> NoReturn:
    raise _Unreadable("Seuls les nombres ordinaires sont admis.")


def _short_int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _Unreadable("Un nombre est trop grand.")
    return int(digits)
