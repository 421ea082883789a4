"""Shapes of residences and of how often they are visited."""

from presence.schemas.base import Shape
from presence.schemas.fields import Day, Id, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass


class EntranceOut(Shape):
    """An entrance (hall)."""

    shows = Shown("entrance")

    id = Id()
    name = Text()


class ResidenceOut(Shape):
    """A residence, its bailleur, the scheme that covers it, its entrances in order."""

    shows = Shown(
        "residence",
        bailleur="organisation.public_id",
        scheme="scheme.public_id",
        commune="commune.name",
        times_per_week="visit_frequency.times",
        covered_from_on="coverage.valid_during",
    )

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

    shows = Shown(created=DataClass.OPERATIONAL)

    created = Whole(least=0, most=5000)


class FrequencyIn(Shape):
    """How many evenings a week, from when."""

    times_per_week = Whole(least=1, most=7, required=True)
    from_on = Day(required=True)


class FrequencyOut(FrequencyIn):
    """A frequency as fixed."""

    shows = Shown("visit_frequency", times_per_week="times", from_on="valid_during")

    residence_id = Id()
