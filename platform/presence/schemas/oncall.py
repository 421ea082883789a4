"""Shapes of calls to the on-call number (appels d'astreinte)."""

from presence.kernel.nomenclature import Situation, Urgency
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Id, Instant
from presence.schemas.shown import Shown


class CallIn(Shape):
    """A call: when, where, what is needed, how soon. Never who."""

    residence_id = Id(required=True)
    called_at = Instant(required=True)
    need = Code(Situation, required=True)
    urgency = Code(Urgency, required=True)


class LoggedCallOut(Shape):
    """A call as logged."""

    shows = Shown("call", evening="evening_on")

    id = Id()
    residence_id = Id()
    evening = Day()
    called_at = Instant()
    need = Code(Situation)
    urgency = Code(Urgency)


class CallOut(LoggedCallOut):
    """The same, with the intervention that followed."""

    intervention_id = Id(allow_none=True)


class LinkIn(Shape):
    """Which intervention followed a call."""

    intervention_id = Id(required=True)
