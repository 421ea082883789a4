"""The hand-over book as read (carnet de liaison): by evening, by place, what is to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from presence.handover.models import TeamNote, TeamNoteReading
from presence.kernel.nomenclature import NoteAudience
from presence.kernel.ownership import stated


@dataclass(frozen=True)
class ReadingLine:
    """Who has read a note, and when."""

    account_id: UUID
    reader_name: str
    card_number: str | None
    read_at: datetime


@dataclass(frozen=True)
class NoteLine:
    """A note; `superseded` once a later one takes its place."""

    id: UUID
    evening_on: date
    audience: NoteAudience
    residence_id: UUID | None
    body: str
    author_name: str
    account_id: UUID | None
    written_at: datetime
    supersedes_id: UUID | None
    superseded: bool
    readings: tuple[ReadingLine, ...]

    def is_unread_by(self, account_id: UUID | None) -> bool:
        """Whether somebody has still to open it; nobody has to read what they wrote."""
        known = {self.account_id, *(reading.account_id for reading in self.readings)}
        return account_id not in known


def note(session: Session, note_id: UUID) -> NoteLine | None:
    """One note, None if it is not there for this prestataire."""
    found = _lines(session, TeamNote.id == note_id)
    return found[0] if found else None


def notes_to_read(
    session: Session, scheme_id: int, evening_on: date, account_id: UUID | None
) -> list[NoteLine]:
    """What a team reads before its duty, unread first: the last evening's notes, and tonight's.

    Those of the last evening that had some, however long ago; corrected ones give way.
    """
    to_next = (
        TeamNote.scheme_id == scheme_id,
        TeamNote.audience == NoteAudience.NEXT_TEAM.value,
        TeamNote.id.not_in(_superseded(session)),
    )
    last_on = session.scalar(
        select(TeamNote.evening_on)
        .where(*stated(session, TeamNote), *to_next, TeamNote.evening_on < evening_on)
        .order_by(TeamNote.evening_on.desc())
        .limit(1)
    )
    evenings = [evening_on] if last_on is None else [last_on, evening_on]
    found = _lines(session, *to_next, TeamNote.evening_on.in_(evenings))
    return sorted(found, key=lambda line: not line.is_unread_by(account_id))


def notes_of_evening(session: Session, scheme_id: int, evening_on: date) -> list[NoteLine]:
    """The notes of an evening, corrected ones too, as they were written."""
    return _lines(session, TeamNote.scheme_id == scheme_id, TeamNote.evening_on == evening_on)


def notes_since(session: Session, scheme_id: int, since_on: date) -> list[NoteLine]:
    """The notes from an evening on, corrected ones too, as they were written."""
    return _lines(session, TeamNote.scheme_id == scheme_id, TeamNote.evening_on >= since_on)


def notes_about(session: Session, residence_id: UUID) -> list[NoteLine]:
    """All that was written about a place, as it was written."""
    return _lines(session, TeamNote.residence_id == residence_id)


def _superseded(session: Session) -> Select[UUID | None]:
    later = aliased(TeamNote)
    return select(later.supersedes_id).where(
        *stated(session, later), later.supersedes_id.is_not(None)
    )


def _lines(session: Session, *conditions: ColumnElement[bool]) -> list[NoteLine]:
    rows = session.scalars(
        select(TeamNote)
        .where(*stated(session, TeamNote), *conditions)
        .order_by(TeamNote.written_at, TeamNote.id)
    ).all()
    keys = [row.id for row in rows]
    later = select(TeamNote.supersedes_id).where(
        *stated(session, TeamNote), TeamNote.supersedes_id.in_(keys)
    )
    gone = set(session.scalars(later))
    read = _readings(session, keys)
    return [_line(row, tuple(read.get(row.id, ())), superseded=row.id in gone) for row in rows]


def _readings(session: Session, keys: Sequence[UUID]) -> dict[UUID, list[ReadingLine]]:
    found: dict[UUID, list[ReadingLine]] = {}
    rows = session.scalars(
        select(TeamNoteReading)
        .where(*stated(session, TeamNoteReading), TeamNoteReading.team_note_id.in_(keys))
        .order_by(TeamNoteReading.read_at, TeamNoteReading.id)
    )
    for row in rows:
        line = ReadingLine(row.account_id, row.reader_name, row.card_number, row.read_at)
        found.setdefault(row.team_note_id, []).append(line)
    return found


def _line(row: TeamNote, readings: tuple[ReadingLine, ...], *, superseded: bool) -> NoteLine:
    return NoteLine(
        row.id,
        row.evening_on,
        NoteAudience(row.audience),
        row.residence_id,
        row.body,
        row.author_name,
        row.account_id,
        row.written_at,
        row.supersedes_id,
        superseded,
        readings,
    )
