"""Shapes of service hours: usual ones, seasons, public holidays."""

from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validate, validates_schema

from presence.planning.hours import HolidayService
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Hour, Id, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass

_DEPARTMENT = validate.Regexp(
    r"^(0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-6])$", error="Un numéro de département est attendu."
)


class SeasonIn(Shape):
    """Hours of some months; without hours, no service."""

    months = Several(Whole(least=1, most=12), most=12, required=True)
    weekdays = Several(Whole(least=1, most=7), most=7, load_default=[])
    opens_at = Hour(load_default=None, allow_none=True)
    closes_at = Hour(load_default=None, allow_none=True)

    @validates_schema
    def both_or_none(self, data: dict[str, Any], **_: Any) -> None:
        """An opening goes with a closing."""
        if (data.get("opens_at") is None) != (data.get("closes_at") is None):
            raise Refused("Donnez les deux heures, ou aucune.", "closes_at")


class ServiceHoursIn(Shape):
    """A scheme's hours from a date."""

    scheme = Id(load_default=None, allow_none=True)
    from_on = Day(required=True)
    opens_at = Hour(required=True)
    closes_at = Hour(required=True)
    weekdays = Several(Whole(least=1, most=7), most=7, load_default=[1, 2, 3, 4, 5, 6, 7])
    seasons = Several(Part(SeasonIn), most=12, load_default=[])
    holidays = Code(HolidayService, load_default=HolidayService.SERVED)
    department = Text(load_default=None, allow_none=True, written=_DEPARTMENT)


class ServiceHoursOut(Shape):
    """Hours as fixed, and in words."""

    shows = Shown(
        "service_window",
        scheme="scheme.public_id",
        from_on="valid_during",
        to_on="valid_during",
        words=DataClass.PUBLIC,
    )

    id = Id()
    scheme = Id()
    from_on = Day()
    to_on = Day(allow_none=True)
    opens_at = Hour()
    closes_at = Hour()
    holidays = Code(HolidayService)
    words = Several(Text())
