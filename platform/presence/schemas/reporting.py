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

    shows = Shown("monthly_figure", month="month_on", scheme="scheme.public_id")

    month = Text()
    scheme = Id()
    insee_code = Text()
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


class BilanOut(BilanHeadOut):
    """A published bilan; a withheld figure is null and says why."""

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
