"""« Cette nuit » (A1): what happened last night in the bailleur's own places, in one sentence."""

from datetime import timedelta
from uuid import uuid4

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.followup.services import SummonsReport, record_summons
from presence.kernel import formats
from presence.kernel.clock import today
from presence.kernel.errors import DomainError, NotFound
from presence.kernel.nomenclature import HelpOffered
from presence.web.edge import asked_by_htmx, page, see_other
from presence.web.forms import date_of, member, uuid_of
from presence.web.night_view import night_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("night", __name__)


@blueprint.get("/cette-nuit")
@page(Permission.READ_NIGHT)
def read_night(session: Session, identity: Identity) -> ResponseReturnValue:
    """The night of an evening, the last one by default."""
    scheme = chosen_scheme(session)
    asked = request.args.get("soiree")
    evening_on = date_of(asked, "soiree") if asked else None
    night = night_of(session, scheme, identity.organisation_id, evening_on)
    return render_template(
        "night/night.html",
        night=night,
        helps=list(HelpOffered),
        today=today(session),
        may_follow=identity.may(Permission.FOLLOW_UP),
        new_key=uuid4,
        eve=night.evening_on - timedelta(days=1),
        morrow=night.evening_on + timedelta(days=1),
    )


@blueprint.post("/cette-nuit/suites")
@page(Permission.FOLLOW_UP)
def follow_up(session: Session, _: Identity) -> ResponseReturnValue:
    """Record a summons from a row of the night."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    intervention_id = uuid_of(request.form.get("intervention"), "intervention")
    try:
        summons = record_summons(
            session,
            SummonsReport(
                client_id=uuid_of(request.form.get("cle"), "cle"),
                residence_id=uuid_of(request.form.get("residence"), "residence"),
                summoned_on=date_of(request.form.get("date"), "date"),
                help_offered=member(HelpOffered, request.form.get("aide"), "aide"),
                intervention_id=intervention_id,
            ),
        )
    except NotFound:
        raise
    except DomainError as error:
        if not asked_by_htmx():
            flash(error.message, "error")
            return see_other("night.read_night", soiree=evening_on)
        return make_response(
            render_template("night/follow_up_refused.html", message=error.message), 422
        )
    done = f"Convocation du {formats.long_date(summons.summoned_on, weekday=False)} notée."
    if asked_by_htmx():
        return render_template("night/follow_up_done.html", message=done)
    flash(done)
    return see_other("night.read_night", soiree=evening_on)
