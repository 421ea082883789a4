"""Shapes of imports of places: what was read, what would be done, what is chosen."""

from marshmallow import validate

from presence.imports.columns import Confidence
from presence.imports.fields import Field
from presence.imports.items import Verdict
from presence.imports.lines import FaultKind
from presence.kernel.nomenclature import ImportState
from presence.schemas.base import MOST_SAID, Shape
from presence.schemas.fields import Code, Flag, Id, Instant, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass

OWN = DataClass.LANDLORD_ONLY
MOST_COLUMNS = 100
MOST_ARCHIVED = 2_000
MOST_LINES = 100_000
# A cell of a file as it is shown, cut; a title or a name of a refused line may be as long.
MOST_CELL = 600
_FINGERPRINT = validate.Regexp("^[0-9a-f]{64}$", error="Une empreinte de 64 signes est attendue.")
# « 2:dwellings,5: » : the third column says the dwellings, the sixth is left out.
_CHOICES = validate.Regexp(
    "^[0-9]{1,2}:[a-z_]*(,[0-9]{1,2}:[a-z_]*)*$",
    error="Des choix « rang:champ » séparés par des virgules sont attendus.",
)


def _counted() -> Whole:
    return Whole(least=0, most=MOST_LINES)


class CountsOut(Shape):
    """How many residences of each verdict, and how many lines are refused."""

    shows = Shown(
        created=OWN, changed=OWN, unchanged=OWN, absent=OWN, refused=OWN, refused_lines=OWN
    )

    created = _counted()
    changed = _counted()
    unchanged = _counted()
    absent = _counted()
    refused = _counted()
    refused_lines = _counted()


class PlaceImportOut(Shape):
    """An import in a list."""

    shows = Shown("place_import", counts=OWN)

    id = Id()
    file_name = Text()
    format = Text()
    state = Code(ImportState)
    counts = Part(CountsOut, allow_none=True)
    created_at = Instant()
    applied_at = Instant(allow_none=True)
    undone_at = Instant(allow_none=True)


class ColumnOut(Shape):
    """A column of the file, what it says, and whether its cells were kept."""

    shows = Shown(index=OWN, title=OWN, field=OWN, confidence=OWN, kept=OWN)

    index = Whole(least=0, most=MOST_COLUMNS)
    title = Text(least=0, most=MOST_CELL)
    field = Code(Field, allow_none=True)
    confidence = Code(Confidence, allow_none=True)
    kept = Flag()


class RepairableOut(Shape):
    """A kind of fault whose proposals can be accepted, and on how many lines."""

    shows = Shown(kind=OWN, lines=OWN)

    kind = Code(FaultKind)
    lines = _counted()


class PlaceImportSummaryOut(PlaceImportOut):
    """An import, its columns and its plan in numbers; `message` is what to know of it."""

    shows = Shown(
        "place_import",
        counts=OWN, lines=OWN, agency=OWN, undo_until=OWN, left=OWN, message="place_import.error",
    )  # fmt: skip

    lines = _counted()
    columns = Several(Part(ColumnOut))
    agency = Text(allow_none=True)
    repairs = Several(Code(FaultKind))
    repairable = Several(Part(RepairableOut))
    fingerprint = Text(allow_none=True)
    progress_done = _counted()
    progress_total = _counted()
    message = Text(most=MOST_SAID, allow_none=True)
    planned_at = Instant(allow_none=True)
    undo_until = Instant(allow_none=True)
    left = Several(Text(most=MOST_SAID))


class ChangeOut(Shape):
    """A value that would change, as text; `before` is null for a place to be created."""

    shows = Shown(field=OWN, before=OWN, after=OWN)

    field = Code(Field)
    before = Text(most=MOST_CELL, allow_none=True)
    after = Text(most=MOST_CELL, allow_none=True)


class LineFaultOut(Shape):
    """Why a line is refused, and the value that is proposed instead, if any."""

    shows = Shown(line=OWN, column=OWN, value=OWN, kind=OWN, reason=OWN, repair=OWN)

    line = _counted()
    column = Text(least=0, most=MOST_CELL)
    value = Text(least=0, most=MOST_CELL)
    kind = Code(FaultKind)
    reason = Text(most=MOST_SAID)
    repair = Text(least=0, most=MOST_CELL, allow_none=True)


class EntranceItemOut(Shape):
    """What would become of an entrance."""

    shows = Shown(verdict=OWN, name=OWN, entrance_id=OWN, line=OWN)

    verdict = Code(Verdict)
    name = Text(most=MOST_CELL)
    entrance_id = Id(allow_none=True)
    line = Whole(least=0, most=MOST_LINES, allow_none=True)
    changes = Several(Part(ChangeOut))


class ItemOut(Shape):
    """What would become of a residence, with its entrances and its refused lines."""

    shows = Shown(verdict=OWN, code=OWN, name=OWN, residence_id=OWN, lines=OWN, notes=OWN)

    verdict = Code(Verdict)
    code = Text(least=0, most=MOST_CELL)
    name = Text(least=0, most=MOST_CELL)
    residence_id = Id(allow_none=True)
    lines = Several(_counted())
    changes = Several(Part(ChangeOut))
    entrances = Several(Part(EntranceItemOut))
    faults = Several(Part(LineFaultOut))
    notes = Several(Text(most=MOST_SAID))


class PlaceImportDetailOut(PlaceImportSummaryOut):
    """The same with a page of the plan, place by place."""

    shows = Shown(
        "place_import",
        counts=OWN, lines=OWN, agency=OWN, undo_until=OWN, left=OWN, message="place_import.error",
        next_cursor=DataClass.PUBLIC,
    )  # fmt: skip

    items = Several(Part(ItemOut))
    next_cursor = Text(most=MOST_SAID, allow_none=True)


class FileIn(Shape):
    """What the file is called, and the choices of columns that are made beforehand."""

    file_name = Text(load_default="import.csv", most=120)
    columns = Text(load_default=None, written=_CHOICES, most=MOST_CELL)


class ColumnIn(Shape):
    """What a column says; null: it is left out."""

    index = Whole(least=0, most=MOST_COLUMNS, required=True)
    field = Code(Field, required=True, allow_none=True)


class ColumnsIn(Shape):
    """The choices of columns, and the agency of new places of which the file says none."""

    columns = Several(Part(ColumnIn), most=MOST_COLUMNS, required=True)
    agency = Text(load_default=None, allow_none=True)


class RepairsIn(Shape):
    """The kinds of faults to be corrected by their own proposals; none: no longer."""

    repairs = Several(Code(FaultKind), most=MOST_COLUMNS, required=True)


class ConfirmationIn(Shape):
    """The plan that was read, and the absent residences to archive; their number if asked for."""

    fingerprint = Text(required=True, written=_FINGERPRINT)
    archive = Several(Id(), most=MOST_ARCHIVED, load_default=list)
    archive_count = Whole(least=0, most=MOST_ARCHIVED, load_default=None, allow_none=True)
