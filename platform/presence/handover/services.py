"""Write in the hand-over book (carnet de liaison), correct by a new note, acknowledge.

Nothing is rewritten: a correction stands beside what it takes the place of, and is read anew.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.handover.models import TeamNote, TeamNoteReading
from presence.handover.rules import note_text
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import NoteAudience
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Place
from presence.roster.queries import agent_of_account
from presence.roster.saving import USED_KEY, unless_taken
from tenants.database import context_of
from tenants.errors import NotPermitted

_CORRECTED = "Cette note a déjà été corrigée : rechargez le carnet et corrigez la dernière."


@dataclass(frozen=True)
class TeamNoteDraft:
    """A note as written: for whom, about which place if any.

    `written_at` is for what was kept elsewhere before: nobody at a page gives it.
    """

    client_id: UUID
    audience: NoteAudience
    body: str
    author: str
    residence_id: UUID | None = None
    written_at: datetime | None = None


def write_note(session: Session, scheme_id: int, draft: TeamNoteDraft) -> TeamNote:
    """Write a note of the evening that runs (note de liaison), once per key.

    Raises `Invalid`, `Conflict`. Until noon it is still the evening before.
    """
    written_at = draft.written_at or now(session)
    return _write(session, scheme_id, draft, evening_of(written_at), None)


def supersede_note(
    session: Session, former_id: UUID, draft: TeamNoteDraft, *, chief: bool
) -> TeamNote:
    """Correct a note (corriger) by another one of its evening; raises as `write_note` does.

    One's own; a chief corrects anybody's.
    """
    former = _found(session, former_id)
    if former is None:
        raise Invalid("supersedes_id", "La note à corriger n'existe pas dans votre carnet.")
    if not chief and former.account_id != context_of(session).account:
        raise Conflict("Seuls son auteur et le chef d'équipe corrigent une note.")
    return _write(session, former.scheme_id, draft, former.evening_on, former.id)


def read_note(session: Session, note_id: UUID, reader: str) -> TeamNoteReading:
    """Acknowledge a note (« J'ai lu »), once per person; raises `NotFound`."""
    context = context_of(session)
    if context.account is None:
        message = "Une lecture est celle d'une personne."
        raise NotPermitted(message)
    row = _found(session, note_id)
    if row is None:
        raise NotFound
    agent = agent_of_account(session, context.account)
    made = session.execute(
        insert(TeamNoteReading)
        .values(
            prestataire_id=row.prestataire_id,
            id=uuid4(),
            team_note_id=row.id,
            account_id=context.account,
            reader_name=reader,
            card_number=agent.card_number if agent else None,
        )
        .on_conflict_do_nothing(index_elements=("prestataire_id", "team_note_id", "account_id"))
        .returning(TeamNoteReading.id)
    ).scalar()
    if made is not None:
        audit.record(session, "team_note.read", row.id)
    return session.scalars(
        select(TeamNoteReading).where(
            TeamNoteReading.team_note_id == row.id,
            TeamNoteReading.account_id == context.account,
            *stated(session, TeamNoteReading),
        )
    ).one()


def _write(
    session: Session,
    scheme_id: int,
    draft: TeamNoteDraft,
    evening_on: date,
    supersedes_id: UUID | None,
) -> TeamNote:
    body = note_text(draft.body)
    content = {
        "scheme": scheme_id, "audience": draft.audience.value, "body": body,
        "residence": str(draft.residence_id or ""), "supersedes": str(supersedes_id or ""),
    }  # fmt: skip
    told = fingerprint(content)
    known = _found(session, draft.client_id)
    if known is not None:
        if known.content_hash != told:
            raise Conflict(USED_KEY)
        return known
    place = _place(session, scheme_id, draft.residence_id)
    if supersedes_id is not None and _is_superseded(session, supersedes_id):
        raise Conflict(_CORRECTED)
    row = TeamNote(
        prestataire_id=context_of(session).own_id,
        id=draft.client_id,
        scheme_id=scheme_id,
        evening_on=evening_on,
        audience=draft.audience.value,
        bailleur_id=place.bailleur_id if place else None,
        residence_id=draft.residence_id,
        body=body,
        author_name=draft.author,
        account_id=context_of(session).account,
        written_at=draft.written_at or now(session),
        supersedes_id=supersedes_id,
        content_hash=told,
    )
    with unless_taken(session, _CORRECTED if supersedes_id else USED_KEY):
        session.add(row)
    audit.record(session, "team_note.superseded" if supersedes_id else "team_note.written", row.id)
    return row


def _place(session: Session, scheme_id: int, residence_id: UUID | None) -> Place | None:
    """The place that a note is about: one that is served under this scheme."""
    if residence_id is None:
        return None
    place = patrimoine.residence(session, residence_id)
    if place is None or place.scheme_id != scheme_id:
        raise Invalid("residence_id", "Choisissez une résidence que vous desservez, ou aucune.")
    return place


def _found(session: Session, note_id: UUID) -> TeamNote | None:
    return session.scalar(
        select(TeamNote).where(TeamNote.id == note_id, *stated(session, TeamNote))
    )


def _is_superseded(session: Session, note_id: UUID) -> bool:
    later = select(TeamNote.id).where(TeamNote.supersedes_id == note_id, *stated(session, TeamNote))
    return session.scalar(later) is not None
