"""Shapes of figures, published bilans and sharing agreements."""

from presence.kernel.nomenclature import Action, AmountStatus
from presence.schemas.base import PageIn, Shape
from presence.schemas.fields import (
    Code,
    Day,
    Free,
    Id,
    Instant,
    Month,
    Number,
    Part,
    Several,
    Text,
    Whole,
)
from presence.schemas.shown import Shown
from tenants.classes import DataClass


def _count() -> Whole:
    return Whole(least=0, most=10**12, allow_none=True)


class PeriodIn(PageIn):
    """From a month to a month, both included."""

    from_on = Month(required=True, data_key="from")
    to_on = Month(required=True, data_key="to")


class FigureOut(Shape):
    """A bailleur's own figure of one month in one commune."""

    shows = Shown(
        "monthly_figure", month="month_on", scheme="scheme.public_id", priority_area="qpv"
    )

    month = Text()
    scheme = Id()
    insee_code = Text()
    priority_area = Text(
        least=0,
        metadata={"description": "Quartier prioritaire, « géographie:nom » ; vide hors quartier."},
    )
    measure = Text()
    value = _count()


class PeriodOut(Shape):
    """The months of a bilan."""

    shows = Shown(from_month="release.from_on", to_month="release.to_on", months=DataClass.PUBLIC)

    from_month = Text(data_key="from")
    to_month = Text(data_key="to")
    months = Whole(least=1, most=1200)


class ActionShareOut(Shape):
    """How many interventions had an action; several actions each, so over 100 % in all."""

    shows = Shown("release_cell", code="indicator", count="value", percent=DataClass.PUBLIC)

    code = Code(Action)
    count = _count()
    percent = Number(allow_none=True)
    withheld = Text(metadata={"description": "Pourquoi la case est « n. c. »"})


class EveningsOut(Shape):
    """Evenings due, signed, missing."""

    shows = Shown("release", due="evenings_due", signed="evenings_signed", missing=DataClass.PUBLIC)

    due = _count()
    signed = _count()
    missing = _count()


class YearOut(Shape):
    """A year's money; years are never summed."""

    shows = Shown("scheme_year_total")

    year = Whole(least=2000, most=2100)
    status = Code(AmountStatus)
    cost_cents = _count()
    grant_cents = _count()
    net_cents = _count()


class BilanHeadOut(Shape):
    """A published bilan without its figures."""

    shows = Shown(
        "release",
        "release_cell",
        id="release.id",
        scheme="scheme.name",
        interventions="value",
        families_summoned="value",
    )

    id = Id()
    scheme = Text()
    version = Whole(least=1, most=1000)
    published_at = Instant()
    content_hash = Text()
    period = Part(PeriodOut)


class BilanCellOut(Shape):
    """A figure, or null and why; its share in percent when it has one."""

    shows = Shown("release_cell", percent=DataClass.PUBLIC)

    value = _count()
    withheld = Text(allow_none=True)
    percent = Number(allow_none=True)


class BilanRowOut(Shape):
    """A line of a table: a cell for each column."""

    shows = Shown(code="release_cell.indicator", label=DataClass.PUBLIC)

    code = Text()
    label = Text()
    cells = Several(Part(BilanCellOut))


class BilanColumnOut(Shape):
    """A column of a table: what it counts, in which unit."""

    shows = Shown(code="release_cell.indicator", label=DataClass.PUBLIC, unit=DataClass.PUBLIC)

    code = Text()
    label = Text()
    unit = Text()


class BilanTableOut(Shape):
    """A table of a bilan: its finding, what it measures, why it is no finer."""

    shows = Shown(
        id=DataClass.PUBLIC,
        title=DataClass.PUBLIC,
        measure=DataClass.PUBLIC,
        total="release_cell.value",
        grain=DataClass.PUBLIC,
        notes=DataClass.PUBLIC,
    )

    id = Text()
    title = Text(most=400)
    measure = Text(most=400)
    total = _count()
    grain = Text(most=1000, allow_none=True)
    notes = Several(Text(most=1000))
    columns = Several(Part(BilanColumnOut))
    rows = Several(Part(BilanRowOut))


class BilanOut(BilanHeadOut):
    """A published bilan; a withheld figure is null and says why."""

    shows = Shown(
        "release",
        "release_cell",
        id="release.id",
        scheme="scheme.name",
        interventions="value",
        families_summoned="value",
        answer=DataClass.PUBLIC,
        paragraphs=DataClass.PUBLIC,
    )

    answer = Text(most=400)
    paragraphs = Several(Text(most=1000))
    cut_off_at = Instant()
    code_version = Text()
    tables = Several(Part(BilanTableOut))
    interventions = _count()
    actions = Several(Part(ActionShareOut))
    families_summoned = _count()
    evenings = Part(EveningsOut)
    finance = Several(Part(YearOut))
    withheld = Free(metadata={"description": "Les figures « n. c. » et pourquoi"})


class AgreementOut(Shape):
    """A sharing agreement (accord de partage) as one bailleur sees it."""

    shows = Shown(
        "sharing_agreement",
        scheme="scheme.public_id",
        from_on="valid_during",
        signed_at="agreement_signature.signed_at",
    )

    id = Id()
    scheme = Id()
    wording = Text(most=1000)
    audience = Text()
    from_on = Day(data_key="from", allow_none=True)
    signed_at = Instant(allow_none=True)


class AgreementSignatureOut(Shape):
    """A signature under an agreement."""

    shows = Shown("agreement_signature")

    agreement_id = Id()
    signed_at = Instant()
