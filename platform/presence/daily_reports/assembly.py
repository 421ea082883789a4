"""The content of a daily report (rapport journalier), from an evening's facts. Pure.

The same facts always give the same bytes, whoever builds them and in whatever order they are
read: the hash is taken over these bytes. Nothing here numbers or counts across bailleurs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from presence.field.records import Activity, RecordedIntervention, RecordedVisit
from presence.kernel.keys import canonical
from presence.kernel.nomenclature import VisitResult

FORMAT = 1


@dataclass(frozen=True)
class ReportHead:
    """What names a report: its bailleur, its evening, its version, who signed and when."""

    bailleur_name: str
    bailleur_code: str
    scheme_name: str
    evening_on: date
    version: int
    signed_at: datetime
    signer: str

    @property
    def number(self) -> str:
        """« OPAC38-2013-12-04-v1 »: the bailleur's own, so it says nothing of anybody else."""
        return f"{self.bailleur_code}-{self.evening_on.isoformat()}-v{self.version}"


@dataclass(frozen=True)
class ReportedCall:
    """A call as a report shows it."""

    called_at: datetime
    place: str
    need: str
    urgency: str
    followed_by: UUID | None


def assemble(
    head: ReportHead,
    activity: Activity,
    labels: Mapping[UUID, str],
    planned: Sequence[UUID],
    calls: Sequence[ReportedCall],
) -> bytes:
    """The canonical bytes of a report; `labels` name entrances, `planned` lists those due."""
    visited = {visit.entrance_id for visit in activity.visits}
    done = [visit for visit in activity.visits if visit.result is not VisitResult.NOT_DONE]
    content: dict[str, object] = {
        "format": FORMAT,
        "number": head.number,
        "bailleur": head.bailleur_name,
        "scheme": head.scheme_name,
        "evening": head.evening_on.isoformat(),
        "version": head.version,
        "signed_at": _instant(head.signed_at),
        "signer": head.signer,
        "counts": {
            "planned": len(planned),
            "visits": len(done),
            "not_done": len(activity.visits) - len(done),
            "not_visited": len(set(planned) - visited),
            "interventions": len(activity.interventions),
            "calls": len(calls),
        },
        "visits": [_visit(visit, labels) for visit in _by_time(activity.visits)],
        "interventions": [_intervention(item, labels) for item in _by_time(activity.interventions)],
        "calls": [
            {
                "called_at": _instant(call.called_at),
                "place": call.place,
                "need": call.need,
                "urgency": call.urgency,
                "followed_by": call.followed_by and str(call.followed_by),
            }
            for call in sorted(calls, key=lambda call: (call.called_at, call.place))
        ],
        "not_visited": sorted(labels[place] for place in set(planned) - visited),
    }
    return canonical(content)


def _visit(visit: RecordedVisit, labels: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "id": str(visit.id),
        "place": labels[visit.entrance_id],
        "at": _instant(visit.started_at),
        "result": visit.result.value,
        "reason": visit.not_done_reason and visit.not_done_reason.value,
    }


def _intervention(item: RecordedIntervention, labels: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "id": str(item.id),
        "place": labels[item.entrance_id],
        "at": _instant(item.started_at),
        "area": item.area.value,
        "situation": item.situation.value,
        "actions": [action.value for action in item.actions],
        "outcome": item.outcome.value,
        "origin": item.origin.value,
        "people_band": item.people_band.value,
        "police_force": item.police_force and item.police_force.value,
        "police_called_at": item.police_called_at and _instant(item.police_called_at),
        "police_arrived_at": item.police_arrived_at and _instant(item.police_arrived_at),
    }


def _by_time(rows: Sequence[RecordedVisit] | Sequence[RecordedIntervention]) -> list:  # type: ignore[type-arg]
    return sorted(rows, key=lambda row: (row.started_at, row.id))


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
