"""Answers (réponses) in JSON, and the problem documents of refusals (RFC 9457), all in French.

Nothing of an unforeseen error leaves: its class goes to the log under the correlation id that
the answer bears.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import orjson
from flask import Response, g, request
from flask.globals import request_ctx
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from presence.kernel.errors import CAME_SECOND, Conflict, DomainError, Fault, NotFound
from presence.schemas.base import MOST_SAID, faults_of
from presence.schemas.fields import MOST_CHARACTERS
from tenants.errors import NotPermitted, TenancyError
from tenants.scheme import OverlappingPeriod

log = logging.getLogger("presence.api")
# Refused accesses, slowed calls and what is down leave a line in the log (ASVS 16.3).
NOTED = {401, 403, 429, 503}

PROBLEM = "application/problem+json"
NOT_FOUND = "Cette ressource n'existe pas ou ne vous est pas ouverte."
# Status: name, title, usual sentence.
TITLES: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "Demande illisible", "La demande n'a pas pu être lue."),
    401: (
        "unauthenticated",
        "Authentification requise",
        "Donnez un jeton valide dans l'en-tête « Authorization: Bearer … ».",
    ),
    403: ("forbidden", "Accès refusé", "Votre rôle ne permet pas cette action."),
    404: ("not-found", "Introuvable", NOT_FOUND),
    405: ("method-not-allowed", "Méthode refusée", "Cette adresse n'accepte pas cette méthode."),
    409: ("conflict", "Conflit", "Cette demande contredit ce qui est déjà enregistré."),
    413: ("too-large", "Contenu trop volumineux", "Le contenu est trop volumineux : coupez-le."),
    415: ("unsupported-media-type", "Format refusé", "Ce type de contenu n'est pas attendu ici."),
    422: ("invalid", "Données refusées", "Des données sont à corriger."),
    429: ("too-many-requests", "Trop de demandes", "Patientez une minute avant de recommencer."),
    500: (
        "internal-error",
        "Incident",
        "Rien n'a été enregistré. Si cela dure, donnez le numéro de corrélation.",
    ),
    503: (
        "unavailable",
        "Service indisponible",
        "La base ne répond pas. Rien n'a été enregistré : réessayez dans une minute.",
    ),
}


class Refused(Exception):
    """A refusal of the door itself, by its HTTP status."""

    def __init__(
        self, status: int, detail: str | None = None, faults: Sequence[Fault] = ()
    ) -> None:
        """A status, and a sentence when the usual one says too little."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)


def answer(content: object, status: int = 200) -> Response:
    """A JSON answer, or the file that a view made."""
    if isinstance(content, Response):
        return content
    body = b"" if status == 204 else orjson.dumps(content)
    made = Response(body, status, content_type="application/json")
    if request.method == "GET" and status == 200:
        # Whoever already has these bytes is told so, and gets none.
        made.add_etag()
        made.make_conditional(request)
    return made


def problem(
    status: int,
    detail: str | None = None,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem document of a refusal."""
    name, title, usual = TITLES.get(status, TITLES[400 if status < 500 else 500])
    content = {
        "type": f"urn:presence:problem:{name}",
        "title": title,
        "status": status,
        "detail": sayable(detail or usual, MOST_SAID),
        "correlation_id": correlation_id(),
        "errors": [
            {
                "field": sayable(fault.field, MOST_CHARACTERS),
                "message": sayable(fault.message, MOST_SAID),
            }
            for fault in faults
        ],
    }
    response = Response(orjson.dumps(content), status, content_type=PROBLEM)
    response.headers.update(headers or {})
    if status in NOTED:
        path = request.path.encode("unicode_escape").decode("ascii")[:MOST_CHARACTERS]
        log.warning("%s %s %s %s", status, request.method, path, content["correlation_id"])
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def sayable(text: str, most: int) -> str:
    """What a client named, as an answer may hold it: no half of a character, no endless name."""
    return text[:most].encode("utf-8", "replace").decode()


def correlation_id() -> str:
    """The request's number, the same in its answer and in the log."""
    known = g.get("correlation_id")
    if known is None:
        known = g.correlation_id = str(uuid4())
    return str(known)


def refuse(error: Exception) -> Response:
    """The answer to any exception that leaves a view."""
    for known, make in _REFUSALS:
        if isinstance(error, known):
            response: Response | None = make(error)
            if response is not None:
                return response
    # The class and the trace, never the message: a database message may quote a row.
    log.error(
        "unexpected %s at %s %s, correlation %s",
        type(error).__name__, request.method, request.path.encode("unicode_escape").decode(),
        correlation_id(), exc_info=error,
    )  # fmt: skip
    return problem(500)


def _domain(error: DomainError) -> Response:
    if isinstance(error, NotFound):
        return problem(404)
    return problem(409 if isinstance(error, Conflict) else 422, error.message, error.faults)


def _tenancy(error: TenancyError) -> Response:
    if isinstance(error, NotPermitted):
        return problem(403)
    return problem(409 if isinstance(error, OverlappingPeriod) else 422, str(error))


def _integrity(error: IntegrityError) -> Response | None:
    return problem(409) if getattr(error.orig, "sqlstate", "") in CAME_SECOND else None


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return Response(status=error.response.status_code, headers=error.response.headers)
    status = error.code or 500
    headers = {}
    if status == 405 and request_ctx.url_adapter is not None:
        # OPTIONS is in Flask's own list, and refused at every address.
        allowed = set(request_ctx.url_adapter.allowed_methods()) - {"OPTIONS"}
        headers["Allow"] = ", ".join(sorted(allowed))
    if status == 429:
        # The limits' window; only here, so that other answers' headers say nothing of use.
        headers["Retry-After"] = "60"
    return problem(status, headers=headers)


_REFUSALS: tuple[tuple[type[Exception], Any], ...] = (
    (Refused, lambda error: problem(error.status, error.detail, error.faults)),
    (ValidationError, lambda error: problem(422, faults=faults_of(error))),
    (DomainError, _domain),
    (TenancyError, _tenancy),
    (HTTPException, _http),
    (IntegrityError, _integrity),
    (DataError, lambda _: problem(422)),
    (OperationalError, lambda _: problem(503)),
    (PoolTimeout, lambda _: problem(503)),
)
