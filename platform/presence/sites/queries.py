"""The site sheet as the context may read it: notes, readings, contacts, police access, codes.

Codes are read masked: an intitulé, dates, never what is sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import NoteKind
from presence.kernel.ownership import stated
from presence.sites.models import (
    AccessCode,
    AccessReveal,
    NoteReading,
    PoliceAccess,
    SiteContact,
    SiteNote,
)
from presence.sites.rules import applies


@dataclass(frozen=True)
class Note:
    """A version of an instruction or of a hazard, and the evenings it applies to."""

    id: UUID
    residence_id: UUID
    entrance_id: UUID | None
    thread_id: UUID
    version: int
    kind: NoteKind
    body: str
    author: str
    written_at: datetime
    starts_on: date
    ends_on: date | None

    def applies_on(self, evening_on: date) -> bool:
        """Whether it is the version of an evening."""
        return applies(self.starts_on, self.ends_on, evening_on)


@dataclass(frozen=True)
class Reading:
    """Who has read a version, by card number; None: a mediator without a card."""

    note_id: UUID
    account_id: UUID
    card_number: str | None
    read_at: datetime


@dataclass(frozen=True)
class Contact:
    """Somebody on site whom agents may call."""

    id: UUID
    residence_id: UUID
    entrance_id: UUID | None
    job: str
    name: str
    phone: str
    archived_on: date | None


@dataclass(frozen=True)
class Statement:
    """How police and fire services come in, and what municipal police was granted."""

    id: UUID
    residence_id: UUID
    access_means: str
    municipal_police_on: date | None
    document: str | None
    stated_at: datetime


@dataclass(frozen=True)
class MaskedCode:
    """An access code without what it says."""

    id: UUID
    residence_id: UUID
    entrance_id: UUID | None
    label: str
    set_at: datetime
    change_by_on: date | None

    def is_overdue(self, day: date) -> bool:
        """Whether it should have been changed."""
        return self.change_by_on is not None and self.change_by_on <= day


@dataclass(frozen=True)
class RevealLine:
    """A code was shown; `own` to the bailleur's people, else to an agent, by card number."""

    id: UUID
    access_code_id: UUID
    label: str
    evening_on: date
    card_number: str | None
    own: bool
    revealed_at: datetime


def notes_on(session: Session, residence_ids: Iterable[UUID], evening_on: date) -> list[Note]:
    """The notes of an evening, as they read then: hazards first, then the newest."""
    rows = session.execute(
        _notes(session).where(
            SiteNote.residence_id.in_(list(residence_ids)),
            SiteNote.starts_on <= evening_on,
            SiteNote.ends_on.is_(None) | (SiteNote.ends_on > evening_on),
        )
    )
    return sorted((_note(row) for row in rows), key=_hazards_first)


def notes_of(session: Session, residence_id: UUID) -> list[Note]:
    """Every version of a residence's notes, whatever the evening: the newest first."""
    rows = session.execute(
        _notes(session)
        .where(SiteNote.residence_id == residence_id)
        .order_by(SiteNote.written_at.desc(), SiteNote.id)
    )
    return [_note(row) for row in rows]


def note(session: Session, note_id: UUID) -> Note | None:
    """One version, None if it is another's or does not exist."""
    row = session.execute(_notes(session).where(SiteNote.id == note_id)).one_or_none()
    return _note(row) if row else None


def readings_of(session: Session, note_ids: Iterable[UUID]) -> dict[UUID, list[Reading]]:
    """Who has read each of these versions, in order."""
    rows = session.execute(
        select(
            NoteReading.note_id,
            NoteReading.account_id,
            NoteReading.card_number,
            NoteReading.read_at,
        )
        .where(NoteReading.note_id.in_(list(note_ids)), *stated(session, NoteReading))
        .order_by(NoteReading.read_at, NoteReading.id)
    )
    found: dict[UUID, list[Reading]] = {}
    for row in rows:
        found.setdefault(row.note_id, []).append(Reading(*row))
    return found


