"""Shapes of visas and disputes of a report's lines."""

from presence.review.codes import DisputeReason, DisputeState, VisaDecision
from presence.review.disputes import MOST_TEXT
from presence.schemas.base import PageIn, Shape
from presence.schemas.fields import Code, Day, Flag, Id, Instant, Text
from presence.schemas.shown import Shown


class VisaOut(Shape):
    """The visa of a version of a report."""

    shows = Shown("report_visa")

    report_id = Id()
    decision = Code(VisaDecision)
    given_at = Instant()


class DisputesIn(PageIn):
    """Which disputes: all of them, or those that are not settled."""

    unsettled = Flag(from_text=True, load_default=False)


class DisputeIn(Shape):
    """A line of a report that is disputed, why, and by when an answer is expected."""

    report_id = Id(required=True)
    line_id = Id(required=True)
    reason = Code(DisputeReason, required=True)
    details = Text(most=MOST_TEXT, required=True)
    due_on = Day(required=True)


class DisputeOut(DisputeIn):
    """A dispute, the answer to it, how it was settled."""

    shows = Shown("dispute")

    id = Id()
    evening_on = Day()
    place = Text()
    fact = Text()
    state = Code(DisputeState)
    opened_at = Instant()
    answer = Text(most=MOST_TEXT, allow_none=True)
    answered_at = Instant(allow_none=True)
    settlement = Text(allow_none=True)
    settled_at = Instant(allow_none=True)


class DisputeAnswerIn(Shape):
    """The prestataire's answer."""

    answer = Text(most=MOST_TEXT, required=True)


class SettlementIn(Shape):
    """How the bailleur settles: `maintained` (the answer stands) or `withdrawn`."""

    settlement = Text(most=20, required=True)
