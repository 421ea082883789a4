"""« Historique » (A6): what happened at a residence over a period, as a factual extract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.followup.codes import PastKind
from presence.followup.place_history import ENOUGH_VISITS, Rate, Span, past_of, rate_of
from presence.kernel import formats
from presence.kernel.clock import tonight
from presence.kernel.errors import Invalid
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Hall
from presence.web.edge import page
from presence.web.forms import date_of, member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("place_history", __name__, url_prefix="/residences/<uuid:residence_id>")
USUAL_PERIOD = timedelta(days=90)
# Visits are kept by month: a year is what one reading may open.
LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """The period, the hall and the type that the address asks for."""

    span: Span
    kind: PastKind | None = None


@blueprint.get("/historique")
@page(Permission.READ_NIGHT)
def read_history(session: Session, _: Identity, residence_id: UUID) -> ResponseReturnValue:
    """The facts of a residence, the latest first, and their rate per hundred visits."""
    place = patrimoine.residence(session, residence_id)
    if place is None:
        abort(404)
    halls = patrimoine.entrances(session, [residence_id], archived=True)
    evening_on, refused = tonight(session), None
    asked = Asked(Span(residence_id, evening_on - USUAL_PERIOD, evening_on))
    try:
        asked = _asked(request.args, asked, halls)
    except Invalid as error:
        refused = error
    rate = rate_of(session, asked.span)
    shown = render_template(
        "residences/history.html",
        place=place,
        halls=halls,
        names={hall.id: hall.name for hall in halls},
        asked=asked,
        kinds=list(PastKind),
        facts=past_of(session, asked.span, asked.kind),
        rate=rate,
        sentence=sentence_of(rate),
        tonight=evening_on,
        refused=refused,
    )
    return make_response(shown, 422 if refused else 200)


def sentence_of(rate: Rate) -> str:
    """« 3 interventions pour 120 passages faits, soit 2,5 pour 100 passages. »."""
    told = f"{formats.count(rate.interventions, 'intervention')} pour "
    told += formats.count(rate.visits, "passage fait", "passages faits")
    if rate.per_hundred is None:
        return f"{told}."
    share = f"{rate.per_hundred:.1f}".replace(".", ",")
    if rate.enough:
        return f"{told}, soit {share} pour 100 passages."
    return (
        f"{told}. Moins de {ENOUGH_VISITS} passages : {share} pour 100 passages, à titre indicatif."
    )


def _asked(arguments: Mapping[str, str], usual: Asked, halls: list[Hall]) -> Asked:
    """Read the address; raises `Invalid`."""
    start, end, hall, kind = (arguments.get(name) for name in ("du", "au", "hall", "type"))
    to_on = date_of(end, "au") if end else usual.span.to_on
    from_on = date_of(start, "du") if start else to_on - USUAL_PERIOD
    if from_on > to_on:
        raise Invalid("du", "Le début de la période est après sa fin.")
    if to_on - from_on > LONGEST_PERIOD:
        raise Invalid("du", "Choisissez une période d'un an au plus.")
    entrance_id = uuid_of(hall, "hall") if hall else None
    if entrance_id is not None and entrance_id not in {known.id for known in halls}:
        raise Invalid("hall", "Hall inconnu dans cette résidence.")
    return Asked(
        Span(usual.span.residence_id, from_on, to_on, entrance_id),
        member(PastKind, kind, "type") if kind else None,
    )
