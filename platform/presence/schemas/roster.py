"""Shapes of the roster: agents, teams, shifts, swaps, calendar links. The prestataire's own."""

from marshmallow import validate

from presence.kernel.nomenclature import JobKind
from presence.roster.rules import CARD_EXAMPLE, CARD_NUMBER, MOST_NAME, SwapAnswer
from presence.roster.swaps import MOST_REASON
from presence.schemas.base import PageIn, SchemeIn, Shape
from presence.schemas.fields import Code, Day, Hour, Id, Instant, Part, Several, Text
from presence.schemas.shown import Shown
from tenants.classes import DataClass

_CARD = validate.Regexp(
    f"^{CARD_NUMBER.pattern}$", error=f"Un numéro de carte s'écrit {CARD_EXAMPLE}."
)
_INSEE = validate.Regexp("^[0-9][0-9AB][0-9]{3}$", error="Un code Insee compte cinq caractères.")
_OWN = "L'effectif du prestataire, montré à ceux qui le tiennent chez lui."


class WeekIn(PageIn, SchemeIn):
    """Which week, by any of its days; the current one if none is named."""

    week = Day(load_default=None)


class TrainingOut(Shape):
    """A training that was taken."""

    shows = Shown("training", because=dict.fromkeys(("label", "taken_on", "expires_on"), _OWN))

    label = Text()
    taken_on = Day()
    expires_on = Day(allow_none=True)


class AgentIn(Shape):
    """An agent; a security agent has a card, a mediator may."""

    name = Text(required=True, least=2, most=MOST_NAME)
    job_kind = Code(JobKind, required=True)
    card_number = Text(load_default=None, allow_none=True, written=_CARD)
    card_valid_until = Day(load_default=None, allow_none=True)
    account_id = Id(load_default=None, allow_none=True)
    left_on = Day(load_default=None, allow_none=True)


class AgentOut(AgentIn):
    """An agent as kept, with the trainings."""

    shows = Shown(
        "agent",
        name="display_name",
        because=dict.fromkeys(
            ("name", "card_number", "card_valid_until", "account_id", "left_on"), _OWN
        ),
    )

    id = Id()
    trainings = Several(Part(TrainingOut))


class TeamIn(Shape):
    """A team, and the commune that it sets out from."""

    name = Text(required=True, least=2, most=MOST_NAME)
    starts_from = Text(load_default=None, allow_none=True, written=_INSEE)
    scheme = Id(load_default=None, allow_none=True)


class TeamOut(TeamIn):
    """A team as kept."""

    shows = Shown("team", scheme="scheme.public_id")

    id = Id()


class ShiftIn(Shape):
    """Who, in which team, which evening; without hours, the whole service."""

    team_id = Id(required=True)
    agent_id = Id(required=True)
    evening = Day(required=True)
    from_time = Hour(load_default=None, allow_none=True)
    to_time = Hour(load_default=None, allow_none=True)


class ShiftOut(Shape):
    """A shift as planned."""

    shows = Shown(
        "shift", team="team.name", evening="evening_on", starts_at="during", ends_at="during"
    )

    id = Id()
    team_id = Id()
    team = Text()
    agent_id = Id()
    evening = Day()
    starts_at = Instant()
    ends_at = Instant()


class SwapIn(Shape):
    """A shift to give to another agent, and why."""

    shift_id = Id(required=True)
    to_agent_id = Id(required=True)
    reason = Text(required=True, least=2, most=MOST_REASON)


class SwapOut(SwapIn):
    """A swap, and where it stands."""

    shows = Shown("shift_swap", because={"reason": _OWN})

    id = Id()
    from_agent_id = Id()
    state = Text()
    asked_at = Instant()
    answered_at = Instant(allow_none=True)


class SwapAnswerIn(Shape):
    """What is answered to a swap."""

    answer = Code(SwapAnswer, required=True)


class CalendarLinkIn(Shape):
    """Whose shifts a link shows."""

    team_id = Id(required=True)


class CalendarLinkOut(CalendarLinkIn):
    """A link, and its secret address, shown this once."""

    # The address holds the secret itself, which is kept nowhere: only its hash is.
    shows = Shown("calendar_link", address=DataClass.OPERATIONAL)

    id = Id()
    address = Text(most=400)
