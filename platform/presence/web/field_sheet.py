"""« Fiche résidence » in the evening (T3): what agents must know of a place before they go in."""

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today, tonight
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.nomenclature import NoteKind
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import frequencies_on
from presence.planning.wording import frequency_words
from presence.rounds.queries import on_duty
from presence.sites import codes, history, queries
from presence.sites import notes as site_notes
from presence.sites.codes import NotOnDuty, Revealed
from presence.web.edge import go_to, page
from presence.web.errors import answer
from presence.web.forms import uuid_of
from presence.web.sites_view import hall_names, visit_words
from tenants.database import restrict
from tenants.roles import Permission

blueprint = Blueprint("field_sheet", __name__, url_prefix="/soiree/residence/<uuid:residence_id>")


@blueprint.get("")
@page(Permission.READ_EVENING)
def read_field_sheet(
    session: Session, identity: Identity, residence_id: UUID
) -> ResponseReturnValue:
    """The sheet of a place of the round."""
    _reach(session, identity, residence_id)
    return _sheet(session, identity, residence_id)


@blueprint.post("/consignes/<uuid:note_id>/lue")
@page(Permission.RECORD_ACTIVITY)
def read_note(
    session: Session, identity: Identity, residence_id: UUID, note_id: UUID
) -> ResponseReturnValue:
    """« J'ai lu »."""
    _reach(session, identity, residence_id)
    try:
        with session.begin_nested():
            read = site_notes.read_note(session, note_id)
            if read.residence_id != residence_id:
                raise NotFound
    except (Invalid, Conflict) as error:
        return _sheet(session, identity, residence_id, refused=error), 409
    flash("Lecture notée.")
    sheet = url_for("field_sheet.read_field_sheet", residence_id=residence_id)
    return go_to(f"{sheet}#consigne-{note_id}")


@blueprint.post("/codes/<uuid:code_id>/reveler")
@page(Permission.REVEAL_CODES)
def reveal(
    session: Session, identity: Identity, residence_id: UUID, code_id: UUID
) -> ResponseReturnValue:
    """Show a code to the agent on duty, on this answer only."""
    if not identity.may(Permission.READ_EVENING):
        # The same right opens the bailleur's own sheet, not this one.
        abort(403)
    _reach(session, identity, residence_id)
    try:
        with session.begin_nested():
            shown = codes.reveal(session, code_id, uuid_of(request.form.get("cle"), "cle"))
            if shown.residence_id != residence_id:
                raise NotFound
    except NotOnDuty as error:
        if patrimoine.residence(session, residence_id) is None:
            # Out of tonight's round: there is no sheet to go back to.
            return answer(403, error.message)
        return _sheet(session, identity, residence_id, refused=error), 403
    except (Invalid, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _sheet(session, identity, residence_id, refused=error), status
    return _sheet(session, identity, residence_id, shown=shown)


def _reach(session: Session, identity: Identity, residence_id: UUID) -> None:
    """Reach the place that a published round sends the person to, due or not (ADR 0011)."""
    if patrimoine.residence(session, residence_id) is None and on_duty(
        session, identity.account_id, residence_id, tonight(session)
    ):
        restrict(session, [residence_id])


def _sheet(
    session: Session,
    identity: Identity,
    residence_id: UUID,
    *,
    refused: DomainError | None = None,
    shown: Revealed | None = None,
) -> str:
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    day, evening_on = today(session), tonight(session)
    notes = queries.notes_on(session, [residence_id], evening_on)
    readings = queries.readings_of(session, [note.id for note in notes])
    frequency = frequencies_on(session, day).get(residence_id)
    return render_template(
        "sites/field.html",
        place=place,
        hall_names=hall_names(patrimoine.hall_details(session, [residence_id])),
        hazards=[note for note in notes if note.kind is NoteKind.HAZARD],
        instructions=[note for note in notes if note.kind is NoteKind.INSTRUCTION],
        read={
            key for key, found in readings.items()
            if any(reading.account_id == identity.account_id for reading in found)
        },
        frequency=frequency_words(frequency) if frequency else None,
        visits=history.last_visits(session, residence_id, evening_on),
        visit_words=visit_words,
        contacts=queries.contacts_of(session, residence_id),
        police=queries.police_access_of(session, residence_id),
        codes=queries.codes_of(session, residence_id),
        on_duty=identity.may(Permission.REVEAL_CODES)
        and on_duty(session, identity.account_id, residence_id, evening_on),
        may_read=identity.may(Permission.RECORD_ACTIVITY),
        evening_on=evening_on,
        refused=refused,
        shown=shown,
        new_key=uuid4,
    )  # fmt: skip
