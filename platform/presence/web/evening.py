"""« Soirée » (T2, T4): the prestataire's evening, place by place, and its entry forms."""

from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.daily_reports.closing import checklist
from presence.delivery.queries import acknowledged
from presence.field.closures import closure_of
from presence.field.events import link_interventions
from presence.field.rules import InterventionReport, VisitReport
from presence.field.services import take_in
from presence.field.unfinished import Begun, unfinished_sheet, unfinished_sheets
from presence.kernel import formats
from presence.kernel.clock import business_instant, evening_instant
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.keys import uuid7
from presence.kernel.nomenclature import (
    Action,
    Area,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    Urgency,
    VisitResult,
)
from presence.oncall.services import CallReport, log_call
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from presence.web.edge import page, see_other
from presence.web.evening_view import evening_of_request, linked_events, round_of
from presence.web.forms import date_of, hour_of, member, members, uuid_of
from presence.web.handover import handover_block
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("evening", __name__)


@blueprint.get("/soiree")
@page(Permission.READ_EVENING)
def read_evening(session: Session, identity: Identity) -> ResponseReturnValue:
    """The round of the evening: the next place, then each place and its state."""
    return _evening_page(session, identity, evening_of_request(session, request.args.get("soiree")))


def _evening_page(session: Session, identity: Identity, evening_on: date) -> str:
    scheme = chosen_scheme(session)
    events = linked_events(session, evening_on)
    return render_template(
        "evening/evening.html",
        scheme=scheme,
        round=round_of(session, scheme, evening_on, identity.account_id),
        handover=handover_block(session, scheme.id, evening_on, identity.account_id),
        checklist=checklist(session, scheme.id, evening_on),
        closure=closure_of(session, scheme.id, evening_on),
        may_close=identity.may(Permission.CLOSE_EVENING),
        may_record=identity.may(Permission.RECORD_ACTIVITY),
        unfinished=unfinished_sheets(session, scheme.id, evening_on),
        events=events,
        alerts=acknowledged(session, [item.id for item in events]),
        reasons=list(NotDoneReason),
        needs=list(Situation),
        urgencies=list(Urgency),
        places=patrimoine.residences(session),
        new_key=uuid7,
    )


@blueprint.post("/soiree/passages")
@page(Permission.RECORD_ACTIVITY)
def record_visit(session: Session, identity: Identity) -> ResponseReturnValue:
    """Record « RAS » or « Non effectué » at a place."""
    form = request.form
    evening_on = date_of(form.get("soiree"), "soiree")
    result = member(VisitResult, form.get("resultat"), "resultat")
    report = VisitReport(
        client_id=uuid_of(form.get("cle"), "cle"),
        entrance_id=uuid_of(form.get("lieu"), "lieu"),
        started_at=_moment(evening_on),
        result=result,
        not_done_reason=member(NotDoneReason, form.get("motif"), "motif")
        if result is VisitResult.NOT_DONE
        else None,
    )
    return _recorded(session, identity, report, evening_on)


@blueprint.get("/soiree/intervention/<uuid:entrance_id>")
@page(Permission.RECORD_ACTIVITY)
def intervention_form(session: Session, _: Identity, entrance_id: UUID) -> ResponseReturnValue:
    """The intervention form of a place: nothing is chosen beforehand."""
    evening_on = evening_of_request(session, request.args.get("soiree"))
    return _intervention_page(session, entrance_id, evening_on, None)


@blueprint.post("/soiree/intervention/<uuid:entrance_id>")
@page(Permission.RECORD_ACTIVITY)
def record_intervention(
    session: Session, identity: Identity, entrance_id: UUID
) -> ResponseReturnValue:
    """Record an intervention; what is missing is said above the form, and nothing typed is lost."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    try:
        report = _intervention_report(entrance_id, evening_on)
        return _recorded(session, identity, report, evening_on)
    except Invalid as error:
        return _intervention_page(session, entrance_id, evening_on, error), 422


@blueprint.post("/soiree/appels")
@page(Permission.RECORD_CALLS)
def record_call(session: Session, identity: Identity) -> ResponseReturnValue:
    """Log a call to the scheme's number."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    try:
        log_call(
            session,
            CallReport(
                client_id=uuid_of(request.form.get("cle"), "cle"),
                residence_id=uuid_of(request.form.get("residence"), "residence"),
                called_at=_moment(evening_on),
                need=member(Situation, request.form.get("besoin"), "besoin"),
                urgency=member(Urgency, request.form.get("urgence"), "urgence"),
            ),
        )
    except (Invalid, Conflict) as error:
        return _refused(session, identity, evening_on, error)
    flash("Appel noté.")
    return see_other("evening.read_evening", soiree=evening_on)


