"""« Clore la soirée » (T7): the checklist, reasons for what was not visited, one signature."""

from datetime import date
from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.daily_reports.closing import checklist, close_evening
from presence.field.closures import closure_of
from presence.field.rules import VisitReport
from presence.field.services import take_in
from presence.field.unfinished import drop_sheet, note_for_later
from presence.kernel import formats
from presence.kernel.clock import evening_instant, tonight
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.kernel.keys import derived_uuid
from presence.kernel.nomenclature import NotDoneReason, VisitResult
from presence.web.edge import page, see_other
from presence.web.forms import date_of, hour_of, member, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("closing", __name__)
# The hour at which a visit that was not made is told, when nobody says another.
TOLD_AT = "22:55"


@blueprint.get("/soiree/cloture")
@page(Permission.CLOSE_EVENING)
def read_closing(session: Session, _: Identity) -> ResponseReturnValue:
    """The checklist of an evening, errors first, each with its link."""
    asked = request.args.get("soiree")
    return _page(session, date_of(asked, "soiree") if asked else tonight(session))


def _page(session: Session, evening_on: date, refused: DomainError | None = None) -> str:
    scheme = chosen_scheme(session)
    return render_template(
        "evening/closing.html",
        scheme=scheme,
        evening_on=evening_on,
        title=formats.long_date(evening_on),
        checklist=checklist(session, scheme.id, evening_on),
        closure=closure_of(session, scheme.id, evening_on),
        reasons=list(NotDoneReason),
        new_key=uuid4,
        refused=refused,
    )


@blueprint.post("/soiree/cloture")
@page(Permission.CLOSE_EVENING)
def close(session: Session, identity: Identity) -> ResponseReturnValue:
    """Sign and close the evening: each bailleur's report is sealed from it."""
    scheme = chosen_scheme(session)
    evening_on = date_of(request.form.get("soiree"), "soiree")
    try:
        if request.form.get("confirmation") != "oui":
            raise Invalid("confirmation", "Cochez « J'ai vérifié » avant de signer.")
        with session.begin_nested():
            close_evening(session, scheme.id, evening_on, signer=identity.display_name)
    except (Invalid, Conflict) as error:
        return _page(session, evening_on, error), 409 if isinstance(error, Conflict) else 422
    flash("Soirée signée. Les rapports partent vers chaque bailleur.")
    return see_other("evening.read_evening", soiree=evening_on)


@blueprint.post("/soiree/cloture/motifs")
@page(Permission.CLOSE_EVENING)
def give_reasons(session: Session, _: Identity) -> ResponseReturnValue:
    """Give the reason of several visits that were not made; those left empty stay as they are."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    key = uuid_of(request.form.get("cle"), "cle")
    told_at = evening_instant(evening_on, hour_of(TOLD_AT, "heure"))
    try:
        reports = [
            VisitReport(
                # From the form's key and the place: sent twice, it is told once.
                client_id=derived_uuid(key, name),
                entrance_id=uuid_of(name.removeprefix("motif-"), name),
                started_at=told_at,
                result=VisitResult.NOT_DONE,
                not_done_reason=member(NotDoneReason, value, name),
            )
            for name, value in request.form.items()
            if name.startswith("motif-") and value
        ]
        with session.begin_nested():
            for outcome in take_in(session, reports):
                if outcome.status in {"refused", "conflict"}:
                    raise Invalid(outcome.field or "", outcome.message or "")
    except (Invalid, Conflict) as error:
        return _page(session, evening_on, error), 422
    if reports:
        flash(f"{formats.count(len(reports), 'motif noté', 'motifs notés')}.")
    return see_other("closing.read_closing", soiree=evening_on)


@blueprint.post("/soiree/plus-tard")
@page(Permission.RECORD_ACTIVITY)
def note_later(session: Session, _: Identity) -> ResponseReturnValue:
    """« Noter plus tard »: the hour and the place are kept, the sheet is told in safety."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    started_at = evening_instant(evening_on, hour_of(request.form.get("heure"), "heure"))
    key = uuid_of(request.form.get("cle"), "cle")
    note_for_later(session, key, uuid_of(request.form.get("lieu"), "lieu"), started_at)
    flash("Heure et lieu gardés : la fiche est à compléter.")
    return see_other("evening.read_evening", soiree=evening_on)


@blueprint.post("/soiree/plus-tard/<uuid:sheet_id>/abandon")
@page(Permission.RECORD_ACTIVITY)
def drop(session: Session, _: Identity, sheet_id: UUID) -> ResponseReturnValue:
    """Give up a sheet that was begun: there is nothing to tell after all."""
    evening_on = date_of(request.form.get("soiree"), "soiree")
    drop_sheet(session, sheet_id)
    flash("Fiche abandonnée : son heure reste écrite.")
    return see_other("evening.read_evening", soiree=evening_on)
