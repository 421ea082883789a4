"""Shapes of residences and of how often they are visited."""

from presence.schemas.base import Shape
from presence.schemas.fields import Day, Id, Part, Several, Text, Whole


class EntranceOut(Shape):
    """An entrance (hall)."""

    id = Id()
    name = Text()


class ResidenceOut(Shape):
    """A residence, its bailleur, the scheme that covers it, its entrances in order."""

    id = Id()
    bailleur = Id(allow_none=True)
    scheme = Id(allow_none=True)
    code = Text()
    name = Text()
    address = Text()
    commune = Text()
    insee_code = Text()
    dwellings = Whole(least=0, most=5000)
    qpv_name = Text(allow_none=True)
    covered_from_on = Day(allow_none=True)
    entrances = Several(Part(EntranceOut))


class ResidenceDetailOut(ResidenceOut):
    """The same, with the frequency in force."""

    times_per_week = Whole(least=1, most=7, allow_none=True)


class ImportedOut(Shape):
    """How many residences a file made."""

    created = Whole(least=0, most=5000)


class FrequencyIn(Shape):
    """How many evenings a week, from when."""

    times_per_week = Whole(least=1, most=7, required=True)
    from_on = Day(required=True)


class FrequencyOut(FrequencyIn):
    """A frequency as fixed."""

    residence_id = Id()
