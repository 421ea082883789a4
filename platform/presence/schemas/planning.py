"""Shapes of frequencies, requests and plans."""

import re
from datetime import date
from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validates_schema

from presence.kernel.nomenclature import FrequencyPeriod, RequestState, StopOrder, StopSource
from presence.planning.requests import MOST_CHARACTERS, Decision
from presence.schemas.base import PageIn, SchemeIn, Shape
from presence.schemas.fields import (
    Code,
    Day,
    Flag,
    Hour,
    Id,
    Instant,
    Part,
    Several,
    Text,
    Whole,
    french,
)
from presence.schemas.shown import Shown
from tenants.classes import DataClass

WEEK = re.compile("20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-3])")
# Visits of one week, requests of one month: more is a program gone wrong.
MOST = 1_000_000


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


class Week(Day):
    """An ISO week, `AAAA-Wnn`, given as its Monday."""

    default_error_messages = french(invalid="Une semaine est attendue, écrite AAAA-Wnn.")

    def __init__(self, **kwargs: Any) -> None:
        # Documented as what it is: marshmallow's own would be a date.
        written = {"format": "iso-week", "pattern": f"^{WEEK.pattern}$"}
        super().__init__(metadata=written, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not WEEK.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
        except ValueError as error:
            # Not every year has fifty-three.
            raise self.make_error("invalid") from error


class VisitRequestIn(Shape):
    """Which place, on which evening, and why in a few words."""

    residence_id = Id(required=True)
    entrance_id = Id(load_default=None, allow_none=True)
    evening = Day(required=True)
    note = Text(most=MOST_CHARACTERS, load_default="")


class AnswerIn(Shape):
    """The prestataire's answer; a refusal says why."""

    decision = Code(Decision, required=True)
    reason = Text(most=MOST_CHARACTERS, load_default=None, allow_none=True)


class QuotaOut(Shape):
    """The requests that count in a month, out of those that the contract gives."""

    shows = Shown(
        month=DataClass.OPERATIONAL,
        used=DataClass.OPERATIONAL,
        allowed="contract.requests_per_month",
    )

    month = Text()
    used = Whole(least=0, most=MOST)
    allowed = Whole(least=0, most=MOST)


class VisitRequestOut(Shape):
    """A request, its answer, and whether the place was visited that evening (null: not yet)."""

    shows = Shown("visit_request", evening="wanted_on", done=DataClass.OPERATIONAL)

    id = Id()
    residence_id = Id()
    entrance_id = Id(allow_none=True)
    evening = Day()
    note = Text(least=0, most=MOST_CHARACTERS)
    state = Code(RequestState)
    asked_at = Instant()
    answered_at = Instant(allow_none=True)
    answer = Text(most=MOST_CHARACTERS, allow_none=True)
    done = Flag(allow_none=True)
    quota = Part(QuotaOut, allow_none=True)


class ForeseenVisitOut(Shape):
    """A visit foreseen: where, within which hours, and why; neither order nor team."""

    shows = Shown("planned_visit")

    residence_id = Id()
    entrance_id = Id()
    from_time = Hour()
    to_time = Hour()
    source = Code(StopSource)
    reasons = Several(Text())
    request_id = Id(allow_none=True)


class EveningPlanOut(Shape):
    """An evening as published to one bailleur; without a visit, nobody comes."""

    shows = Shown("evening_plan", evening="evening_on", bailleur="contract.bailleur_name")

    bailleur = Text(allow_none=True)
    evening = Day()
    version = Whole(least=1, most=MOST)
    published_at = Instant()
    visits = Several(Part(ForeseenVisitOut))


class LedgerIn(PageIn, SchemeIn):
    """Which week of which scheme."""

    week = Week(required=True)


class MissedOut(Shape):
    """Evenings without a visit, for one reason."""

    shows = Shown(
        reason=DataClass.OPERATIONAL,
        label=DataClass.OPERATIONAL,
        visits=DataClass.OPERATIONAL,
    )

    reason = Text()
    label = Text()
    visits = Whole(least=1, most=MOST)


class LedgerOut(Shape):
    """A residence's week, its halls added up, in visits (see the ledger's page for each word)."""

    shows = Shown(
        "planned_visit",
        bailleur="contract.bailleur_name",
        week=DataClass.OPERATIONAL,
        due=DataClass.OPERATIONAL,
        due_to_date=DataClass.OPERATIONAL,
        done=DataClass.OPERATIONAL,
        extra=DataClass.OPERATIONAL,
        planned=DataClass.OPERATIONAL,
        missing=DataClass.OPERATIONAL,
        short=DataClass.OPERATIONAL,
        sentence=DataClass.OPERATIONAL,
    )

    week = Text()
    bailleur = Text(allow_none=True)
    residence_id = Id()
    due = Whole(least=0, most=MOST)
    due_to_date = Whole(least=0, most=MOST)
    done = Whole(least=0, most=MOST)
    extra = Whole(least=0, most=MOST)
    planned = Whole(least=0, most=MOST)
    missing = Whole(least=0, most=MOST)
    short = Whole(least=0, most=MOST)
    missed = Several(Part(MissedOut))
    sentence = Text(allow_none=True)
