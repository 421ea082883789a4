"""« Mon compte »: one's own password, second factor, open sessions and API tokens."""

from uuid import UUID

import segno
from flask import Blueprint, flash, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from presence.accounts import credentials, passwords, second_factor
from presence.accounts.identity import Identity
from presence.kernel.errors import DomainError, Invalid
from presence.kernel.sealing import Unreadable, seal, unseal
from presence.web.edge import own_page, see_other
from presence.web.forms import member_of, whole
from tenants.roles import PERMISSION_LABELS, Permission, needs_second_factor

blueprint = Blueprint("account", __name__, url_prefix="/compte")
ENROLLING = "enrolling"
TOKEN_DAYS = (7, 30, 90, 365)


@blueprint.get("")
@own_page
def read_account(identity: Identity) -> ResponseReturnValue:
    """The account, its secrets' states, where it is open."""
    return _page(identity)


@blueprint.post("/mot-de-passe")
@own_page
def change_password(identity: Identity) -> ResponseReturnValue:
    """Change the password: other sessions and every token end."""
    form = request.form
    try:
        passwords.change(
            identity, form.get("actuel", ""), form.get("mot_de_passe", ""), current_user.secret
        )
    except Invalid as error:
        return _page(identity, refused=error), 422
    flash("Mot de passe changé. Vos autres sessions et vos jetons sont fermés.")
    return see_other("account.read_account")


@blueprint.get("/second-facteur", endpoint="second_factor")
@own_page
def second_factor_page(identity: Identity) -> ResponseReturnValue:
    """The picture to scan, and the code that proves it was."""
    return _enrolment(identity)


@blueprint.post("/second-facteur")
@own_page
def enrol(identity: Identity) -> ResponseReturnValue:
    """Enrol the second factor; the recovery codes are shown once."""
    try:
        if identity.second_factor:
            # Replacing a factor takes more than an open session (ASVS 7.5.1).
            passwords.confirm(identity, request.form.get("actuel", ""))
        secret = unseal(session.get(ENROLLING, b"")).decode()
        codes = second_factor.enrol(identity, secret, request.form.get("code", ""))
    except (Invalid, Unreadable):
        return _enrolment(identity, failed=True), 422
    session.pop(ENROLLING, None)
    return render_template("account/recovery_codes.html", codes=codes)


@blueprint.post("/codes-de-secours")
@own_page
def renew_codes(identity: Identity) -> ResponseReturnValue:
    """New recovery codes; the former ones are void."""
    try:
        passwords.confirm(identity, request.form.get("actuel", ""))
    except Invalid as error:
        return _page(identity, refused=error), 422
    if not identity.second_factor:
        return see_other("account.second_factor")
    return render_template("account/recovery_codes.html", codes=second_factor.renew_codes(identity))


@blueprint.post("/second-facteur/retirer")
@own_page
def give_up(identity: Identity) -> ResponseReturnValue:
    """Remove the second factor, where no role asks for it."""
    try:
        passwords.confirm(identity, request.form.get("actuel", ""))
        if needs_second_factor(identity.organisation_kind, identity.roles):
            raise Invalid("actuel", "Votre rôle demande un second facteur : il ne se retire pas.")
    except Invalid as error:
        return _page(identity, refused=error), 422
    second_factor.give_up(identity)
    flash("Second facteur retiré.")
    return see_other("account.read_account")


@blueprint.post("/sessions/<uuid:session_id>/fermer")
@own_page
def close_session(identity: Identity, session_id: UUID) -> ResponseReturnValue:
    """Close one session, here or elsewhere."""
    credentials.close_session(identity, session_id)
    flash("Session fermée.")
    return see_other("account.read_account")


@blueprint.post("/sessions/fermer-les-autres")
@own_page
def close_others(identity: Identity) -> ResponseReturnValue:
    """Close every session but this one."""
    credentials.close_other_sessions(identity)
    flash("Vos autres sessions sont fermées.")
    return see_other("account.read_account")


@blueprint.post("/jetons")
@own_page
def issue_token(identity: Identity) -> ResponseReturnValue:
    """Issue a token: shown once."""
    form = request.form
    try:
        passwords.confirm(identity, form.get("actuel", ""))
        days = whole(form.get("jours"), "jours", least=1, most=credentials.LONGEST_DAYS)
        scopes = [member_of(Permission, text, "droits") for text in form.getlist("droits")]
        secret = credentials.issue_token(identity, days, form.get("nom", ""), scopes)
    except Invalid as error:
        return _page(identity, refused=error), 422
    return render_template("account/token.html", secret=secret, days=days)


@blueprint.post("/jetons/<uuid:token_id>/revoquer")
@own_page
def revoke_token(identity: Identity, token_id: UUID) -> ResponseReturnValue:
    """Revoke a token, at once."""
    credentials.revoke_token(identity, token_id)
    flash("Jeton révoqué.")
    return see_other("account.read_account")


def _page(identity: Identity, refused: DomainError | None = None) -> str:
    return render_template(
        "account/account.html",
        factor=second_factor.state_of(identity),
        required=needs_second_factor(identity.organisation_kind, identity.roles),
        sessions=credentials.open_sessions(identity),
        tokens=credentials.tokens(identity),
        permissions=sorted(identity.permissions, key=list(Permission).index),
        permission_labels=PERMISSION_LABELS,
        token_days=TOKEN_DAYS,
        refused=refused,
        given=request.form,
    )


def _enrolment(identity: Identity, *, failed: bool = False) -> str:
    secret = second_factor.new_secret()
    if failed and ENROLLING in session:
        # The same picture again: the application has already kept it.
        try:
            secret = unseal(session[ENROLLING]).decode()
        except Unreadable:
            failed = False
    session[ENROLLING] = seal(secret.encode())
    address = second_factor.address_of(identity, secret)
    picture = segno.make(address, error="m").svg_inline(scale=5, border=2, omitsize=False)
    return render_template(
        "account/second_factor.html",
        picture=Markup(picture),  # noqa: S704 - made here, of squares only
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        failed=failed,
        enrolled=identity.second_factor,
    )
