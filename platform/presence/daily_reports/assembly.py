"""The content of a daily report (rapport journalier), from an evening's facts. Pure.

The same facts always give the same content, whoever builds it and in whatever order they are
read. Nothing here numbers or counts across bailleurs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from presence.anomalies.records import SeenAnomaly
from presence.daily_reports.content import (
    AnomalyLine,
    AwaitedPlace,
    CallLine,
    Content,
    InterventionLine,
    Superseded,
    VisitLine,
)
from presence.field.records import Activity, RecordedIntervention, RecordedVisit
from presence.kernel.nomenclature import Situation, Urgency


@dataclass(frozen=True)
class ReportHead:
    """What names a report: its bailleur, its evening, its version, who signed and when."""

    bailleur_name: str
    bailleur_code: str
    scheme_name: str
    evening_on: date
    version: int
    signed_at: datetime | None
    signer: str | None
    supersedes: Superseded | None = None

    @property
    def number(self) -> str:
        """« OPAC38-2013-12-04-v1 »: the bailleur's own, so it says nothing of anybody else."""
        version = f"v{self.version}" if self.version else "brouillon"
        return f"{self.bailleur_code}-{self.evening_on.isoformat()}-{version}"


@dataclass(frozen=True)
class ReportedCall:
    """A call as a report shows it."""

    id: UUID
    called_at: datetime
    residence_id: UUID
    place: str
    need: Situation
    urgency: Urgency
    followed_by: UUID | None


@dataclass(frozen=True)
class Facts:
    """Everything of an evening at one bailleur; `labels` name entrances."""

    activity: Activity
    labels: Mapping[UUID, str]
    awaited: Sequence[AwaitedPlace]
    calls: Sequence[ReportedCall]
    anomalies: Sequence[SeenAnomaly] = ()


def assemble(head: ReportHead, facts: Facts) -> Content:
    """The content of a report, in an order that depends on the facts alone."""
    activity, labels = facts.activity, facts.labels
    return Content(
        number=head.number,
        bailleur=head.bailleur_name,
        scheme=head.scheme_name,
        evening_on=head.evening_on,
        version=head.version,
        signed_at=head.signed_at,
        signer=head.signer,
        supersedes=head.supersedes,
        awaited=tuple(sorted(facts.awaited, key=lambda place: (place.place, str(place)))),
        visits=tuple(
            _visit(visit, labels) for visit in sorted(activity.visits, key=_moment_of_visit)
        ),
        interventions=tuple(
            _intervention(item, labels)
            for item in sorted(activity.interventions, key=lambda row: (row.started_at, row.id))
        ),
        anomalies=tuple(
            _anomaly(seen, labels)
            for seen in sorted(facts.anomalies, key=lambda row: (row.seen_at, row.id))
        ),
        calls=tuple(
            CallLine(
                place=call.place,
                residence_id=call.residence_id,
                entrance_id=None,
                id=call.id,
                called_at=call.called_at,
                need=call.need,
                urgency=call.urgency,
                followed_by=call.followed_by,
            )
            for call in sorted(facts.calls, key=lambda call: (call.called_at, call.place, call.id))
        ),
    )


def _moment_of_visit(visit: RecordedVisit) -> tuple[datetime, UUID]:
    return visit.started_at, visit.id


def _visit(visit: RecordedVisit, labels: Mapping[UUID, str]) -> VisitLine:
    return VisitLine(
        place=labels[visit.entrance_id],
        residence_id=visit.residence_id,
        entrance_id=visit.entrance_id,
        id=visit.id,
        at=visit.started_at,
        result=visit.result,
        reason=visit.not_done_reason,
    )


def _intervention(item: RecordedIntervention, labels: Mapping[UUID, str]) -> InterventionLine:
    return InterventionLine(
        place=labels[item.entrance_id],
        residence_id=item.residence_id,
        entrance_id=item.entrance_id,
        id=item.id,
        at=item.started_at,
        area=item.area,
        situation=item.situation,
        actions=item.actions,
        outcome=item.outcome,
        origin=item.origin,
        people_band=item.people_band,
        police_force=item.police_force,
        police_called_at=item.police_called_at,
        police_arrived_at=item.police_arrived_at,
        police_outcome=item.police_outcome,
    )


def _anomaly(seen: SeenAnomaly, labels: Mapping[UUID, str]) -> AnomalyLine:
    return AnomalyLine(
        place=labels[seen.entrance_id],
        residence_id=seen.residence_id,
        entrance_id=seen.entrance_id,
        id=seen.id,
        at=seen.seen_at,
        equipment=seen.equipment,
        still_there=seen.still_there,
        first_seen_on=seen.first_seen_on,
        sightings=seen.sightings,
        note=seen.note,
    )
