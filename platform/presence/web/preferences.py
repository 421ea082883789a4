"""« Mes courriels »: when a person wants the reports by e-mail, and at which hours never."""

from datetime import time

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.delivery.choices import Choice, choice_of, choose
from presence.delivery.services import ask_trial, confirm_address
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import ReportChoice
from presence.web.edge import page, see_other
from presence.web.forms import hour_of, member
from tenants.roles import Permission

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@blueprint.get("")
@page(Permission.READ_NIGHT)
def read_preferences(session: Session, identity: Identity) -> ResponseReturnValue:
    """The choices in force."""
    return _page(session, identity)


@blueprint.post("")
@page(Permission.READ_NIGHT)
def save(session: Session, identity: Identity) -> ResponseReturnValue:
    """Keep the choices."""
    form = request.form
    try:
        with session.begin_nested():
            choice = Choice(
                member(ReportChoice, form.get("rythme"), "rythme"),
                form.get("urgent") == "oui",
                _hour("calme_de"),
                _hour("calme_a"),
            )
            choose(session, identity.account_id, choice)
    except Invalid as error:
        return _page(session, identity, error), 422
    flash("Vos courriels sont réglés.")
    return see_other("preferences.read_preferences")


@blueprint.post("/essai")
@page(Permission.READ_NIGHT)
def send_trial(session: Session, identity: Identity) -> ResponseReturnValue:
    """Send oneself a message, to see whether it comes."""
    ask_trial(session)
    flash(f"Un courriel d'essai part vers {identity.email}.")
    return see_other("preferences.read_preferences")


@blueprint.post("/adresse")
@page(Permission.READ_NIGHT)
def confirm(session: Session, identity: Identity) -> ResponseReturnValue:
    """Say that one's refused address is right."""
    confirm_address(session, identity.account_id)
    flash("Les courriels repartent vers votre adresse.")
    return see_other("preferences.read_preferences")


def _hour(field: str) -> time | None:
    told = request.form.get(field)
    return hour_of(told, field) if told else None


def own_choice(session: Session, identity: Identity) -> Choice:
    """The choice of whoever asks."""
    grants = identity.grants_of(Permission.READ_NIGHT)
    return choice_of(
        session,
        identity.account_id,
        scoped=not any(grant.whole for grant in grants),
        follows_up=identity.may(Permission.FOLLOW_UP),
    )


def _page(session: Session, identity: Identity, refused: Invalid | None = None) -> str:
    return render_template(
        "deliveries/preferences.html",
        choice=own_choice(session, identity),
        rhythms=ReportChoice,
        given=request.form,
        refused=refused,
    )
