"""Shapes of technical anomalies (anomalies techniques) and of their steps."""

from presence.anomalies.rules import MOST_NOTE
from presence.kernel.nomenclature import AnomalyState, Equipment
from presence.schemas.base import PageIn, Shape
from presence.schemas.fields import Code, Day, Id, Instant, Part, Several, Text, Whole
from presence.schemas.shown import Shown

MOST_EVENINGS = 32_767


class AnomaliesIn(PageIn):
    """Which anomalies: in a state, of a residence."""

    state = Code(AnomalyState, load_default=None, allow_none=True)
    residence = Id(load_default=None, allow_none=True)


class AnomalyOut(Shape):
    """An anomaly; `sightings` counts the evenings on which it was there."""

    shows = Shown("anomaly")

    id = Id()
    residence_id = Id()
    entrance_id = Id()
    equipment = Code(Equipment)
    state = Code(AnomalyState)
    state_at = Instant()
    first_seen_on = Day()
    last_seen_on = Day()
    sightings = Whole(least=0, most=MOST_EVENINGS)
    note = Text(most=MOST_NOTE, allow_none=True)


class AnomalyStepIn(Shape):
    """The state an anomaly is led to."""

    state = Code(AnomalyState, required=True)
    note = Text(most=MOST_NOTE, load_default=None, allow_none=True)


class AnomalyStepOut(Shape):
    """A step: where it led, by which side, when."""

    shows = Shown("anomaly_step")

    state = Code(AnomalyState)
    side = Text(metadata={"description": "bailleur ou prestataire"})
    taken_at = Instant()
    note = Text(most=MOST_NOTE, allow_none=True)


class AnomalyDetailOut(AnomalyOut):
    """An anomaly with its steps, oldest first."""

    steps = Several(Part(AnomalyStepOut))
