"""The edge of every page: who is signed in, whether the door opens, one transaction, commit.

A view receives the session of its request's context; what it returns is rendered inside the
transaction, which is committed before the answer leaves.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf import CSRFProtect

from presence.accounts.identity import Identity, identity_of_session
from presence.oncall.duty import narrow
from tenants.database import transaction
from tenants.roles import Permission

login_manager = LoginManager()
csrf = CSRFProtect()
View = Callable[..., ResponseReturnValue]


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A signed-in person; the cookie keeps the session's secret, never the account's id."""

    def __init__(self, secret: str, identity: Identity) -> None:
        """A secret and whom it stands for."""
        self.secret = secret
        self.identity = identity

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.secret


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(secret: str) -> SignedIn | None:
    identity = identity_of_session(secret)
    return SignedIn(secret, identity) if identity else None


def signed_in() -> Identity | None:
    """The identity of the request, None before sign-in."""
    return current_user.identity if current_user.is_authenticated else None


def page(permission: Permission) -> Callable[[View], View]:
    """A page behind a permission: `view(session, identity, **parameters)` in one transaction."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(**parameters: Any) -> ResponseReturnValue:
            identity = signed_in()
            if identity is None:
                return to_sign_in()
            if owes_second_factor(identity):
                return see_other("account.second_factor")
            if not identity.may(permission):
                abort(403)
            with transaction(identity.context()) as session:
                narrow(session, identity, permission)
                return make_response(view(session, identity, **parameters))

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return decorate


def own_page(view: View) -> View:
    """A page about oneself: `view(identity, **parameters)`, no permission, no transaction."""

    @wraps(view)
    def run(**parameters: Any) -> ResponseReturnValue:
        identity = signed_in()
        if identity is None:
            return to_sign_in()
        if owes_second_factor(identity) and request.endpoint not in ENROLMENT:
            return see_other("account.second_factor")
        return view(identity, **parameters)

    return run


# What opens to whoever still owes a second factor.
ENROLMENT = {"account.second_factor", "account.enrol"}


def owes_second_factor(identity: Identity) -> bool:
    """Whether nothing opens before a second factor is enrolled."""
    return identity.owes_second_factor(production=current_app.config["PRODUCTION"])


def browser() -> str | None:
    """What the browser calls itself, cut: shown to its own user only."""
    told = request.user_agent.string[:200]
    return "".join(c for c in told if c.isprintable()) or None


def to_sign_in() -> Response:
    """Send to the sign-in page, and back here afterwards when that is a page to be read."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return go_to(url_for("session.sign_in", suite=wanted))


def local_path(wanted: str | None) -> str | None:
    """A path of this site, None for anything else: no redirect leads outside."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return None
    return wanted if wanted.isprintable() else None


def see_other(endpoint: str, **values: Any) -> Response:
    """Answer a form with another page (303), so that reloading does not send it again."""
    return go_to(url_for(endpoint, **values))


def asked_by_htmx() -> bool:
    """Whether a fragment is expected instead of a page."""
    return request.headers.get("HX-Request") == "true"


def go_to(target: str) -> Response:
    """Send to a page of this site (303)."""
    # An empty body: Werkzeug's own is in English.
    return Response(status=303, headers={"Location": target})
