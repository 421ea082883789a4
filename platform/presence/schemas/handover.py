"""Shapes of the hand-over book (carnet de liaison): the prestataire's own."""

from presence.handover.rules import MOST_NOTE
from presence.kernel.nomenclature import NoteAudience
from presence.schemas.base import PageIn, SchemeIn, Shape
from presence.schemas.fields import Code, Day, Flag, Id, Instant, Part, Several, Text
from presence.schemas.shown import Shown
from tenants.classes import DataClass

_OWN = "Le carnet du prestataire, lu par ses propres équipes."


class TeamNotesIn(PageIn, SchemeIn):
    """Which evening's notes; the one that runs if none is named."""

    evening = Day(load_default=None)


class TeamNoteIn(SchemeIn):
    """A note; `supersedes_id` names the one that it takes the place of."""

    audience = Code(NoteAudience, required=True)
    body = Text(most=MOST_NOTE, required=True)
    residence_id = Id(load_default=None, allow_none=True)
    supersedes_id = Id(load_default=None, allow_none=True)


class TeamNoteReadingOut(Shape):
    """Who has read a note, and when."""

    shows = Shown("team_note_reading", because=dict.fromkeys(("reader_name", "card_number"), _OWN))

    reader_name = Text()
    card_number = Text(allow_none=True)
    read_at = Instant()


class TeamNoteOut(Shape):
    """A note as kept, whether it was corrected, who has read it."""

    shows = Shown(
        "team_note",
        evening="evening_on",
        author="team_note.author_name",
        superseded=DataClass.OPERATIONAL,
        because=dict.fromkeys(("body", "author"), _OWN),
    )

    id = Id()
    evening = Day()
    audience = Code(NoteAudience)
    residence_id = Id(allow_none=True)
    body = Text(most=MOST_NOTE)
    author = Text()
    written_at = Instant()
    supersedes_id = Id(allow_none=True)
    superseded = Flag()
    readings = Several(Part(TeamNoteReadingOut))
