"""A sheet (fiche) as it can be changed: a visit or an intervention, with its values as stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.field.models import Intervention, InterventionAction, Visit
from presence.field.rules import (
    InterventionReport,
    VisitReport,
    fault_in,
    fault_in_intervention,
)
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import Action, VisitResult
from presence.kernel.ownership import stated

VISIT, INTERVENTION = "visit", "intervention"


@dataclass(frozen=True)
class Sheet:
    """What a sheet says now; `values` are codes and instants, as they are stored."""

    kind: str
    id: UUID
    bailleur_id: int
    scheme_id: int
    residence_id: UUID
    entrance_id: UUID
    evening_on: date
    started_at: datetime
    values: Mapping[str, object]

    def revised(
        self, started_at: datetime, report: VisitReport | InterventionReport
    ) -> Mapping[str, object]:
        """The values of the sheet as asked for; raises `Invalid` on a contradiction."""
        if isinstance(report, VisitReport):
            fault = fault_in(report) if self.kind == VISIT else ("sheet", _OTHER)
            was = self.values.get("result")
            if (
                VisitResult.INTERVENTION.value in {was, report.result.value}
                and was != report.result
            ):
                fault = ("result", "Une intervention se corrige sur sa propre fiche, ou se retire.")
        else:
            fault = (
                fault_in_intervention(report) if self.kind == INTERVENTION else ("sheet", _OTHER)
            )
        if fault:
            raise Invalid(*fault)
        return values_of(started_at, report, self.values)


_OTHER = "Cette fiche n'est pas de ce type."


def values_of(
    started_at: datetime,
    report: VisitReport | InterventionReport,
    former: Mapping[str, object],
) -> dict[str, object]:
    """What is stored of a report, as codes and instants in UTC."""
    if isinstance(report, VisitReport):
        return {
            "started_at": _instant(started_at),
            "result": report.result.value,
            "not_done_reason": report.not_done_reason and report.not_done_reason.value,
            "content_hash": former.get("content_hash"),
        }
    return {
        "started_at": _instant(started_at),
        "area": report.area.value,
        "situation": report.situation.value,
        "actions": [action.value for action in Action if action in report.actions],
        "outcome": report.outcome.value,
        "origin": report.origin.value,
        "people_band": report.people_band.value,
        "police_force": report.police_force and report.police_force.value,
        "police_called_at": _instant(report.police_called_at),
        "police_arrived_at": _instant(report.police_arrived_at),
        "police_outcome": report.police_outcome and report.police_outcome.value,
    }


def sheet_of(session: Session, sheet_id: UUID, evening_on: date) -> Sheet | None:
    """The sheet of that key on an evening, None if it is another's or does not exist."""
    visit = session.scalar(
        select(Visit).where(
            Visit.id == sheet_id, Visit.evening_on == evening_on, *stated(session, Visit)
        )
    )
    if visit is not None:
        return Sheet(
            VISIT, visit.id, visit.bailleur_id, visit.scheme_id, visit.residence_id,
            visit.entrance_id, evening_on, visit.started_at,
            {
                "started_at": _instant(visit.started_at),
                "result": visit.result,
                "not_done_reason": visit.not_done_reason,
                "content_hash": visit.content_hash,
            },
        )  # fmt: skip
    item = session.scalar(
        select(Intervention).where(
            Intervention.id == sheet_id,
            Intervention.evening_on == evening_on,
            *stated(session, Intervention),
        )
    )
    return _of_intervention(session, item) if item else None


def interventions_of(session: Session, visit: Sheet) -> list[Sheet]:
    """The interventions of a visit, as sheets of their own."""
    rows = session.scalars(
        select(Intervention)
        .where(
            Intervention.visit_id == visit.id,
            Intervention.evening_on == visit.evening_on,
            *stated(session, Intervention),
        )
        .order_by(Intervention.id)
    )
    return [_of_intervention(session, row) for row in rows]


def _of_intervention(session: Session, item: Intervention) -> Sheet:
    taken = set(
        session.scalars(
            select(InterventionAction.action).where(
                InterventionAction.intervention_id == item.id,
                InterventionAction.evening_on == item.evening_on,
                *stated(session, InterventionAction),
            )
        )
    )
    return Sheet(
        INTERVENTION, item.id, item.bailleur_id, item.scheme_id, item.residence_id,
        item.entrance_id, item.evening_on, item.started_at,
        {
            "started_at": _instant(item.started_at),
            "area": item.area,
            "situation": item.situation,
            "actions": [action.value for action in Action if action.value in taken],
            "outcome": item.outcome,
            "origin": item.origin,
            "people_band": item.people_band,
            "police_force": item.police_force,
            "police_called_at": _instant(item.police_called_at),
            "police_arrived_at": _instant(item.police_arrived_at),
            "police_outcome": item.police_outcome,
        },
    )  # fmt: skip


def _instant(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
