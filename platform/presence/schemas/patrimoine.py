"""Shapes of residences, their halls, their perimeter, and of transfers."""

from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validate, validates_schema

from presence.kernel.nomenclature import ArchiveReason, Area
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Degrees, Flag, Id, Part, Several, Text, Whole
from presence.schemas.planning import FrequencyOut
from presence.schemas.shown import Shown
from tenants.classes import DataClass

MOST_DWELLINGS = 5000
_INSEE = validate.Regexp(
    r"^[0-9][0-9AB][0-9]{3}$", error="Un code Insee de commune compte cinq signes."
)


class EntranceOut(Shape):
    """An entrance (hall), its building, what is known of it."""

    shows = Shown("entrance", building="building.name")

    id = Id()
    name = Text()
    building = Text(allow_none=True)
    code = Text(allow_none=True)
    address = Text(allow_none=True)
    dwellings = Whole(least=0, most=MOST_DWELLINGS, allow_none=True)
    rnb_id = Text(allow_none=True)
    ban_key = Text(allow_none=True)
    latitude = Degrees(most=90, allow_none=True)
    longitude = Degrees(most=180, allow_none=True)
    archived_on = Day(allow_none=True)
    moved_from_id = Id(allow_none=True)


class ResidenceOut(Shape):
    """A residence, its bailleur, the scheme that covers it, its entrances in order."""

    shows = Shown(
        "residence",
        bailleur="organisation.public_id",
        scheme="scheme.public_id",
        commune="commune.name",
        covered_from_on="coverage.valid_during",
        covered_to_on="coverage.valid_during",
    )

    id = Id()
    bailleur = Id(allow_none=True)
    scheme = Id(allow_none=True)
    code = Text()
    name = Text()
    address = Text()
    commune = Text()
    insee_code = Text()
    dwellings = Whole(least=0, most=MOST_DWELLINGS)
    qpv_name = Text(allow_none=True)
    qpv_vintage = Whole(least=2015, most=2024, allow_none=True)
    covered_from_on = Day(allow_none=True)
    covered_to_on = Day(allow_none=True)
    archived_on = Day(allow_none=True)
    entrances = Several(Part(EntranceOut))


class ResidenceDetailOut(ResidenceOut):
    """The same, with the frequency in force."""

    shows = Shown(
        "residence",
        bailleur="organisation.public_id",
        scheme="scheme.public_id",
        commune="commune.name",
        covered_from_on="coverage.valid_during",
        covered_to_on="coverage.valid_during",
        times_per_week="visit_frequency.times",
    )

    times_per_week = Whole(least=1, most=7, allow_none=True)
    frequency = Part(FrequencyOut, allow_none=True)


class ImportedOut(Shape):
    """How many residences a file made."""

    shows = Shown(created=DataClass.OPERATIONAL)

    created = Whole(least=0, most=MOST_DWELLINGS)


class ResidenceIn(Shape):
    """What changes of a residence; what is absent stays as it is."""

    agency = Text()
    code = Text()
    name = Text()
    address = Text()
    insee_code = Text(written=_INSEE)
    qpv_name = Text(allow_none=True)
    qpv_vintage = Whole(least=2015, most=2024, allow_none=True)


class EntranceIn(Shape):
    """A hall to add, or what changes of it; what is absent stays as it is."""

    name = Text()
    building_id = Id(allow_none=True)
    code = Text(allow_none=True)
    address = Text(allow_none=True)
    dwellings = Whole(least=0, most=MOST_DWELLINGS, allow_none=True)
    rnb_id = Text(allow_none=True)
    ban_key = Text(allow_none=True)
    latitude = Degrees(most=90, allow_none=True)
    longitude = Degrees(most=180, allow_none=True)

    @validates_schema
    def both_or_none(self, data: dict[str, Any], **_: Any) -> None:
        """A latitude goes with a longitude, to give them as to take them away."""
        given = [data.get(name) is not None for name in ("latitude", "longitude")]
        if given[0] != given[1] or ("latitude" in data) != ("longitude" in data):
            message = "Donnez la latitude et la longitude, ou aucune des deux."
            raise Refused(message, "longitude" if given[0] else "latitude")


class NewEntranceIn(EntranceIn):
    """A hall to add."""

    name = Text(required=True)


class BuildingIn(Shape):
    """A building to add to a residence."""

    name = Text(required=True)
    code = Text(load_default=None, allow_none=True)
    rnb_id = Text(load_default=None, allow_none=True)


class BuildingOut(Shape):
    """A building as registered."""

    shows = Shown("building")

    id = Id()
    residence_id = Id()
    name = Text()
    code = Text(allow_none=True)
    rnb_id = Text(allow_none=True)


class AreaIn(Shape):
    """A common area to add to a residence, or to one of its halls."""

    kind = Code(Area, required=True)
    name = Text(load_default=None, allow_none=True)
    entrance_id = Id(load_default=None, allow_none=True)


class AreaOut(AreaIn):
    """A common area as registered."""

    shows = Shown("common_area")

    id = Id()
    residence_id = Id()


class MoveIn(Shape):
    """Where a hall goes, from when."""

    residence_id = Id(required=True)
    on = Day(required=True)


class DatedIn(Shape):
    """From when."""

    on = Day(required=True)


class ArchiveIn(DatedIn):
    """From when a residence is archived, and why."""

    reason = Code(ArchiveReason, required=True)


class CoverageIn(Shape):
    """Enter the perimeter (`covered`), leave it, or count the dwellings again, from a day."""

    from_on = Day(required=True)
    covered = Flag(load_default=True)
    dwellings = Whole(least=0, most=MOST_DWELLINGS, load_default=None, allow_none=True)


class CoverageOut(Shape):
    """A period in the perimeter, from a day to a day (excluded), with its dwellings."""

    shows = Shown("coverage", from_on="valid_during", to_on="valid_during")

    from_on = Day()
    to_on = Day(allow_none=True)
    dwellings = Whole(least=0, most=MOST_DWELLINGS)


class CoveragesOut(Shape):
    """Every period of a residence, in order."""

    shows = Shown("coverage")

    residence_id = Id()
    items = Several(Part(CoverageOut))


class TransferIn(Shape):
    """Residences to sell to another bailleur, from when."""

    residences = Several(Id(), most=2000, required=True)
    effective_on = Day(required=True)


class TransferOut(Shape):
    """An offer as its seller sees it; the code is said once, when it is made."""

    shows = Shown(
        "transfer",
        residences=DataClass.LANDLORD_ONLY,
        dwellings=DataClass.LANDLORD_ONLY,
        state=DataClass.LANDLORD_ONLY,
        code=DataClass.LANDLORD_ONLY,
    )

    id = Id()
    effective_on = Day()
    residences = Several(Text())
    dwellings = Whole(least=0, most=10_000_000)
    state = Text()
    buyer_name = Text(allow_none=True)
    code = Text(allow_none=True)


class TakeIn(Shape):
    """The code of an offer, and the agency that takes the residences over."""

    code = Text(required=True)
    agency = Text(required=True)


class TakenOut(Shape):
    """What was taken over."""

    shows = Shown(effective_on="transfer.effective_on", residences=DataClass.OPERATIONAL)

    effective_on = Day()
    residences = Several(Id())
