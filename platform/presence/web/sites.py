"""« Fiche résidence » (A5): all that is known of a place, and what its agents must know tonight."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.followup.queries import summonses_at
from presence.kernel.clock import today, tonight
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import NoteKind
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import frequencies_on
from presence.planning.wording import frequency_words
from presence.sites import codes, history, notes, queries, services
from presence.sites.codes import CodeDraft, Revealed
from presence.sites.notes import NoteDraft
from presence.sites.services import ContactDraft, PoliceDraft
from presence.web import sites_view as view
from presence.web.edge import page, see_other
from presence.web.forms import date_of, member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("sites", __name__, url_prefix="/residences/<uuid:residence_id>")
Refusal = Invalid | Conflict


@blueprint.get("")
@page(Permission.READ_NIGHT)
def read_site(session: Session, identity: Identity, residence_id: UUID) -> ResponseReturnValue:
    """The sheet."""
    return _sheet(session, identity, residence_id)


@blueprint.post("/consignes")
@page(Permission.MANAGE_SITES)
def write_note(session: Session, identity: Identity, residence_id: UUID) -> ResponseReturnValue:
    """Write an instruction or a hazard, or its new version."""
    form = request.form
    replaced = form.get("remplace")

    def write() -> None:
        draft = NoteDraft(
            client_id=uuid_of(form.get("cle"), "cle"),
            residence_id=residence_id,
            kind=member(NoteKind, form.get("nature"), "nature"),
            body=form.get("texte", ""),
            author=identity.display_name,
            starts_on=_date("du"),
            entrance_id=_hall(),
            replaces=uuid_of(replaced, "remplace") if replaced else None,
        )
        notes.write_note(session, draft)

    done = "Consigne enregistrée : les agents la verront comme nouvelle."
    return _done(session, identity, residence_id, write, done, f"note-{replaced or 'new'}")


@blueprint.post("/consignes/<uuid:note_id>/fin")
@page(Permission.MANAGE_SITES)
def end_note(
    session: Session, identity: Identity, residence_id: UUID, note_id: UUID
) -> ResponseReturnValue:
    """End a note from an evening on."""

    def end() -> None:
        notes.end_note(session, residence_id, note_id, _date("au"))

    done = "Consigne terminée : elle se lit encore pour les soirées passées."
    return _done(session, identity, residence_id, end, done, f"end-{note_id}")


@blueprint.post("/contacts")
@page(Permission.MANAGE_SITES)
def add_contact(session: Session, identity: Identity, residence_id: UUID) -> ResponseReturnValue:
    """Add a contact on site."""
    form = request.form

    def add() -> None:
        draft = ContactDraft(
            uuid_of(form.get("cle"), "cle"), residence_id, form.get("fonction", ""),
            form.get("nom", ""), form.get("telephone", ""), _hall(),
        )  # fmt: skip
        services.add_contact(session, draft)

    return _done(session, identity, residence_id, add, "Contact ajouté.", "contact-new")


@blueprint.post("/contacts/<uuid:contact_id>/archiver")
@page(Permission.MANAGE_SITES)
def archive_contact(
    session: Session, identity: Identity, residence_id: UUID, contact_id: UUID
) -> ResponseReturnValue:
    """Archive a contact."""

    def archive() -> None:
        services.archive_contact(session, residence_id, contact_id)

    done = "Contact archivé : les agents ne le voient plus."
    return _done(session, identity, residence_id, archive, done, "contact")


@blueprint.post("/forces-de-l-ordre")
@page(Permission.MANAGE_SITES)
def state_police_access(
    session: Session, identity: Identity, residence_id: UUID
) -> ResponseReturnValue:
    """State how police and fire services come in."""
    form = request.form

    def state() -> None:
        draft = PoliceDraft(
            residence_id, form.get("moyen", ""), _date("autorisee_le"), form.get("document") or None
        )
        services.state_police_access(session, draft)

    return _done(session, identity, residence_id, state, "Accès déclaré.", "police")


@blueprint.post("/codes")
@page(Permission.MANAGE_SITES)
def set_code(session: Session, identity: Identity, residence_id: UUID) -> ResponseReturnValue:
    """Seal a code; its text is never given back by this page."""
    form = request.form
    replaced = form.get("remplace")

    def seal() -> None:
        draft = CodeDraft(
            client_id=uuid_of(form.get("cle"), "cle"),
            residence_id=residence_id,
            label=form.get("intitule", ""),
            code=form.get("code", ""),
            entrance_id=_hall(),
            change_by_on=_date("a_changer"),
            replaces=uuid_of(replaced, "remplace") if replaced else None,
        )
        codes.set_code(session, draft)

    done = "Code scellé : il ne se montre que sur demande, et c'est noté."
    return _done(session, identity, residence_id, seal, done, f"code-{replaced or 'new'}")


@blueprint.post("/codes/<uuid:code_id>/retirer")
@page(Permission.MANAGE_SITES)
def withdraw_code(
    session: Session, identity: Identity, residence_id: UUID, code_id: UUID
) -> ResponseReturnValue:
    """Withdraw a code."""

    def withdraw() -> None:
        codes.withdraw_code(session, residence_id, code_id)

    done = "Code retiré : il ne se montre plus."
    return _done(session, identity, residence_id, withdraw, done, "code")


@blueprint.post("/codes/<uuid:code_id>/reveler")
@page(Permission.REVEAL_CODES)
def reveal(
    session: Session, identity: Identity, residence_id: UUID, code_id: UUID
) -> ResponseReturnValue:
    """Show a code on this answer only; who asked is written with it."""
    if not identity.may(Permission.READ_NIGHT):
        # The same right opens the agents' own sheet, not this one.
        abort(403)
    try:
        with session.begin_nested():
            shown = codes.reveal(session, code_id, uuid_of(request.form.get("cle"), "cle"))
            if shown.residence_id != residence_id:
                raise NotFound
    except (Invalid, Conflict) as error:
        return _refused(session, identity, residence_id, error, "code")
    return _sheet(session, identity, residence_id, shown=shown)


def _done(
    session: Session,
    identity: Identity,
    residence_id: UUID,
    act: Callable[[], None],
    done: str,
    form: str,
) -> ResponseReturnValue:
    """Run an act whole or not at all; a refusal shows the page again, that form open."""
    try:
        with session.begin_nested():
            act()
    except (Invalid, Conflict) as error:
        return _refused(session, identity, residence_id, error, form)
    flash(done)
    return see_other("sites.read_site", residence_id=residence_id)


def _refused(
    session: Session, identity: Identity, residence_id: UUID, error: Refusal, form: str
) -> ResponseReturnValue:
    status = 409 if isinstance(error, Conflict) else 422
    return _sheet(session, identity, residence_id, refused=error, opened=form), status


def _date(name: str) -> date | None:
    told = request.form.get(name)
    return date_of(told, name) if told else None


def _hall() -> UUID | None:
    told = request.form.get("lieu")
    return uuid_of(told, "lieu") if told else None


def _sheet(
    session: Session,
    identity: Identity,
    residence_id: UUID,
    *,
    refused: Refusal | None = None,
    opened: str = "",
    shown: Revealed | None = None,
) -> str:
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    day = today(session)
    return render_template(
        "sites/site.html",
        place=place,
        writable=place.archived_on is None or place.archived_on > day,
        may_manage=identity.may(Permission.MANAGE_SITES),
        may_reveal=identity.may(Permission.REVEAL_CODES),
        refused=refused,
        opened=opened,
        given=request.form,
        shown=shown,
        new_key=uuid4,
        summonses=summonses_at(session, residence_id)
        if identity.may(Permission.FOLLOW_UP)
        else None,
        **_facts(session, residence_id, day),
        **_told(session, residence_id, day),
    )


def _facts(session: Session, residence_id: UUID, day: date) -> dict[str, object]:
    """What the place is: halls, perimeter, frequency, past."""
    halls = patrimoine.hall_details(session, [residence_id])
    frequency = frequencies_on(session, day).get(residence_id)
    visits = history.last_visits(session, residence_id, day, 1)
    return {
        "halls": [h for h in halls if h.archived_on is None or h.archived_on > day],
        "gone": [h for h in halls if h.archived_on is not None and h.archived_on <= day],
        "hall_names": view.hall_names(halls),
        "frequency": frequency_words(frequency) if frequency else None,
        "periods": [
            view.period_words(period, day)
            for period in patrimoine.coverage_of(session, residence_id)
        ],
        "last": visits[0] if visits else None,
        "visit_words": view.visit_words,
        "year": view.year_of(session, residence_id, day),
    }


def _told(session: Session, residence_id: UUID, day: date) -> dict[str, object]:
    """What agents are told of it: notes, codes, contacts, police access."""
    evening_on = tonight(session)
    walkers = view.walkers_on(session, day)
    written = view.notes_of_sheet(session, residence_id, evening_on, walkers)
    masked = view.codes_of_sheet(session, residence_id, day)
    sentence, emphasis = view.sentence_of(written, masked)
    return {
        "sentence": sentence,
        "emphasis": emphasis,
        "evening_on": evening_on,
        "kinds": list(NoteKind),
        "notes": written,
        "codes": masked,
        "contacts": queries.contacts_of(session, residence_id),
        "police": queries.police_access_of(session, residence_id),
    }
