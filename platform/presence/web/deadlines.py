"""Grant the prestataire a delay (délai accordé): dated, with its reason, by the bailleur."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.errors import Conflict, Invalid
from presence.review.deadlines import ExceptionDraft, grant_exception
from presence.web.edge import page, see_other
from presence.web.forms import date_of, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("deadlines", __name__)


@blueprint.post("/delais")
@page(Permission.GIVE_VISA)
def grant(session: Session, _: Identity) -> ResponseReturnValue:
    """Grant a delay between two days."""
    form = request.form
    try:
        with session.begin_nested():
            grant_exception(
                session,
                ExceptionDraft(
                    client_id=uuid_of(form.get("cle"), "cle"),
                    scheme_id=chosen_scheme(session).id,
                    from_on=date_of(form.get("du"), "du"),
                    to_on=date_of(form.get("au"), "au"),
                    reason=form.get("motif") or "",
                ),
            )
        flash("Délai accordé : ses soirées sortent du taux.")
    except (Invalid, Conflict) as error:
        flash(error.message, "error")
    return see_other("reports.read_reports", mois=form.get("mois"))
