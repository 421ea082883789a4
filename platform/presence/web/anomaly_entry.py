"""« Anomalie » (T4): the agent notes what is broken in a hall, and what was looked at again."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.anomalies.rules import MOST_NOTE
from presence.field.rules import AnomalyReport, VisitReport
from presence.field.services import take_in
from presence.field.sightings import note_anomalies
from presence.kernel.clock import business_instant, evening_instant
from presence.kernel.errors import DomainError, Invalid, NotFound
from presence.kernel.keys import uuid7
from presence.kernel.nomenclature import Equipment, VisitResult
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from presence.web.anomalies_view import open_at
from presence.web.edge import page, see_other
from presence.web.evening_view import evening_of_request, round_of
from presence.web.forms import date_of, hour_of, member, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("anomaly_entry", __name__)
# What may be said of an anomaly that is already open; nothing, if nobody looked.
STILL_THERE, REPAIRED = "toujours-la", "repare"


@blueprint.get("/soiree/anomalie/<uuid:entrance_id>")
@page(Permission.RECORD_ACTIVITY)
def anomaly_form(session: Session, _: Identity, entrance_id: UUID) -> ResponseReturnValue:
    """The form of a hall: what is open there, and what else is broken."""
    evening_on = evening_of_request(session, request.args.get("soiree"))
    return _page(session, entrance_id, evening_on, None)


@blueprint.post("/soiree/anomalie/<uuid:entrance_id>")
@page(Permission.RECORD_ACTIVITY)
def record_anomaly(session: Session, identity: Identity, entrance_id: UUID) -> ResponseReturnValue:
    """Record one visit with all that was seen; nothing that was typed is lost on a refusal."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    try:
        report = _report(entrance_id, evening_on)
        if request.form.get("fiche"):
            return _completed(session, report, evening_on)
        bound_at = business_instant(session, identity.since)
        (outcome,) = take_in(session, [report], bound_at=bound_at)
        if outcome.status in {"refused", "conflict"}:
            raise Invalid(outcome.field or "", outcome.message or "")
    except Invalid as error:
        return _page(session, entrance_id, evening_on, error), 422
    flash(outcome.message or "Anomalie notée.")
    return see_other("evening.read_evening", soiree=evening_on)


def _completed(session: Session, report: VisitReport, evening_on: date) -> ResponseReturnValue:
    """Say what is broken on a sheet that was recorded without saying it."""
    visit_id = uuid_of(request.form.get("fiche"), "fiche")
    note_anomalies(session, visit_id, evening_on, report.anomalies)
    flash("Fiche complétée.")
    return see_other("evening.read_evening", soiree=evening_on)


def _report(entrance_id: UUID, evening_on: date) -> VisitReport:
    form = request.form
    seen = _looked_again()
    if form.get("equipement"):
        equipment = member(Equipment, form.get("equipement"), "equipement")
        seen = [one for one in seen if one.equipment is not equipment or not one.still_there]
        seen.append(AnomalyReport(equipment, form.get("note") or None))
    elif form.get("note", "").strip():
        raise Invalid("equipement", "Choisissez l'équipement dont parle la note.")
    if not seen:
        raise Invalid("equipement", "Choisissez l'équipement, ou dites ce que vous avez revu.")
    return VisitReport(
        client_id=uuid_of(form.get("cle"), "cle"),
        entrance_id=entrance_id,
        started_at=evening_instant(evening_on, hour_of(form.get("heure"), "heure")),
        result=VisitResult.ANOMALY,
        anomalies=tuple(sorted(seen, key=lambda one: list(Equipment).index(one.equipment))),
    )


def _looked_again() -> list[AnomalyReport]:
    told = ((equipment, request.form.get(f"revu-{equipment.value}")) for equipment in Equipment)
    return [
        AnomalyReport(equipment, still_there=said == STILL_THERE)
        for equipment, said in told
        if said in {STILL_THERE, REPAIRED}
    ]


def _page(session: Session, entrance_id: UUID, evening_on: date, error: DomainError | None) -> str:
    hall = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
    place = patrimoine.residence(session, hall.residence_id) if hall else None
    if hall is None or place is None:
        raise NotFound
    scheme = chosen_scheme(session)
    return render_template(
        "evening/anomaly.html",
        label=place_label(place.name, hall.name),
        place=place,
        scheme=scheme,
        evening_on=evening_on,
        hour=round_of(session, scheme, evening_on).hour,
        error=error,
        given=request.form,
        key=request.form.get("cle") or uuid7(),
        sheet=request.values.get("fiche"),
        known=open_at(session, entrance_id),
        looked=((STILL_THERE, "Toujours là"), (REPAIRED, "Réparé"), ("", "Pas regardé")),
        equipment=list(Equipment),
        most_note=MOST_NOTE,
    )
