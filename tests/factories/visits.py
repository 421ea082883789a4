"""Visits and interventions as agents report them."""

from datetime import datetime
from uuid import UUID, uuid4

from presence.field.rules import InterventionReport, VisitReport
from presence.kernel.nomenclature import (
    Action,
    Area,
    NotDoneReason,
    Outcome,
    Situation,
    VisitResult,
)
from presence.patrimoine.queries import Hall


def a_visit(
    hall: Hall,
    *,
    at: str = "2013-12-04T20:00:00+01:00",
    client_id: UUID | None = None,
    not_done: NotDoneReason | None = None,
) -> VisitReport:
    """A visit with nothing to report, or not made for a reason."""
    return VisitReport(
        client_id=client_id or uuid4(),
        entrance_id=hall.id,
        started_at=datetime.fromisoformat(at),
        result=VisitResult.NOT_DONE if not_done else VisitResult.NOTHING_TO_REPORT,
        not_done_reason=not_done,
    )


def a_visit_with_intervention(
    hall: Hall,
    *,
    at: str = "2013-12-04T20:30:00+01:00",
    client_id: UUID | None = None,
    actions: tuple[Action, ...] = (Action.MEDIATION,),
) -> VisitReport:
    """A visit with one intervention."""
    intervention = InterventionReport(
        area=Area.HALL, situation=Situation.NOISE, actions=actions, outcome=Outcome.CALMED
    )
    return VisitReport(
        client_id=client_id or uuid4(),
        entrance_id=hall.id,
        started_at=datetime.fromisoformat(at),
        result=VisitResult.INTERVENTION,
        interventions=(intervention,),
    )
