"""« Cette nuit » (A1): what happened last night in the bailleur's own places, in one sentence."""

from datetime import timedelta
from uuid import uuid4

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.delivery.alerts import open_alerts
from presence.followup.follow_ups import USUAL_DELAY
from presence.followup.people import people_of
from presence.kernel.clock import today
from presence.kernel.nomenclature import FollowUpKind
from presence.web.edge import page
from presence.web.forms import date_of
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
    day = today(session)
    may_follow = identity.may(Permission.FOLLOW_UP)
    return render_template(
        "night/night.html",
        night=night,
        follow_up_kinds=list(FollowUpKind),
        people=people_of(identity, day) if may_follow else [],
        me=identity.account_id,
        today=day,
        usual_due=day + USUAL_DELAY,
        may_follow=may_follow,
        alerts=open_alerts(session),
        new_key=uuid4,
        eve=night.evening_on - timedelta(days=1),
        morrow=night.evening_on + timedelta(days=1),
    )
