"""The surface (surface) of every address: methods, repeated parameters, security.txt."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

blueprint = Blueprint("surface", __name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_VALID = timedelta(days=180)  # RFC 9116: less than a year


def install(app: Flask) -> None:
    """Refuse what no route of ours uses, before any route is asked."""
    app.before_request(_refuse_unused)


def _refuse_unused() -> None:
    # Flask would answer OPTIONS by itself; there is no other origin to tell anything to.
    if request.method not in _METHODS:
        abort(405)
    # Said twice, a parameter means two things to two readers (ASVS 15.3.7).
    if any(len(request.args.getlist(name)) > 1 for name in request.args):
        abort(400)


@blueprint.get("/.well-known/security.txt")
def security_txt() -> ResponseReturnValue:
    """Whom to tell of a weakness (RFC 9116)."""
    expires = (datetime.now(UTC) + _VALID).replace(microsecond=0)
    base = current_app.config["PUBLIC_URL"].rstrip("/")
    lines = (
        f"Contact: {current_app.config['SECURITY_CONTACT']}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: fr, en",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
