"""« Cessions »: sell residences to another bailleur from a date; take over with the code."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.daily_reports.queries import last_sealed_evening
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.formats import count
from presence.patrimoine import queries as patrimoine
from presence.transfers import services
from presence.transfers.queries import transfers
from presence.transfers.services import Asked, Offer, new_secret
from presence.web.edge import page, see_other
from presence.web.forms import date_of, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("transfers", __name__)


@blueprint.get("/cessions")
@page(Permission.TRANSFER_PLACES)
def read_transfers(session: Session, _: Identity) -> ResponseReturnValue:
    """The offers made, and the two forms: sell, take over."""
    return _page(session)


@blueprint.post("/cessions")
@page(Permission.TRANSFER_PLACES)
def offer(session: Session, _: Identity) -> ResponseReturnValue:
    """Offer residences: the code to hand to the buyer is shown on this answer only."""
    form = request.form
    try:
        with session.begin_nested():
            chosen = tuple(uuid_of(key, "residences") for key in form.getlist("residences"))
            effective_on = date_of(form.get("effet"), "effet")
            asked = Asked(uuid_of(form.get("cle"), "cle"), new_secret(), chosen, effective_on)
            services.offer(session, asked, last_sealed_evening(session))
    except (Invalid, Conflict) as error:
        return _page(session, error), 422
    return _page(session, code=asked.secret)


@blueprint.post("/cessions/<uuid:transfer_id>/retrait")
@page(Permission.TRANSFER_PLACES)
def withdraw(session: Session, _: Identity, transfer_id: UUID) -> ResponseReturnValue:
    """Withdraw an offer that nobody took."""
    try:
        services.withdraw(session, transfer_id)
    except Conflict as error:
        return _page(session, error), 422
    flash("Cession retirée : son code n'ouvre plus rien.")
    return see_other("transfers.read_transfers")


@blueprint.post("/cessions/reprise")
@page(Permission.TRANSFER_PLACES)
def take(session: Session, _: Identity) -> ResponseReturnValue:
    """Look at what a code opens, then take it over."""
    form = request.form
    code, agency = form.get("code", "").strip(), " ".join(form.get("agence", "").split())
    try:
        with session.begin_nested():
            if form.get("confirmation") != "oui":
                return _page(session, opened=services.read_offer(session, code), code_given=code)
            if not agency:
                raise Invalid("agence", "Donnez l'agence qui reprend les résidences.")
            taken = services.take(session, code, agency, uuid_of(form.get("cle"), "cle"))
    except (Invalid, Conflict) as error:
        return _page(session, error), 422
    told = count(len(taken.residence_ids), "résidence reprise", "résidences reprises")
    flash(f"{told} à compter du {taken.effective_on:%d/%m/%Y}.")
    return see_other("residences.read_residences")


def _page(
    session: Session,
    refused: Invalid | Conflict | None = None,
    *,
    code: str | None = None,
    opened: Offer | None = None,
    code_given: str = "",
) -> str:
    return render_template(
        "transfers/transfers.html",
        places=sorted(patrimoine.residences(session), key=lambda place: place.name),
        offers=list(reversed(transfers(session))),
        agencies=patrimoine.agency_names(session),
        today=today(session),
        code=code,
        opened=opened,
        code_given=code_given,
        new_key=uuid4,
        refused=refused,
    )
