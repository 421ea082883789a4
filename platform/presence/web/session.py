"""Sign in and out (connexion, déconnexion), the first page of each role, health."""

import logging

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user

from presence.accounts.identity import Identity
from presence.accounts.services import Opened, pass_code, waits_for_code
from presence.accounts.services import sign_in as open_session
from presence.accounts.services import sign_out as close_session
from presence.kernel.errors import Invalid
from presence.throttling import limiter
from presence.web.edge import (
    SignedIn,
    browser,
    go_to,
    local_path,
    owes_second_factor,
    see_other,
    signed_in,
    to_sign_in,
)
from presence.web.health import health
from presence.web.navigation import entries

log = logging.getLogger("presence.web")
blueprint = Blueprint("session", __name__)
# Kept in the signed cookie between the password and the code.
WAITING, WANTED = "waiting", "wanted"


def _failed(response: Response) -> bool:
    return response.status_code != 303


def _account() -> str:
    return request.form.get("email", "").strip().lower()


def _source_and_account() -> str:
    return f"{get_remote_address()}|{_account()}"


@blueprint.get("/connexion")
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if signed_in() is not None:
        return see_other("session.home")
    return render_template("session/sign_in.html", wanted=local_path(request.args.get("suite")))


@blueprint.post("/connexion")
@limiter.limit("10 per 5 minutes", key_func=_source_and_account, deduct_when=_failed)
@limiter.limit("60 per 5 minutes", deduct_when=_failed)
# Whatever the source: slow for the attacker, never a lock that lasts (security.md §4).
@limiter.limit("30 per 10 minutes", key_func=_account, deduct_when=_failed)
def sign_in_submitted() -> ResponseReturnValue:
    """Open a session; a wrong e-mail and a wrong password get the same answer."""
    email, password = request.form.get("email", ""), request.form.get("mot_de_passe", "")
    wanted = local_path(request.form.get("suite"))
    opened = open_session(email, password, browser()) if email and password else None
    if opened is None:
        # Nobody's name: whoever is known has a line in their organisation's journal.
        log.warning("sign-in refused from %s", get_remote_address())
        page = render_template("session/sign_in.html", wanted=wanted, email=email, failed=True)
        return page, 422
    _forget_former_session()
    if opened.code_due:
        session[WAITING], session[WANTED] = opened.secret, wanted
        return see_other("session.second_factor")
    return _enter(opened, wanted)


@blueprint.get("/connexion/code")
def second_factor() -> ResponseReturnValue:
    """The second factor's page, after the password."""
    if not waits_for_code(session.get(WAITING, "")):
        return see_other("session.sign_in")
    return render_template("session/code.html")


@blueprint.post("/connexion/code")
@limiter.limit("20 per 5 minutes", deduct_when=_failed)
def second_factor_submitted() -> ResponseReturnValue:
    """Exchange the waiting session for an open one; a code serves once."""
    try:
        opened = pass_code(session.get(WAITING, ""), request.form.get("code", ""), browser())
    except Invalid as error:
        session.clear()
        flash(error.message, "error")
        return see_other("session.sign_in")
    if opened is None:
        return render_template("session/code.html", failed=True), 422
    wanted = session.get(WANTED)
    session.clear()
    return _enter(opened, wanted)


def _forget_former_session() -> None:
    # A session of before sign-in is never carried over, nor left alive behind.
    if current_user.is_authenticated:
        close_session(current_user.secret)
    session.clear()


def _enter(opened: Opened, wanted: str | None) -> Response:
    login_user(SignedIn(opened.secret, opened.identity))
    if owes_second_factor(opened.identity):
        return see_other("account.second_factor")
    return go_to(wanted or home_path(opened.identity))


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """Close the session, here and in the database."""
    if current_user.is_authenticated:
        close_session(current_user.secret)
        logout_user()
        session.clear()
        flash("Vous êtes déconnecté.")
    response = see_other("session.sign_in")
    # What the browser kept of the pages goes with the session (ASVS 14.3.1).
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page of the person's role."""
    identity = signed_in()
    return go_to(home_path(identity)) if identity else to_sign_in()


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Whether the service can serve, without sign-in."""
    state = health(current_app.config["REDIS_URL"])
    return jsonify(state), 200 if state["status"] == "ok" else 503


def home_path(identity: Identity) -> str:
    """The first entry of the person's navigation."""
    found = entries(identity)
    return found[0].path if found else "/compte"