@blueprint.post("/soiree/evenements")
@page(Permission.RECORD_ACTIVITY)
def link_event(session: Session, identity: Identity) -> ResponseReturnValue:
    """Say that interventions in several halls were one event; no bailleur learns of it."""
    form = request.form
    evening_on = date_of(form.get("soiree"), "soiree")
    try:
        chosen = [uuid_of(text, "interventions") for text in form.getlist("interventions")]
        link_interventions(session, uuid_of(form.get("cle"), "cle"), evening_on, chosen)
    except (Invalid, Conflict) as error:
        return _refused(session, identity, evening_on, error)
    flash("Interventions reliées en un seul évènement.")
    return see_other("evening.read_evening", soiree=evening_on)


def _refused(
    session: Session, identity: Identity, evening_on: date, error: Invalid | Conflict
) -> ResponseReturnValue:
    flash(error.message, "error")
    page = _evening_page(session, identity, evening_on)
    return page, 409 if isinstance(error, Conflict) else 422


def _recorded(
    session: Session, identity: Identity, report: VisitReport, evening_on: date
) -> ResponseReturnValue:
    bound_at = business_instant(session, identity.since)
    outcome = take_in(session, [report], bound_at=bound_at)[0]
    if outcome.status in {"refused", "conflict"}:
        raise Invalid(outcome.field or "", outcome.message or "")
    flash("Passage enregistré.")
    return see_other("evening.read_evening", soiree=evening_on)


def _moment(evening_on: date) -> datetime:
    return evening_instant(evening_on, hour_of(request.form.get("heure"), "heure"))


def _intervention_report(entrance_id: UUID, evening_on: date) -> VisitReport:
    form = request.form
    actions = members(Action, form.getlist("actions"), "actions")
    if not actions:
        raise Invalid("actions", "Choisissez au moins une action.")
    police = Action.POLICE_REQUEST in actions
    called = (
        evening_instant(evening_on, hour_of(form.get("heure_appel"), "heure_appel"))
        if police
        else None
    )
    return VisitReport(
        client_id=uuid_of(form.get("cle"), "cle"),
        entrance_id=entrance_id,
        started_at=_moment(evening_on),
        result=VisitResult.INTERVENTION,
        interventions=(
            InterventionReport(
                area=member(Area, form.get("partie"), "partie"),
                situation=member(Situation, form.get("situation"), "situation"),
                actions=actions,
                outcome=member(Outcome, form.get("issue"), "issue"),
                origin=member(Origin, form.get("origine"), "origine"),
                people_band=member(PeopleBand, form.get("personnes"), "personnes"),
                police_force=member(PoliceForce, form.get("force"), "force") if police else None,
                police_called_at=called,
                police_arrived_at=_arrival(evening_on) if police else None,
                police_outcome=_answer() if police else None,
            ),
        ),
    )


def _arrival(evening_on: date) -> datetime | None:
    text = request.form.get("heure_arrivee")
    return evening_instant(evening_on, hour_of(text, "heure_arrivee")) if text else None


def _answer() -> PoliceOutcome | None:
    text = request.form.get("reponse")
    return member(PoliceOutcome, text, "reponse") if text else None


def _intervention_page(
    session: Session, entrance_id: UUID, evening_on: date, error: DomainError | None
) -> str:
    hall = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
    place = patrimoine.residence(session, hall.residence_id) if hall else None
    if hall is None or place is None:
        raise NotFound
    scheme = chosen_scheme(session)
    begun = _begun(session, entrance_id)
    return render_template(
        "evening/intervention.html",
        label=place_label(place.name, hall.name),
        place=place,
        scheme=scheme,
        evening_on=evening_on,
        hour=formats.hour(begun.started_at)
        if begun
        else round_of(session, scheme, evening_on).hour,
        error=error,
        given=request.form,
        key=request.form.get("cle") or (begun.id if begun else uuid7()),
        situations=list(Situation),
        actions=list(Action),
        outcomes=list(Outcome),
        areas=list(Area),
        origins=list(Origin),
        bands=list(PeopleBand),
        forces=list(PoliceForce),
        answers=list(PoliceOutcome),
    )


def _begun(session: Session, entrance_id: UUID) -> Begun | None:
    """The sheet begun at that place which the form finishes (« Noter plus tard »)."""
    asked = request.args.get("fiche")
    found = unfinished_sheet(session, uuid_of(asked, "fiche")) if asked else None
    return found if found and found.entrance_id == entrance_id else None
