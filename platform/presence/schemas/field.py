"""Shapes of visits and interventions, alone or in the field application's batches."""

from typing import Any
from uuid import UUID

from marshmallow import post_load

from presence.anomalies.rules import MOST_NOTE
from presence.field.rules import AnomalyReport, InterventionReport, VisitReport
from presence.field.services import MOST_ITEMS
from presence.kernel.nomenclature import (
    Action,
    Area,
    Equipment,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    PoliceOutcome,
    Situation,
    VisitResult,
)
from presence.schemas.base import MOST_SAID, PageIn, Shape
from presence.schemas.fields import (
    Code,
    Day,
    Flag,
    Id,
    Instant,
    LoosePart,
    Part,
    Several,
    Text,
    Whole,
)
from presence.schemas.shown import Shown
from tenants.classes import DataClass

# A hall on one evening; more is a program gone wrong.
MOST_INTERVENTIONS = 20


class EveningIn(PageIn):
    """Which evening's activity."""

    evening = Day(required=True)


class EventIn(Shape):
    """Interventions of one evening that were one event."""

    evening = Day(required=True)
    interventions = Several(Id(), required=True, most=20)


class EventOut(EventIn):
    """An event as linked."""

    shows = Shown(
        id="event_link.event_id",
        evening="event_link.evening_on",
        interventions="event_link.intervention_id",
    )

    id = Id()


class InterventionIn(Shape):
    """An intervention as the agents report it."""

    area = Code(Area, required=True)
    situation = Code(Situation, required=True)
    actions = Several(Code(Action), required=True, most=len(Action))
    outcome = Code(Outcome, required=True)
    origin = Code(Origin, load_default=Origin.ROUND)
    people_band = Code(PeopleBand, load_default=PeopleBand.NONE)
    police_force = Code(PoliceForce, load_default=None, allow_none=True)
    police_called_at = Instant(load_default=None, allow_none=True)
    police_arrived_at = Instant(load_default=None, allow_none=True)
    police_outcome = Code(PoliceOutcome, load_default=None, allow_none=True)

    @post_load
    def report(self, data: dict[str, Any], **_: Any) -> InterventionReport:
        """The room's own dataclass."""
        # The order of the actions says nothing: sent again in another one, it is the same content.
        given = data.pop("actions")
        actions = tuple(sorted(given, key=list(Action).index))
        return InterventionReport(actions=actions, **data)


class AnomalyIn(Shape):
    """A technical anomaly as the agents saw it: still there, or repaired. No name, no face."""

    equipment = Code(Equipment, required=True)
    note = Text(most=MOST_NOTE, load_default=None, allow_none=True)
    still_there = Flag(load_default=True)

    @post_load
    def report(self, data: dict[str, Any], **_: Any) -> AnomalyReport:
        """The room's own dataclass."""
        return AnomalyReport(**data)


class VisitIn(Shape):
    """A visit as the agents report it."""

    entrance_id = Id(required=True)
    started_at = Instant(required=True)
    result = Code(VisitResult, required=True)
    not_done_reason = Code(NotDoneReason, load_default=None, allow_none=True)
    interventions = Several(Part(InterventionIn), load_default=list, most=MOST_INTERVENTIONS)
    anomalies = Several(Part(AnomalyIn), load_default=list, most=len(Equipment))


class SyncItemIn(VisitIn):
    """The same under the key made on the phone."""

    client_id = Id(required=True)


class SyncIn(Shape):
    """A batch of the field application."""

    items = Several(LoosePart(SyncItemIn, allow_none=True), required=True, most=MOST_ITEMS)


class SyncItemOut(Shape):
    """What became of one item."""

    shows = Shown(
        client_id="visit.id",
        status=DataClass.OPERATIONAL,
        state=DataClass.OPERATIONAL,
        field=DataClass.OPERATIONAL,
        message=DataClass.OPERATIONAL,
    )

    client_id = Id(allow_none=True)
    status = Whole(least=200, most=422)
    state = Text(metadata={"description": "created, known, conflict ou refused"})
    field = Text(allow_none=True)
    message = Text(most=MOST_SAID, allow_none=True)


class SyncOut(Shape):
    """One answer per item, in the order of the items."""

    shows = Shown()

    items = Several(Part(SyncItemOut))


class RecordedOut(Shape):
    """A visit taken in."""

    shows = Shown("visit", evening="evening_on")

    id = Id()
    evening = Day()


class VisitOut(Shape):
    """A recorded visit."""

    shows = Shown("visit", evening="evening_on")

    id = Id()
    residence_id = Id()
    entrance_id = Id()
    evening = Day()
    started_at = Instant()
    received_at = Instant()
    result = Code(VisitResult)
    not_done_reason = Code(NotDoneReason, allow_none=True)


class InterventionOut(Shape):
    """A recorded intervention; nobody's identity."""

    shows = Shown("intervention", evening="evening_on", actions="intervention_action.action")

    id = Id()
    visit_id = Id()
    residence_id = Id()
    entrance_id = Id()
    evening = Day()
    started_at = Instant()
    area = Code(Area)
    situation = Code(Situation)
    actions = Several(Code(Action))
    outcome = Code(Outcome)
    origin = Code(Origin)
    people_band = Code(PeopleBand)
    police_force = Code(PoliceForce, allow_none=True)
    police_called_at = Instant(allow_none=True)
    police_arrived_at = Instant(allow_none=True)
    police_outcome = Code(PoliceOutcome, allow_none=True)


def visit_report(client_id: UUID, data: dict[str, Any]) -> VisitReport:
    """The room's own dataclass, from a loaded visit."""
    # The order of the anomalies says nothing either.
    anomalies = sorted(data["anomalies"], key=lambda one: list(Equipment).index(one.equipment))
    values = {
        **data,
        "client_id": client_id,
        "interventions": tuple(data["interventions"]),
        "anomalies": tuple(anomalies),
    }
    return VisitReport(**values)
