"""Sign in and out (connexion, déconnexion), the first page of each role, health."""

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
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user

from presence.accounts.services import Identity
from presence.accounts.services import sign_in as open_session
from presence.accounts.services import sign_out as close_session
from presence.web.edge import SignedIn, go_to, local_path, see_other, signed_in, to_sign_in
from presence.web.health import health
from presence.web.navigation import entries

blueprint = Blueprint("session", __name__)
limiter = Limiter(
    get_remote_address,
    strategy="moving-window",
    # Redis away: each process counts for itself, sign-in still works.
    in_memory_fallback_enabled=True,
    in_memory_fallback=["30 per minute"],
    default_limits=[],
)


def _failed(response: Response) -> bool:
    return response.status_code != 303


def _source_and_account() -> str:
    return f"{get_remote_address()}|{request.form.get('email', '').strip().lower()}"


@blueprint.get("/connexion")
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if signed_in() is not None:
        return see_other("session.home")
    return render_template("session/sign_in.html", wanted=local_path(request.args.get("suite")))


@blueprint.post("/connexion")
@limiter.limit("10 per 5 minutes", key_func=_source_and_account, deduct_when=_failed)
@limiter.limit("60 per 5 minutes", deduct_when=_failed)
def sign_in_submitted() -> ResponseReturnValue:
    """Open a session; a wrong e-mail and a wrong password get the same answer."""
    email, password = request.form.get("email", ""), request.form.get("mot_de_passe", "")
    wanted = local_path(request.form.get("suite"))
    opened = open_session(email, password) if email and password else None
    if opened is None:
        page = render_template("session/sign_in.html", wanted=wanted, email=email, failed=True)
        return page, 422
    # A session of before sign-in is never carried over.
    session.clear()
    login_user(SignedIn(*opened))
    return go_to(wanted or home_path(opened[1]))


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """Close the session, here and in the database."""
    if current_user.is_authenticated:
        close_session(current_user.secret)
        logout_user()
        session.clear()
        flash("Vous êtes déconnecté.")
    return see_other("session.sign_in")


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
    return found[0].path if found else "/bilan"
