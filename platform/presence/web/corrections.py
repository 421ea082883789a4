"""« Rectifier » (D5): change a sheet, with why; after the signature another person approves."""

from datetime import date, datetime
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.field.changes import Draft, approve_change, change, propose_change, refuse_change
from presence.field.closures import closure_of
from presence.field.rules import InterventionReport, VisitReport
from presence.field.sheets import VISIT, Sheet, sheet_of
from presence.kernel import formats
from presence.kernel.clock import evening_instant, tonight
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.kernel.nomenclature import (
    Action,
    Area,
    ChangeState,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from presence.review.disputes import dispute
from presence.web.edge import page, see_other
from presence.web.forms import date_of, hour_of, member, members, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/fiches/<uuid:sheet_id>/correction")
@page(Permission.AMEND_REPORTS)
def correct(session: Session, _: Identity, sheet_id: UUID) -> ResponseReturnValue:
    """The sheet as it is, to be changed."""
    asked = request.args.get("soiree")
    return _form(session, sheet_id, date_of(asked, "soiree") if asked else tonight(session))


@blueprint.post("/fiches/<uuid:sheet_id>/correction")
@page(Permission.AMEND_REPORTS)
def propose(session: Session, identity: Identity, sheet_id: UUID) -> ResponseReturnValue:
    """Propose the change; what is missing is said above the form, and nothing typed is lost."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    sheet = sheet_of(session, sheet_id, evening_on)
    if sheet is None:
        abort(404)
    try:
        withdraw = request.form.get("retrait") == "oui"
        started_at = evening_instant(evening_on, hour_of(request.form.get("heure"), "heure"))
        with session.begin_nested():
            made = propose_change(
                session,
                Draft(
                    client_id=uuid_of(request.form.get("cle"), "cle"),
                    evening_on=evening_on,
                    sheet_id=sheet_id,
                    after=None if withdraw else _told(sheet, started_at),
                    started_at=started_at,
                    reason=request.form.get("raison") or "",
                    author=identity.display_name,
                    dispute_id=_disputed(session),
                ),
            )
    except (Invalid, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _form(session, sheet_id, evening_on, error), status
    if made.state == ChangeState.APPLIED.value:
        flash("Fiche corrigée.")
        return see_other("evening.read_evening", soiree=evening_on)
    flash("Correction proposée : une autre personne l'approuve, puis le rapport est rectifié.")
    return see_other("reports.read_reports", soiree=evening_on)


@blueprint.post("/corrections/<uuid:change_id>/decision")
@page(Permission.AMEND_REPORTS)
def decide(session: Session, identity: Identity, change_id: UUID) -> ResponseReturnValue:
    """Approve somebody else's correction, or refuse it; one's own can only be taken back."""
    asked = change(session, change_id)
    if asked is None:
        abort(404)
    try:
        with session.begin_nested():
            if request.form.get("decision") == "oui":
                approve_change(session, change_id, identity.display_name)
                told = "Correction approuvée : le rapport rectifié part vers le bailleur."
            else:
                refuse_change(session, change_id, identity.display_name)
                told = "Correction refusée : la fiche reste comme elle est."
        flash(told)
    except (Invalid, Conflict) as error:
        flash(error.message, "error")
    return see_other("reports.read_reports", soiree=asked.evening_on)


def _form(
    session: Session, sheet_id: UUID, evening_on: date, refused: DomainError | None = None
) -> str:
    sheet = sheet_of(session, sheet_id, evening_on)
    if sheet is None:
        abort(404)
    hall = patrimoine.entrances_by_id(session, [sheet.entrance_id]).get(sheet.entrance_id)
    place = patrimoine.residence(session, sheet.residence_id)
    return render_template(
        "reports/correct.html",
        sheet=sheet,
        label=place_label(place.name, hall.name) if place and hall else "Lieu sorti du périmètre",
        evening_on=evening_on,
        signed=closure_of(session, sheet.scheme_id, evening_on),
        given=request.form if request.method == "POST" else _as_given(sheet),
        chosen=request.form.getlist("actions")
        if request.method == "POST"
        else sheet.values.get("actions", []),
        dispute_id=request.values.get("contestation"),
        key=request.form.get("cle") or uuid4(),
        refused=refused,
        results=[item for item in VisitResult if item is not VisitResult.INTERVENTION],
        reasons=list(NotDoneReason),
        situations=list(Situation),
        actions=list(Action),
        outcomes=list(Outcome),
        areas=list(Area),
        origins=list(Origin),
        bands=list(PeopleBand),
        forces=list(PoliceForce),
        answers=list(PoliceOutcome),
    )


def _as_given(sheet: Sheet) -> dict[str, object]:
    """The sheet's values under the names of the form."""
    values = sheet.values
    names = {
        "resultat": "result", "motif": "not_done_reason", "situation": "situation",
        "issue": "outcome", "partie": "area", "origine": "origin", "personnes": "people_band",
        "force": "police_force", "reponse": "police_outcome",
    }  # fmt: skip
    given = {name: values.get(column) or "" for name, column in names.items()}
    for name, column in (("heure_appel", "police_called_at"), ("arrivee", "police_arrived_at")):
        told = values.get(column)
        given[name] = formats.hour(datetime.fromisoformat(str(told))) if told else ""
    return given | {"heure": formats.hour(sheet.started_at)}


def _told(sheet: Sheet, started_at: datetime) -> VisitReport | InterventionReport:
    return _visit(sheet, started_at) if sheet.kind == VISIT else _intervention(sheet.evening_on)


def _visit(sheet: Sheet, started_at: datetime) -> VisitReport:
    form = request.form
    # The result of an intervention's visit is not on the form: it stays.
    told = form.get("resultat") or str(sheet.values["result"])
    result = member(VisitResult, told, "resultat")
    reason = form.get("motif") if result is VisitResult.NOT_DONE else None
    return VisitReport(
        client_id=sheet.id,
        entrance_id=sheet.entrance_id,
        started_at=started_at,
        result=result,
        not_done_reason=member(NotDoneReason, reason, "motif")
        if result is VisitResult.NOT_DONE
        else None,
    )


def _intervention(evening_on: date) -> InterventionReport:
    form = request.form

    def at(name: str) -> datetime | None:
        told = form.get(name)
        return evening_instant(evening_on, hour_of(told, name)) if told else None

    actions = members(Action, form.getlist("actions"), "actions")
    police = Action.POLICE_REQUEST in actions
    answer = form.get("reponse") if police else None
    return InterventionReport(
        area=member(Area, form.get("partie"), "partie"),
        situation=member(Situation, form.get("situation"), "situation"),
        actions=actions,
        outcome=member(Outcome, form.get("issue"), "issue"),
        origin=member(Origin, form.get("origine"), "origine"),
        people_band=member(PeopleBand, form.get("personnes"), "personnes"),
        police_force=member(PoliceForce, form.get("force"), "force") if police else None,
        police_called_at=at("heure_appel") if police else None,
        police_arrived_at=at("arrivee") if police else None,
        police_outcome=member(PoliceOutcome, answer, "reponse") if answer else None,
    )


def _disputed(session: Session) -> UUID | None:
    asked = request.form.get("contestation")
    if not asked:
        return None
    found = dispute(session, uuid_of(asked, "contestation"))
    if found is None:
        raise Invalid("contestation", "Cette contestation n'existe pas.")
    return found.id
