"""Serve the doors under `/api/v1`, and the OpenAPI document that describes them."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from flask_smorest import Api  # type: ignore[import-untyped]
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from presence.api import (
    anomalies,
    calls,
    costs,
    daily_reports,
    deliveries,
    evenings,
    events,
    field,
    figures,
    follow_ups,
    handover,
    hours,
    imports,
    organisations,
    places,
    planning,
    residences,
    reviews,
    roster,
    rounds,
    sharing_agreements,
    sites,
    summonses,
    swaps,
    transfers,
)
from presence.api.answers import PROBLEM, TITLES, refuse
from presence.schemas.base import ProblemOut
from presence.throttling import PER_ADDRESS_REFUSED, limiter, per_token, token_or_address

PREFIX = "/api/v1"
BLUEPRINTS = [
    door.blueprint
    for module in (
        residences, places, planning, rounds, sites, transfers, field, calls, events, evenings,
        daily_reports, summonses, figures, costs, sharing_agreements, organisations, roster,
        anomalies, swaps, hours, imports, deliveries, handover, follow_ups,
        reviews,
    )
    for door in module.DOORS
]  # fmt: skip
DESCRIPTION = (
    "Toutes les réponses sont en français et en JSON ; un refus est un document "
    "`application/problem+json` (RFC 9457). Un organisme ne voit que ce qui est à lui : ce qui est "
    "à un autre répond comme ce qui n'existe pas. Les codes sont ceux de la nomenclature commune."
)


class _Api(Api):  # type: ignore[misc]
    ERROR_SCHEMA = ProblemOut

    def _register_error_handlers(self) -> None:
        """None for the whole application: pages answer their own errors."""

    def _register_responses(self) -> None:
        """The problem documents, under smorest's own names."""
        names = {status.name: TITLES.get(status, TITLES[400])[1] for status in HTTPStatus}
        for name, title in (names | {"DEFAULT_ERROR": "Refus"}).items():
            response: dict[str, Any] = {"description": title, "schema": ProblemOut}
            prepare_response(response, self.spec, PROBLEM)
            self.spec.components.response(name, response, lazy=True)


def init_api(app: Flask) -> None:
    """Serve the API; its document is public, everything else asks for a token."""
    app.config.update(
        API_TITLE="Présence Tranquillité",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    )
    api = _Api(app)
    for blueprint in BLUEPRINTS:
        limiter.limit(per_token, key_func=token_or_address)(blueprint)
        limiter.limit(PER_ADDRESS_REFUSED, deduct_when=_unauthenticated)(blueprint)
        api.register_blueprint(blueprint)
        if "csrf" in app.extensions:
            # No cookie opens this door, so no page can lend it somebody else's.
            app.extensions["csrf"].exempt(blueprint)
    # First, or what is refused at every address alike would be answered by a page.
    app.before_request_funcs.setdefault(None, []).insert(0, _answer_unrouted)


def _unauthenticated(response: Response) -> bool:
    return response.status_code == 401


def _answer_unrouted() -> Response | None:
    """Refuse here what leads to no route under the prefix: no blueprint's handler hears of it."""
    error = request.routing_exception
    unrouted = isinstance(error, HTTPException) and not isinstance(error, RequestRedirect)
    if unrouted and request.path.startswith("/api/"):
        return refuse(error)  # type: ignore[arg-type]
    return None
