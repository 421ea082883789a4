"""« Carnet de liaison »: what a team leaves to the next one, or the prestataire to itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.handover import queries
from presence.handover.queries import NoteLine
from presence.handover.rules import MOST_NOTE
from presence.handover.services import TeamNoteDraft, read_note, supersede_note, write_note
from presence.kernel.clock import tonight
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import NoteAudience
from presence.patrimoine import queries as patrimoine
from presence.web.edge import go_to, local_path, page, see_other
from presence.web.forms import member, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("handover", __name__, url_prefix="/carnet")
SHOWN = timedelta(days=14)


@dataclass(frozen=True)
class Block:
    """What the « Soirée » and « Ma tournée » pages show on top: notes, and how many are unread."""

    notes: tuple[NoteLine, ...]
    unread: frozenset[UUID]
    places: dict[UUID, str]


def handover_block(
    session: Session, scheme_id: int, evening_on: date, account_id: UUID | None
) -> Block:
    """The notes that somebody reads before duty, unread first (carnet de liaison)."""
    notes = queries.notes_to_read(session, scheme_id, evening_on, account_id)
    unread = frozenset(note.id for note in notes if note.is_unread_by(account_id))
    return Block(tuple(notes), unread, _places(session) if notes else {})


@blueprint.get("")
@page(Permission.READ_EVENING)
def read_book(session: Session, identity: Identity) -> ResponseReturnValue:
    """The notes of two weeks by evening, or all those about a place."""
    return _page(session, identity)


@blueprint.post("")
@page(Permission.RECORD_ACTIVITY)
def write(session: Session, identity: Identity) -> ResponseReturnValue:
    """Write a note, or the one that takes the place of another."""
    form = request.form
    former = form.get("remplace")
    try:
        draft = TeamNoteDraft(
            client_id=uuid_of(form.get("cle"), "cle"),
            audience=member(NoteAudience, form.get("destinataires"), "destinataires"),
            body=form.get("texte", ""),
            author=identity.display_name,
            residence_id=uuid_of(form["lieu"], "lieu") if form.get("lieu") else None,
        )
        with session.begin_nested():
            if former:
                chief = identity.may(Permission.CLOSE_EVENING)
                supersede_note(session, uuid_of(former, "remplace"), draft, chief=chief)
            else:
                write_note(session, chosen_scheme(session).id, draft)
    except (Invalid, Conflict) as error:
        return _page(session, identity, error), 409 if isinstance(error, Conflict) else 422
    flash("Note corrigée : elle est à relire." if former else "Note écrite dans le carnet.")
    return see_other("handover.read_book")


@blueprint.post("/<uuid:note_id>/lue")
@page(Permission.READ_EVENING)
def acknowledge(session: Session, identity: Identity, note_id: UUID) -> ResponseReturnValue:
    """Say that one has read a note; the chief sees it."""
    read_note(session, note_id, identity.display_name)
    flash("Lecture notée : le chef d'équipe la voit.")
    return go_to(local_path(request.form.get("retour")) or "/carnet")


def _page(session: Session, identity: Identity, refused: Invalid | Conflict | None = None) -> str:
    scheme = chosen_scheme(session)
    about = _place_asked()
    notes = (
        queries.notes_about(session, about)
        if about
        else queries.notes_since(session, scheme.id, tonight(session) - SHOWN)
    )
    notes.sort(key=lambda note: note.evening_on, reverse=True)
    return render_template(
        "handover/book.html",
        evenings=[
            (on, list(lines)) for on, lines in groupby(notes, key=lambda line: line.evening_on)
        ],
        about=about,
        places=_places(session),
        audiences=list(NoteAudience),
        may_write=identity.may(Permission.RECORD_ACTIVITY),
        may_correct_all=identity.may(Permission.CLOSE_EVENING),
        own=identity.account_id,
        most=MOST_NOTE,
        new_key=uuid4,
        refused=refused,
        given=request.form,
    )


def _place_asked() -> UUID | None:
    told = request.args.get("residence")
    return uuid_of(told, "residence") if told else None


def _places(session: Session) -> dict[UUID, str]:
    """The names of the places served, in order; one that left has none."""
    found = sorted(patrimoine.residences(session), key=lambda place: (place.name, place.commune))
    return {place.id: f"{place.name}, {place.commune}" for place in found}
