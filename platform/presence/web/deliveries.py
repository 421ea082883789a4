"""« Transmissions »: what was sent to whom, addresses refused; and grave facts, seen or not."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.delivery import alerts, services
from presence.delivery.queries import deliveries, refused_addresses, transmissions
from presence.kernel.errors import Conflict, Invalid
from presence.members.queries import members
from presence.web.edge import page, see_other
from presence.web.forms import uuid_of
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import contracts

blueprint = Blueprint("deliveries", __name__)
MOST = 200


@blueprint.get("/transmissions")
@page(Permission.READ_REPORTS)
def read_deliveries(session: Session, identity: Identity) -> ResponseReturnValue:
    """Each e-mail for its bailleur; for the prestataire numbers, nobody's name."""
    if identity.organisation_kind is OrganisationKind.PRESTATAIRE:
        return render_template(
            "deliveries/provider.html",
            lines=transmissions(session, limit=MOST),
            names={c.bailleur_id: c.bailleur_name for c in contracts(session)},
        )
    return _page(session, identity)


@blueprint.post("/transmissions/<uuid:delivery_id>/reessayer")
@page(Permission.GIVE_VISA)
def try_again(session: Session, _: Identity, delivery_id: UUID) -> ResponseReturnValue:
    """Say that a refused address is right."""
    services.try_again(session, delivery_id)
    flash("Le courriel repart vers cette adresse.")
    return see_other("deliveries.read_deliveries")


@blueprint.post("/transmissions/<uuid:delivery_id>/renvoyer")
@page(Permission.GIVE_VISA)
def send_again(session: Session, identity: Identity, delivery_id: UUID) -> ResponseReturnValue:
    """Send a letter once more to the same person, once it is confirmed."""
    form = request.form
    try:
        with session.begin_nested():
            if form.get("confirmation") != "oui":
                raise Invalid("confirmation", "Cochez la case pour renvoyer ce courriel.")
            services.send_again(session, delivery_id, uuid_of(form.get("cle"), "cle"))
    except (Invalid, Conflict) as error:
        return _page(session, identity, error), 422
    flash("Le courriel est renvoyé.")
    return see_other("deliveries.read_deliveries")


@blueprint.get("/alertes/<uuid:alert_id>")
@page(Permission.READ_NIGHT)
def read_alert(session: Session, identity: Identity, alert_id: UUID) -> ResponseReturnValue:
    """A grave fact: where, what, when; who has seen it."""
    found = alerts.alert(session, alert_id)
    return render_template(
        "deliveries/alert.html",
        alert=found,
        fact=alerts.grave_fact(session, found),
        seen_by=_names(identity).get(found.acknowledged_by) if found.acknowledged_by else None,
    )


@blueprint.post("/alertes/<uuid:alert_id>/vu")
@page(Permission.READ_NIGHT)
def acknowledge(session: Session, identity: Identity, alert_id: UUID) -> ResponseReturnValue:
    """« J'ai vu »: the first one counts."""
    alerts.acknowledge(session, alert_id, identity.account_id)
    flash("C'est noté : vos collègues et le prestataire le savent.")
    return see_other("deliveries.read_alert", alert_id=alert_id)


def _names(identity: Identity) -> dict[UUID, str]:
    return {person.account_id: person.display_name for person in members(identity)}


def _page(session: Session, identity: Identity, refused: Invalid | Conflict | None = None) -> str:
    return render_template(
        "deliveries/deliveries.html",
        lines=deliveries(session, limit=MOST),
        bounced=refused_addresses(session),
        names=_names(identity),
        may_send=identity.may(Permission.GIVE_VISA),
        new_key=uuid4,
        refused=refused,
    )
