"""Shapes of summonses (convocations pour rappel au bail). Bailleur only."""

from presence.kernel.nomenclature import HelpOffered
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Id
from presence.schemas.shown import Shown


class SummonsIn(Shape):
    """A family summoned: where, when, what help; who stays in the bailleur's own file."""

    residence_id = Id(required=True)
    summoned_on = Day(required=True)
    help_offered = Code(HelpOffered, required=True)
    intervention_id = Id(load_default=None, allow_none=True)


class SummonsOut(SummonsIn):
    """A summons as recorded."""

    shows = Shown("summons")

    id = Id()
