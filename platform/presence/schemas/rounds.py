"""Shapes of an evening's rounds: the prestataire's own."""

from presence.kernel.nomenclature import RoundState, StopSource
from presence.schemas.base import Shape
from presence.schemas.fields import Code, Day, Id, Instant, Part, Several, Text, Whole
from presence.schemas.shown import Shown
from tenants.classes import DataClass


class RoundsIn(Shape):
    """Which evening to prepare."""

    evening = Day(required=True)
    scheme = Id(load_default=None, allow_none=True)


class RoundStopOut(Shape):
    """A stop of a round, with its reasons."""

    shows = Shown(
        "round_stop",
        label=DataClass.OPERATIONAL,
        bailleur="contract.bailleur_name",
        arrives_at="round_stop.arrives_at",
    )

    id = Id()
    entrance_id = Id()
    label = Text()
    bailleur = Text()
    rank = Whole(least=0, most=1000)
    arrives_at = Instant(allow_none=True)
    source = Code(StopSource)
    reasons = Several(Text())
    given_up_why = Text(allow_none=True)


class RoundTeamOut(Shape):
    """A team's round, and how many of its people have opened it."""

    shows = Shown("team", opened=DataClass.OPERATIONAL, awaited=DataClass.OPERATIONAL)

    id = Id()
    name = Text()
    opened = Whole(least=0, most=100)
    awaited = Whole(least=0, most=100)
    stops = Several(Part(RoundStopOut))


class RoundsOut(Shape):
    """A version of an evening's rounds."""

    shows = Shown("round_plan", evening="round_plan.evening_on")

    id = Id()
    evening = Day()
    version = Whole(least=1, most=10_000)
    state = Code(RoundState)
    method = Text()
    published_at = Instant(allow_none=True)
    error = Text(allow_none=True, most=500)
    teams = Several(Part(RoundTeamOut))
    given_up = Several(Part(RoundStopOut))


class StopIn(Shape):
    """Where a stop goes (`team_id`, `rank`), or why it is given up (`why`)."""

    team_id = Id(load_default=None, allow_none=True)
    rank = Whole(least=1, most=200, load_default=None, allow_none=True)
    why = Text(load_default=None, allow_none=True, most=120)


class AddedStopIn(Shape):
    """A hall to add to a team's round."""

    entrance_id = Id(required=True)
    team_id = Id(required=True)
    rank = Whole(least=1, most=200, load_default=None, allow_none=True)
