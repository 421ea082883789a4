"""Shapes of frequencies, requests and plans."""

from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validates_schema

from presence.kernel.nomenclature import FrequencyPeriod, StopOrder
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Hour, Id, Several, Whole
from presence.schemas.shown import Shown


class _Rule(Shape):
    times = Whole(least=1, most=31)
    per = Code(FrequencyPeriod, load_default=FrequencyPeriod.WEEK)
    weekdays = Several(Whole(least=1, most=7), most=7, load_default=[])
    from_time = Hour(load_default=None, allow_none=True)
    to_time = Hour(load_default=None, allow_none=True)
    pattern = Code(StopOrder, load_default=StopOrder.ORDERED)
    min_gap_days = Whole(least=0, most=28, load_default=0)
    from_on = Day(required=True)


class FrequencyIn(_Rule):
    """How often, from when: `times_per_week` is the short writing of `times` by week."""

    times_per_week = Whole(least=1, most=7)
    entrance_id = Id(load_default=None, allow_none=True)

    @validates_schema
    def one_count(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two writings, and a whole hour band."""
        if ("times" in data) == ("times_per_week" in data):
            raise Refused("Donnez `times`, ou `times_per_week`.", "times")
        if (data.get("from_time") is None) != (data.get("to_time") is None):
            raise Refused("Donnez les deux heures, ou aucune.", "to_time")


class FrequencyOut(_Rule):
    """A frequency as fixed."""

    shows = Shown("visit_frequency", from_on="valid_during", times_per_week="times")

    residence_id = Id()
    entrance_id = Id(allow_none=True)
    times_per_week = Whole(least=1, most=7, allow_none=True)
