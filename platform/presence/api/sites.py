"""Endpoints of the site sheet: notes and readings, contacts, police access, codes and reveals.

A code leaves by one door only, `POST access-codes/{id}/reveal`; everywhere else it is masked.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.answers import Refused
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.kernel.clock import tonight
from presence.kernel.errors import NotFound
from presence.patrimoine import queries as patrimoine
from presence.schemas.base import PageIn, Shape, page_of
from presence.schemas.sites import (
    AccessCodeIn,
    AccessCodeOut,
    ContactIn,
    ContactOut,
    NoteIn,
    NoteOut,
    NotesIn,
    PoliceAccessIn,
    PoliceAccessOut,
    ReadingOut,
    RevealedOut,
    RevealOut,
)
from presence.sites import codes, queries, services
from presence.sites import notes as site_notes
from presence.sites.codes import CodeDraft, NotOnDuty
from presence.sites.notes import NoteDraft
from presence.sites.queries import Contact, MaskedCode, Note, Reading, RevealLine
from presence.sites.services import ContactDraft, PoliceDraft
from tenants.roles import Permission

residences = Door("residences", "Les fiches de site : consignes, contacts, accès, codes masqués.")
residences.blueprint.name = "api-sites"
notes = Door("notes", "Les consignes et les dangers : accusés de lecture.")
access_codes = Door("access-codes", "Les codes d'accès : montrés sur demande, et c'est noté.")
DOORS = (residences, notes, access_codes)


@residences.get(
    "/<uuid:residence_id>/notes", Permission.READ_PLACES, page_of(NoteOut), Sent(query=NotesIn)
)
def list_notes(
    session: Session, _: Identity, asked: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Consignes et dangers d'une soirée, tels qu'ils valaient, les plus anciens d'abord."""
    _require(session, residence_id)
    evening_on = asked["evening"] or tonight(session)
    found = sorted(queries.notes_on(session, [residence_id], evening_on), key=_by_time)
    rows = window(found, asked, _by_time, datetime, UUID)
    read = queries.readings_of(session, [row.id for row in rows])
    return page(rows, asked["limit"], _by_time, lambda row: _note(row, read.get(row.id, [])))