def contacts_of(session: Session, residence_id: UUID) -> list[Contact]:
    """The contacts of a residence, by role then name; those archived since are left out."""
    rows = session.execute(
        select(
            SiteContact.id,
            SiteContact.residence_id,
            SiteContact.entrance_id,
            SiteContact.role,
            SiteContact.name,
            SiteContact.phone,
            SiteContact.archived_on,
        )
        .where(
            SiteContact.residence_id == residence_id,
            SiteContact.archived_on.is_(None)
            | (SiteContact.archived_on > select(func.app.today()).scalar_subquery()),
            *stated(session, SiteContact),
        )
        .order_by(SiteContact.role, SiteContact.name, SiteContact.id)
    )
    return [Contact(*row) for row in rows]


def police_access_of(session: Session, residence_id: UUID) -> Statement | None:
    """What is stated of the police's access to a residence, None if nothing ever was."""
    row = session.execute(
        select(
            PoliceAccess.id,
            PoliceAccess.residence_id,
            PoliceAccess.access_means,
            PoliceAccess.municipal_police_on,
            PoliceAccess.document,
            PoliceAccess.stated_at,
        ).where(
            PoliceAccess.residence_id == residence_id,
            PoliceAccess.superseded_at.is_(None),
            *stated(session, PoliceAccess),
        )
    ).one_or_none()
    return Statement(*row) if row else None


def codes_of(session: Session, residence_id: UUID) -> list[MaskedCode]:
    """The codes in use at a residence, masked, by label."""
    rows = session.execute(
        select(
            AccessCode.id,
            AccessCode.residence_id,
            AccessCode.entrance_id,
            AccessCode.label,
            AccessCode.set_at,
            AccessCode.change_by_on,
        )
        .where(
            AccessCode.residence_id == residence_id,
            AccessCode.superseded_at.is_(None),
            *stated(session, AccessCode),
        )
        .order_by(AccessCode.label, AccessCode.id)
    )
    return [MaskedCode(*row) for row in rows]


def reveals_of(
    session: Session, residence_id: UUID, code_id: UUID | None = None, most: int = 50
) -> Sequence[RevealLine]:
    """Who was shown a residence's codes, or one of them: the last first (bailleur)."""
    query = (
        select(
            AccessReveal.id,
            AccessReveal.access_code_id,
            AccessCode.label,
            AccessReveal.evening_on,
            AccessReveal.card_number,
            AccessReveal.prestataire_id.is_(None).label("own"),
            AccessReveal.revealed_at,
        )
        .join(
            AccessCode,
            (AccessCode.bailleur_id == AccessReveal.bailleur_id)
            & (AccessCode.id == AccessReveal.access_code_id),
        )
        .where(AccessReveal.residence_id == residence_id, *stated(session, AccessReveal))
        .order_by(AccessReveal.revealed_at.desc(), AccessReveal.id)
        .limit(most)
    )
    if code_id is not None:
        query = query.where(AccessReveal.access_code_id == code_id)
    return [RevealLine(*row) for row in session.execute(query)]


def residence_of_code(session: Session, code_id: UUID) -> UUID | None:
    """Where a code is of, in use or not; None if it is another's or does not exist."""
    return session.scalar(
        select(AccessCode.residence_id).where(
            AccessCode.id == code_id, *stated(session, AccessCode)
        )
    )


def _notes(session: Session) -> Select[*tuple[Any, ...]]:
    return select(
        SiteNote.id,
        SiteNote.residence_id,
        SiteNote.entrance_id,
        SiteNote.thread_id,
        SiteNote.version,
        SiteNote.kind,
        SiteNote.body,
        SiteNote.author_name.label("author"),
        SiteNote.written_at,
        SiteNote.starts_on,
        SiteNote.ends_on,
    ).where(*stated(session, SiteNote))


def _note(row: Row[Any]) -> Note:
    values = row._asdict()
    return Note(**values | {"kind": NoteKind(row.kind)})


def _hazards_first(note: Note) -> tuple[bool, float, UUID]:
    return note.kind is not NoteKind.HAZARD, -note.written_at.timestamp(), note.id
