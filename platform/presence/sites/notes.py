"""Instructions and hazards (consignes, dangers): write, revise, end; acknowledge (« J'ai lu »).

The bailleur writes; an agent acknowledges. Nothing is rewritten: a new version says from which
evening it applies, and what applied before can still be read for the evenings it applied to.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import evening_of, now, tonight
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import NoteKind
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.roster.queries import agent_of_account
from presence.sites import queries
from presence.sites.models import NoteReading, SiteNote
from presence.sites.rules import MOST_NOTE, end_when_replaced, written
from presence.sites.services import own_place
from tenants.database import context_of
from tenants.errors import NotPermitted


@dataclass(frozen=True)
class NoteDraft:
    """An instruction or a hazard as written; `replaces` names a version of the same thread.

    `written_at` is for what was kept elsewhere before: nobody at a page gives it.
    """

    client_id: UUID
    residence_id: UUID
    kind: NoteKind
    body: str
    author: str
    starts_on: date | None = None
    entrance_id: UUID | None = None
    replaces: UUID | None = None
    written_at: datetime | None = None


def write_note(session: Session, draft: NoteDraft) -> SiteNote:
    """Write a note or its new version, once per key; raises `Invalid`, `Conflict`, `NotFound`."""
    place = own_place(session, draft.residence_id, draft.entrance_id)
    body = written(draft.body, "body", MOST_NOTE)
    known = session.scalar(
        select(SiteNote).where(SiteNote.id == draft.client_id, *stated(session, SiteNote))
    )
    if known is not None:
        return _same_note(known, draft, body)
    written_at = draft.written_at or now(session)
    first_on = evening_of(written_at) if draft.written_at else tonight(session)
    starts_on = draft.starts_on or first_on
    if starts_on < first_on:
        message = f"Une consigne vaut au plus tôt pour la soirée du {first_on:%d/%m/%Y}."
        raise Invalid("starts_on", message)
    thread_id, version = _next_version(session, draft, starts_on)
    row = SiteNote(
        bailleur_id=place.bailleur_id,
        id=draft.client_id,
        residence_id=place.id,
        entrance_id=draft.entrance_id,
        scheme_id=place.scheme_id,
        thread_id=thread_id,
        version=version,
        kind=draft.kind.value,
        body=body,
        author_name=draft.author,
        account_id=context_of(session).account,
        written_at=written_at,
        starts_on=starts_on,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, "site_note.written", row.id, bailleur_id=place.bailleur_id, version=version
    )
    return row


def end_note(session: Session, residence_id: UUID, note_id: UUID, on: date | None = None) -> None:
    """End a note: it applies no more from that evening on, tonight's if none is said."""
    place = own_place(session, residence_id)
    row = session.scalar(
        select(SiteNote).where(
            SiteNote.id == note_id, SiteNote.residence_id == place.id, *stated(session, SiteNote)
        )
    )
    if row is None:
        raise NotFound
    first_on = tonight(session)
    on = on or first_on
    if on < first_on:
        message = f"Donnez au plus tôt la soirée du {first_on:%d/%m/%Y} : le passé ne change plus."
        raise Invalid("ends_on", message)
    if row.ends_on is not None and row.ends_on <= on:
        raise Conflict("Cette consigne est déjà terminée, ou le sera avant.")
    row.ends_on = end_when_replaced(row.starts_on, row.ends_on, on)
    session.flush()
    audit.record(session, "site_note.ended", row.id, bailleur_id=place.bailleur_id, on=str(on))


def read_note(session: Session, note_id: UUID) -> NoteReading:
    """Acknowledge tonight's note (« J'ai lu »), once per person; by the card number if any."""
    context = context_of(session)
    if context.account is None:
        message = "Une lecture est celle d'une personne."
        raise NotPermitted(message)
    row = session.scalar(select(SiteNote).where(SiteNote.id == note_id, *stated(session, SiteNote)))
    if row is None or patrimoine.residence(session, row.residence_id) is None:
        raise NotFound
    shown = queries.notes_on(session, [row.residence_id], tonight(session))
    if note_id not in {note.id for note in shown}:
        raise Conflict("Cette consigne n'est plus celle de ce soir : rechargez la fiche.")
    agent = agent_of_account(session, context.account)
    made = session.execute(
        insert(NoteReading)
        .values(
            bailleur_id=row.bailleur_id,
            id=uuid4(),
            note_id=row.id,
            residence_id=row.residence_id,
            prestataire_id=context.own_id,
            account_id=context.account,
            card_number=agent.card_number if agent else None,
        )
        .on_conflict_do_nothing(index_elements=("bailleur_id", "note_id", "account_id"))
        .returning(NoteReading.id)
    ).scalar()
    if made is not None:
        audit.record(session, "site_note.read", row.id, bailleur_id=row.bailleur_id)
    return session.scalars(
        select(NoteReading).where(
            NoteReading.note_id == row.id,
            NoteReading.account_id == context.account,
            *stated(session, NoteReading),
        )
    ).one()


def _same_note(known: SiteNote, draft: NoteDraft, body: str) -> SiteNote:
    told = (draft.residence_id, draft.entrance_id, draft.kind.value, body)
    kept = (known.residence_id, known.entrance_id, known.kind, known.body)
    later = draft.starts_on is not None and draft.starts_on != known.starts_on
    if told != kept or later or (draft.replaces is None) != (known.version == 1):
        raise Conflict("Cette clé a déjà servi pour une autre consigne.")
    return known


def _next_version(session: Session, draft: NoteDraft, starts_on: date) -> tuple[UUID, int]:
    """The thread and number of a new version; those before end where it begins."""
    if draft.replaces is None:
        return draft.client_id, 1
    former = queries.note(session, draft.replaces)
    if former is None or former.residence_id != draft.residence_id:
        message = "La consigne à remplacer n'existe pas dans cette résidence."
        raise Invalid("replaces", message)
    rows = session.scalars(
        select(SiteNote).where(SiteNote.thread_id == former.thread_id, *stated(session, SiteNote))
    ).all()
    if former.version < max(row.version for row in rows):
        raise Conflict("Cette consigne a changé depuis : rechargez la fiche et reprenez-la.")
    for row in rows:
        row.ends_on = end_when_replaced(row.starts_on, row.ends_on, starts_on)
    session.flush()
    return former.thread_id, former.version + 1
