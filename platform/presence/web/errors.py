"""Error pages (pages d'erreur): a French sentence, what to do, and a number to quote.

What is another's and what does not exist get the same page. Nothing of an exception is shown.
"""

import logging
import re
from uuid import uuid4

from flask import Flask, Response, make_response, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from presence.kernel.errors import CAME_SECOND, Conflict, DomainError, NotFound

log = logging.getLogger("presence.web")
# A letter's link, a calendar's address still serve when refused: the secret stays out of the log.
_SECRETS = re.compile(r"(/(?:invitation|mot-de-passe|agenda)/)(?!oublie).+")

TITLES = {
    400: ("Demande incomprise", "Revenez en arrière, vérifiez votre saisie et recommencez."),
    403: ("Accès refusé", "Votre rôle n'ouvre pas cette page. Demandez l'accès à votre direction."),
    404: ("Page introuvable", "Cette page n'existe pas ou ne vous est pas ouverte."),
    405: ("Action impossible", "Cette adresse ne se consulte pas ainsi. Revenez à la page précédente."),
    409: ("Déjà fait", "Cette action contredit ce qui est déjà enregistré."),
    413: ("Fichier trop lourd", "Le fichier dépasse 2 Mo : coupez-le en plusieurs."),
    422: ("Saisie à corriger", "Vérifiez votre saisie et recommencez."),
    429: ("Trop d'essais", "Patientez une minute, puis réessayez."),
    500: ("Incident", "Rien n'a été enregistré. Réessayez ; si cela dure, donnez le numéro ci-dessous."),
    503: ("Service indisponible", "La base ne répond pas. Votre saisie n'est pas enregistrée : réessayez dans une minute."),
}  # fmt: skip


def install(app: Flask) -> None:
    """Register the handlers; the API answers its own errors on its own paths."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, advice: str | None = None) -> ResponseReturnValue:
    """The error page of a status."""
    title, default = TITLES.get(status, TITLES[400])
    number = uuid4().hex[:8]
    level = logging.WARNING if status in {403, 429, 503} else logging.INFO
    log.log(level, "error %s %s %s %s", status, request.method, printable(request.path), number)
    response = make_response(
        render_template(
            "errors/error.html", status=status, title=title, advice=advice or default, number=number
        ),
        status,
    )
    if status in {429, 503}:
        response.headers["Retry-After"] = "60" if status == 429 else "30"
    return response


def printable(text: str) -> str:
    """What a request said, on one line of the log (ASVS 16.4.1), without a link's secret."""
    hidden = _SECRETS.sub(r"\1…", text)
    return hidden.encode("unicode_escape").decode("ascii")[:300]


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if request_ctx.url_adapter is None:
        # Not our name: not even our page.
        return Response("Cette adresse n'est pas servie ici.", code, mimetype="text/plain")
    response = make_response(answer(code))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _csrf(_: CSRFError) -> ResponseReturnValue:
    return answer(
        400, "Cette page était ouverte depuis trop longtemps. Rechargez-la et recommencez."
    )


def _domain(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        return answer(404)
    return answer(409 if isinstance(error, Conflict) else 422, error.message)


def _integrity(error: IntegrityError) -> ResponseReturnValue:
    if getattr(error.orig, "sqlstate", "") not in CAME_SECOND:
        return _unexpected(error)
    return answer(
        409,
        "Quelqu'un vient d'enregistrer avant vous. Votre saisie n'est pas enregistrée : "
        "rechargez la page et reprenez-la.",
    )


def _unavailable(_: OperationalError) -> ResponseReturnValue:
    return answer(503)


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The class alone: a database message may quote a row.
    where = printable(request.path)
    log.error("unexpected %s at %s", type(error).__name__, where, exc_info=error)
    return answer(500)
