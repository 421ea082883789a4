"""Before sign-in: a forgotten password, a reset link, an invitation. Nothing tells who exists."""

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue

from presence.accounts import passwords
from presence.kernel.errors import DomainError, Invalid
from presence.members import services as members
from presence.throttling import limiter
from presence.web.edge import see_other
from tenants.roles import ADMINISTRATORS, ROLE_LABELS

blueprint = Blueprint("door", __name__)
_VOID = "Ce lien a déjà servi, ou n'est plus valable : demandez-en un autre."


@blueprint.get("/mot-de-passe/oublie")
def forgotten() -> ResponseReturnValue:
    """Ask for a link to set a new password."""
    return render_template("door/forgotten.html")


@blueprint.post("/mot-de-passe/oublie")
@limiter.limit("5 per 10 minutes")
def forgotten_submitted() -> ResponseReturnValue:
    """The same page whether the address has an account or none."""
    email = request.form.get("email", "")
    if email and len(email) <= 254:
        passwords.ask_reset(email)
    return render_template("door/forgotten.html", asked=True)


@blueprint.get("/mot-de-passe/<string(minlength=20, maxlength=100):secret>")
@limiter.limit("30 per 10 minutes")
def reset(secret: str) -> ResponseReturnValue:
    """The page of a reset link; reading it uses nothing up."""
    person = passwords.account_of_reset(secret)
    if person is None:
        return _void()
    return render_template("door/reset.html", least=_least(bool(person.roles & ADMINISTRATORS)))


@blueprint.post("/mot-de-passe/<string(minlength=20, maxlength=100):secret>")
@limiter.limit("30 per 10 minutes")
def reset_submitted(secret: str) -> ResponseReturnValue:
    """Set the new password: every session and token ends; the second factor stays asked."""
    person = passwords.account_of_reset(secret)
    if person is None:
        return _void()
    try:
        done = passwords.reset(secret, request.form.get("mot_de_passe", ""))
    except Invalid as error:
        least = _least(bool(person.roles & ADMINISTRATORS))
        return render_template("door/reset.html", least=least, refused=error), 422
    if not done:
        return _void()
    flash("Mot de passe changé : connectez-vous.")
    return see_other("session.sign_in")


@blueprint.get("/invitation/<string(minlength=20, maxlength=100):secret>")
@limiter.limit("30 per 10 minutes")
def invitation(secret: str) -> ResponseReturnValue:
    """An invitation as the invited person reads it."""
    return _invitation(secret)


@blueprint.post("/invitation/<string(minlength=20, maxlength=100):secret>")
@limiter.limit("30 per 10 minutes")
def invitation_submitted(secret: str) -> ResponseReturnValue:
    """Open the account."""
    form = request.form
    try:
        done = members.accept(secret, form.get("nom", ""), form.get("mot_de_passe", ""))
    except DomainError as error:
        answer = make_response(_invitation(secret, error))
        if answer.status_code == 200:
            answer.status_code = 422 if isinstance(error, Invalid) else 409
        return answer
    if not done:
        return _void()
    flash("Votre compte est ouvert : connectez-vous.")
    return see_other("session.sign_in")


def _invitation(secret: str, refused: DomainError | None = None) -> ResponseReturnValue:
    invited = members.welcome(secret)
    if invited is None:
        return _void()
    return render_template(
        "door/invitation.html",
        invited=invited,
        roles=[ROLE_LABELS[role] for role in sorted(invited.roles)],
        least=_least(bool(invited.roles & ADMINISTRATORS)),
        refused=refused,
        name=request.form.get("nom", invited.display_name),
    )


def _void() -> ResponseReturnValue:
    return make_response(render_template("door/void.html", told=_VOID), 404)


def _least(administers: bool) -> int:
    return passwords.MINIMUM_ADMINISTRATOR if administers else passwords.MINIMUM
