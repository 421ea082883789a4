"""Shapes of the site sheet (fiche de site): notes, contacts, police access, codes, reveals."""

from presence.kernel.nomenclature import NoteKind
from presence.schemas.base import PageIn, Shape
from presence.schemas.fields import Code, Day, Flag, Id, Instant, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from presence.sites.rules import MOST_CODE, MOST_LINE, MOST_NOTE
from tenants.classes import DataClass


class NotesIn(PageIn):
    """Which evening's notes; tonight's if none is named."""

    evening = Day(load_default=None)


class NoteIn(Shape):
    """An instruction or a hazard; `replaces` names the version that it takes the place of."""

    kind = Code(NoteKind, required=True)
    body = Text(most=MOST_NOTE, required=True)
    starts_on = Day(load_default=None, allow_none=True)
    entrance_id = Id(load_default=None, allow_none=True)
    replaces = Id(load_default=None, allow_none=True)


class ReadingOut(Shape):
    """Who has read a version, and when."""

    shows = Shown(
        "note_reading",
        because={"card_number": "The bailleur knows by card number who has read its instruction."},
    )

    note_id = Id()
    card_number = Text(allow_none=True)
    read_at = Instant()


class NoteOut(Shape):
    """A version of a note, the evenings it applies to (to the last one excluded), its readings."""

    shows = Shown(
        "site_note",
        author="site_note.author_name",
        because={"author": "An instruction is signed: agents know whose it is."},
    )

    id = Id()
    residence_id = Id()
    entrance_id = Id(allow_none=True)
    thread_id = Id()
    version = Whole(least=1, most=32_767)
    kind = Code(NoteKind)
    body = Text(most=MOST_NOTE)
    author = Text()
    written_at = Instant()
    starts_on = Day()
    ends_on = Day(allow_none=True)
    readings = Several(Part(ReadingOut))


class ContactIn(Shape):
    """Somebody on site: what they do there, a name, a French number."""

    job = Text(most=MOST_LINE, required=True)
    name = Text(most=MOST_LINE, required=True)
    phone = Text(most=30, required=True)
    entrance_id = Id(load_default=None, allow_none=True)


class ContactOut(ContactIn):
    """A contact as kept; its number by pairs."""

    shows = Shown(
        "site_contact",
        job="site_contact.role",
        because={
            "name": "An agent asks for somebody by name.",
            "phone": "Agents call the contact that the bailleur names for this.",
        },
    )

    id = Id()
    residence_id = Id()


class PoliceAccessIn(Shape):
    """How forces come in; municipal police by a dated document, or not at all."""

    access_means = Text(most=MOST_NOTE, required=True)
    municipal_police_on = Day(load_default=None, allow_none=True)
    document = Text(most=MOST_LINE, load_default=None, allow_none=True)


class PoliceAccessOut(Shape):
    """What is stated now; nothing but the residence if nothing ever was."""

    shows = Shown("police_access")

    residence_id = Id()
    access_means = Text(most=MOST_NOTE, allow_none=True)
    municipal_police_on = Day(allow_none=True)
    document = Text(most=MOST_LINE, allow_none=True)
    stated_at = Instant(allow_none=True)


class AccessCodeIn(Shape):
    """A code to seal; `replaces` names the one that it takes the place of."""

    label = Text(most=MOST_LINE, required=True)
    code = Text(most=MOST_CODE, required=True)
    entrance_id = Id(load_default=None, allow_none=True)
    change_by_on = Day(load_default=None, allow_none=True)
    replaces = Id(load_default=None, allow_none=True)


class AccessCodeOut(Shape):
    """A code, masked: it has no field for what is sealed."""

    shows = Shown("access_code")

    id = Id()
    residence_id = Id()
    entrance_id = Id(allow_none=True)
    label = Text()
    set_at = Instant()
    change_by_on = Day(allow_none=True)


class RevealedOut(Shape):
    """A code in clear: the one answer that holds it, once it is written who asked."""

    # What is sealed is secret; opened on its own request, it is what both parties share.
    shows = Shown("access_reveal", label="access_code.label", code=DataClass.OPERATIONAL)

    id = Id()
    access_code_id = Id()
    residence_id = Id()
    evening_on = Day()
    label = Text()
    code = Text(most=MOST_CODE)


class RevealOut(Shape):
    """A code was shown; without a card, to the bailleur's own people or to a mediator."""

    shows = Shown(
        "access_reveal",
        label="access_code.label",
        own=DataClass.OPERATIONAL,
        because={"card_number": "The bailleur knows by card number who saw its code."},
    )

    id = Id()
    access_code_id = Id()
    label = Text()
    evening_on = Day()
    card_number = Text(allow_none=True)
    own = Flag()
    revealed_at = Instant()
