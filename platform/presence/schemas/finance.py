"""Shapes of money: whole euro cents, never a decimal number."""

from presence.finance.services import MOST_CENTS
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from presence.schemas.base import SchemeIn, Shape
from presence.schemas.fields import Code, Day, Id, Instant, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass


def _cents(**options: bool) -> Whole:
    return Whole(least=0, most=MOST_CENTS, **options)


class CostIn(SchemeIn):
    """A cost over a period, both ends included, inside one year."""

    label = Text(required=True)
    from_on = Day(required=True, data_key="from")
    to_on = Day(required=True, data_key="to")
    amount_cents = _cents(required=True)
    status = Code(AmountStatus, required=True)


class SubsidyIn(CostIn):
    """A subsidy and its funder."""

    funder = Code(Funder, required=True)


class SharingKeyIn(SchemeIn):
    """A sharing key: what it weighs, from when, to when (excluded)."""

    basis = Code(KeyBasis, required=True)
    from_on = Day(required=True, data_key="from")
    to_on = Day(load_default=None, allow_none=True, data_key="to")


class CostOut(CostIn):
    """A cost as entered."""

    shows = Shown("cost", scheme="scheme.public_id")

    id = Id()


class SubsidyOut(SubsidyIn):
    """A subsidy as entered."""

    shows = Shown("subsidy", scheme="scheme.public_id")

    id = Id()


class SharingKeyOut(SharingKeyIn):
    """A key as adopted."""

    shows = Shown(
        "sharing_key", scheme="scheme.public_id", from_on="valid_during", to_on="valid_during"
    )

    id = Id()


class SharesOut(Shape):
    """Gross, subsidies and net."""

    shows = Shown("allocation", "allocation_slice", "allocation_share")

    gross_cents = _cents()
    grant_cents = _cents()
    net_cents = _cents()


class OwnShareOut(SharesOut):
    """A member's own part."""

    weight = Whole(least=0, most=10**12)
    rounding_cents = Whole(least=-1000, most=1000)


class SliceOut(Shape):
    """A slice: the scheme's totals, the member's own line, the others as one figure."""

    shows = Shown(
        "allocation_slice", members="member_names", others_net_cents=DataClass.LANDLORD_ONLY
    )

    from_on = Day(data_key="from")
    to_on = Day(data_key="to")
    basis = Code(KeyBasis)
    total = Part(SharesOut)
    total_weight = Whole(least=0, most=10**12)
    members = Several(Text())
    own = Part(OwnShareOut)
    others_net_cents = _cents()


class AllocationOut(Shape):
    """A year's share of the bailleur that asks."""

    shows = Shown("allocation", scheme="scheme.public_id")

    id = Id()
    scheme = Id()
    year = Whole(least=2000, most=2100)
    version = Whole(least=1, most=1000)
    status = Code(AmountStatus)
    reason = Text()
    computed_at = Instant()
    total = Part(SharesOut)
    own = Part(SharesOut)


class AllocationDetailOut(AllocationOut):
    """The same with what explains it."""

    shows = Shown(
        "allocation", scheme="scheme.public_id", rounding_cents="allocation_share.rounding_cents"
    )

    rounding_cents = Whole(least=-1000, most=1000)
    slices = Several(Part(SliceOut))
