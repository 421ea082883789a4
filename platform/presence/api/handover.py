"""Endpoints of the hand-over book (carnet de liaison); no bailleur's role reads a row of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import only_scheme
from presence.handover import queries, services
from presence.handover.queries import NoteLine
from presence.handover.services import TeamNoteDraft
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import NotFound
from presence.schemas.base import page_of
from presence.schemas.handover import TeamNoteIn, TeamNoteOut, TeamNoteReadingOut, TeamNotesIn
from tenants.roles import Permission
from tenants.scheme import schemes

door = Door("team-notes", "Le carnet de liaison du prestataire : jamais lu par un bailleur.")
DOORS = (door,)


@door.get("", Permission.READ_EVENING, page_of(TeamNoteOut), Sent(query=TeamNotesIn))
def list_notes(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Notes d'une soirée, corrigées comprises, dans l'ordre où elles ont été écrites."""
    scheme = only_scheme(schemes(session), asked["scheme"])
    evening_on = asked["evening"] or evening_of(now(session))
    found = queries.notes_of_evening(session, scheme.id, evening_on)
    rows = window(found, asked, _by_time, datetime, UUID)
    return page(rows, asked["limit"], _by_time, _note)


@door.post("", Permission.RECORD_ACTIVITY, (201, TeamNoteOut), Sent(body=TeamNoteIn, key=KEYED))
def write_note(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Écrire une note, ou celle qui en remplace une autre."""
    draft = TeamNoteDraft(
        key, body["audience"], body["body"], identity.display_name, body["residence_id"]
    )
    former = body["supersedes_id"]
    if former is not None:
        chief = identity.may(Permission.CLOSE_EVENING)
        services.supersede_note(session, former, draft, chief=chief)
    else:
        scheme = only_scheme(schemes(session), body["scheme"])
        services.write_note(session, scheme.id, draft)
    made = queries.note(session, key)
    if made is None:
        raise NotFound
    return _note(made)


@door.post("/<uuid:note_id>/reading", Permission.READ_EVENING, (200, TeamNoteReadingOut), Sent())
def read_note(session: Session, identity: Identity, note_id: UUID) -> dict[str, object]:
    """Accuser lecture d'une note, une fois par personne."""
    row = services.read_note(session, note_id, identity.display_name)
    return _reading(row.reader_name, row.card_number, row.read_at)


def _by_time(row: NoteLine) -> tuple[datetime, UUID]:
    return row.written_at.astimezone(UTC), row.id


def _note(row: NoteLine) -> dict[str, object]:
    return {
        "id": row.id,
        "evening": row.evening_on,
        "audience": row.audience,
        "residence_id": row.residence_id,
        "body": row.body,
        "author": row.author_name,
        "written_at": row.written_at.astimezone(UTC),
        "supersedes_id": row.supersedes_id,
        "superseded": row.superseded,
        "readings": [
            _reading(item.reader_name, item.card_number, item.read_at) for item in row.readings
        ],
    }


def _reading(name: str, card_number: str | None, read_at: datetime) -> dict[str, object]:
    return {
        "reader_name": name,
        "card_number": card_number,
        "read_at": read_at.astimezone(UTC),
    }