@residences.post(
    "/<uuid:residence_id>/notes", Permission.MANAGE_SITES, (201, NoteOut),
    Sent(body=NoteIn, key=KEYED),
)  # fmt: skip
def write_note(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Écrire une consigne ou un danger, ou sa nouvelle version."""
    draft = NoteDraft(key, residence_id, author=identity.display_name, **body)
    site_notes.write_note(session, draft)
    made = queries.note(session, key)
    if made is None:
        raise NotFound
    return _note(made, [])


@notes.put("/<uuid:note_id>/reading", Permission.RECORD_ACTIVITY, ReadingOut, Sent())
def put_reading(session: Session, _: Identity, note_id: UUID) -> dict[str, object]:
    """Accuser lecture d'une consigne de ce soir."""
    row = site_notes.read_note(session, note_id)
    return _shown(ReadingOut, row)


@residences.get(
    "/<uuid:residence_id>/contacts", Permission.READ_PLACES, page_of(ContactOut), Sent(query=PageIn)
)
def list_contacts(
    session: Session, _: Identity, asked: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Contacts sur place."""
    _require(session, residence_id)
    found = sorted(queries.contacts_of(session, residence_id), key=_by_id)
    return page(
        window(found, asked, _by_id, UUID), asked["limit"], _by_id, partial(_shown, ContactOut)
    )


@residences.post(
    "/<uuid:residence_id>/contacts", Permission.MANAGE_SITES, (201, ContactOut),
    Sent(body=ContactIn, key=KEYED),
)  # fmt: skip
def add_contact(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Ajouter un contact sur place."""
    row = services.add_contact(session, ContactDraft(key, residence_id, **body))
    return _shown(ContactOut, row, job=row.role)


@residences.get("/<uuid:residence_id>/police-access", Permission.READ_PLACES, PoliceAccessOut)
def read_police_access(session: Session, _: Identity, residence_id: UUID) -> dict[str, object]:
    """Comment entrent les forces de l'ordre (L272-1 CSI)."""
    _require(session, residence_id)
    return _police_access(session, residence_id)


@residences.put(
    "/<uuid:residence_id>/police-access", Permission.MANAGE_SITES, PoliceAccessOut,
    Sent(body=PoliceAccessIn),
)  # fmt: skip
def put_police_access(
    session: Session, _: Identity, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Déclarer comment entrent les forces de l'ordre."""
    services.state_police_access(session, PoliceDraft(residence_id, **body))
    return _police_access(session, residence_id)


@residences.get(
    "/<uuid:residence_id>/access-codes", Permission.READ_PLACES, page_of(AccessCodeOut),
    Sent(query=PageIn),
)  # fmt: skip
def list_codes(
    session: Session, _: Identity, asked: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Codes d'accès, masqués."""
    _require(session, residence_id)
    found = sorted(queries.codes_of(session, residence_id), key=_by_id)
    return page(
        window(found, asked, _by_id, UUID), asked["limit"], _by_id, partial(_shown, AccessCodeOut)
    )


@residences.post(
    "/<uuid:residence_id>/access-codes", Permission.MANAGE_SITES, (201, AccessCodeOut),
    Sent(body=AccessCodeIn, key=KEYED),
)  # fmt: skip
def set_code(
    session: Session, _: Identity, key: UUID, body: dict[str, Any], residence_id: UUID
) -> dict[str, object]:
    """Sceller un code d'accès ; celui qu'il remplace n'est plus en usage."""
    row = codes.set_code(session, CodeDraft(key, residence_id, **body))
    return _shown(AccessCodeOut, row)


@access_codes.post(
    "/<uuid:code_id>/reveal", Permission.REVEAL_CODES, (201, RevealedOut), Sent(key=KEYED)
)
def reveal(session: Session, _: Identity, key: UUID, code_id: UUID) -> dict[str, object]:
    """Montrer un code : qui l'a demandé est noté, avec la soirée et l'heure."""
    try:
        shown = codes.reveal(session, code_id, key)
    except NotOnDuty as error:
        raise Refused(403, error.message) from error
    return _shown(RevealedOut, shown)


@access_codes.get(
    "/<uuid:code_id>/reveals", Permission.MANAGE_SITES, page_of(RevealOut), Sent(query=PageIn)
)
def list_reveals(
    session: Session, _: Identity, asked: dict[str, Any], code_id: UUID
) -> dict[str, object]:
    """À qui un code a été montré, par numéro de carte, dans l'ordre."""
    residence_id = queries.residence_of_code(session, code_id)
    if residence_id is None:
        raise NotFound
    found = sorted(queries.reveals_of(session, residence_id, code_id, most=10_000), key=_by_reveal)
    rows = window(found, asked, _by_reveal, datetime, UUID)
    return page(rows, asked["limit"], _by_reveal, partial(_shown, RevealOut))


def _require(session: Session, residence_id: UUID) -> None:
    if patrimoine.residence(session, residence_id) is None:
        raise NotFound


def _by_time(row: Note) -> tuple[datetime, UUID]:
    return row.written_at.astimezone(UTC), row.id


def _by_id(row: Contact | MaskedCode) -> tuple[UUID]:
    return (row.id,)


def _by_reveal(row: RevealLine) -> tuple[datetime, UUID]:
    return row.revealed_at.astimezone(UTC), row.id


def _note(row: Note, read: list[Reading]) -> dict[str, object]:
    told = [_shown(ReadingOut, reading) for reading in read]
    return _shown(NoteOut, row, readings=told)


def _police_access(session: Session, residence_id: UUID) -> dict[str, object]:
    row = queries.police_access_of(session, residence_id)
    nothing = dict.fromkeys(PoliceAccessOut._declared_fields) | {"residence_id": residence_id}
    return _shown(PoliceAccessOut, row) if row else nothing


def _shown(shape: type[Shape], row: object, **given: object) -> dict[str, object]:
    """What a shape shows of a row that bears its fields' names; instants in UTC."""
    named = [name for name in shape._declared_fields if name not in given]
    values = {name: getattr(row, name) for name in named} | given
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
