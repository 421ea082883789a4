"""Shapes of follow-ups (suites) and summonses (convocations pour rappel au bail). Bailleur only."""

from typing import Any

from marshmallow import ValidationError as Refused
from marshmallow import validates_schema

from presence.followup.codes import FollowUpAct, FollowUpSource
from presence.followup.follow_ups import MOST_FACT
from presence.followup.steps import MOST_RESULT
from presence.kernel.nomenclature import FollowUpKind, FollowUpState, HelpOffered
from presence.schemas.base import PageIn, Shape
from presence.schemas.fields import Code, Day, Id, Instant, Part, Several, Text
from presence.schemas.shown import Shown

_OWN_PEOPLE = "Le bailleur lit qui, de ses propres gens, répond de ses suites."


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


class FollowUpsIn(PageIn):
    """Which follow-ups: all of them if nothing is said."""

    state = Code(FollowUpState, load_default=None)
    residence = Id(load_default=None)
    responsible = Id(load_default=None)


class FollowUpIn(Shape):
    """What is to be done about a fact, by whom, by when; no name of a resident."""

    residence_id = Id(required=True)
    fact = Text(most=MOST_FACT, required=True)
    kind = Code(FollowUpKind, required=True)
    due_on = Day(required=True)
    responsible_id = Id(load_default=None, allow_none=True)
    entrance_id = Id(load_default=None, allow_none=True)
    evening = Day(load_default=None, allow_none=True)
    source = Code(FollowUpSource, load_default=None, allow_none=True)
    source_id = Id(load_default=None, allow_none=True)


class FollowUpOut(FollowUpIn):
    """A follow-up, where its last step left it."""

    shows = Shown("follow_up", evening="evening_on", because={"responsible_id": _OWN_PEOPLE})

    id = Id()
    state = Code(FollowUpState)
    result = Text(most=MOST_RESULT, allow_none=True)
    opened_on = Day()
    closed_on = Day(allow_none=True)


class FollowUpStepOut(Shape):
    """What was done about a follow-up, by whom, and where it left it."""

    shows = Shown(
        "follow_up_step",
        because=dict.fromkeys(("account_id", "responsible_id"), _OWN_PEOPLE),
    )

    act = Code(FollowUpAct)
    taken_at = Instant()
    account_id = Id(allow_none=True)
    responsible_id = Id(allow_none=True)
    due_on = Day(allow_none=True)
    result = Text(most=MOST_RESULT, allow_none=True)


class FollowUpDetailOut(FollowUpOut):
    """A follow-up and its steps, oldest first."""

    steps = Several(Part(FollowUpStepOut))


class FollowUpStepIn(Shape):
    """A step: `closed` asks for a result, or for the summons that was sent; see each field."""

    act = Code(FollowUpAct, required=True)
    responsible_id = Id(load_default=None, allow_none=True)
    due_on = Day(load_default=None, allow_none=True)
    result = Text(most=MOST_RESULT, load_default=None, allow_none=True)
    summoned_on = Day(load_default=None, allow_none=True)
    help_offered = Code(HelpOffered, load_default=None, allow_none=True)

    @validates_schema
    def a_summons_closes(self, data: dict[str, Any], **_: Any) -> None:
        """A summons has a day and a help, and closes its follow-up by itself."""
        day, aid = data.get("summoned_on"), data.get("help_offered")
        if (day is None) != (aid is None):
            raise Refused("Donnez la date de la convocation et l'aide proposée.", "help_offered")
        if day is not None and (data["act"] is not FollowUpAct.CLOSED or data.get("result")):
            raise Refused("Une convocation clôt la suite : son résultat s'écrit seul.", "act")
