"""What a visit's report holds, and what makes it unacceptable. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from presence.anomalies.rules import note_of
from presence.kernel.errors import Invalid
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


@dataclass(frozen=True)
class InterventionReport:
    """An intervention as the agents report it: several actions, one outcome, nobody's identity."""

    area: Area
    situation: Situation
    actions: tuple[Action, ...]
    outcome: Outcome
    origin: Origin = Origin.ROUND
    people_band: PeopleBand = PeopleBand.NONE
    police_force: PoliceForce | None = None
    police_called_at: datetime | None = None
    police_arrived_at: datetime | None = None
    police_outcome: PoliceOutcome | None = None


@dataclass(frozen=True)
class AnomalyReport:
    """A technical anomaly (anomalie technique) as the agents saw it: still there, or repaired."""

    equipment: Equipment
    note: str | None = None
    still_there: bool = True


@dataclass(frozen=True)
class VisitReport:
    """A visit as the agents report it, under a key made on the phone."""

    client_id: UUID
    entrance_id: UUID
    started_at: datetime
    result: VisitResult
    not_done_reason: NotDoneReason | None = None
    interventions: tuple[InterventionReport, ...] = ()
    anomalies: tuple[AnomalyReport, ...] = ()


Fault = tuple[str, str]


def fault_in(report: VisitReport) -> Fault | None:
    """The field and the sentence of the first thing that contradicts itself, None if all holds."""
    if report.started_at.tzinfo is None:
        return "started_at", "L'heure doit porter son fuseau (par exemple +01:00)."
    if (report.result is VisitResult.NOT_DONE) != (report.not_done_reason is not None):
        return "not_done_reason", "Un motif accompagne un passage non effectué, et lui seul."
    if (report.result is VisitResult.INTERVENTION) != bool(report.interventions):
        return "interventions", "Un passage « intervention » en comporte au moins une, et lui seul."
    for index, intervention in enumerate(report.interventions):
        if fault := fault_in_intervention(intervention):
            return f"interventions.{index}.{fault[0]}", fault[1]
    return fault_in_anomalies(report.result, report.anomalies)


def fault_in_anomalies(result: VisitResult, anomalies: tuple[AnomalyReport, ...]) -> Fault | None:
    """The same, of the anomalies of a visit; « anomalie » without any is a sheet to complete."""
    if anomalies and result not in {VisitResult.ANOMALY, VisitResult.INTERVENTION}:
        message = "Des anomalies accompagnent un passage « anomalie » ou « intervention »."
        return "anomalies", message
    if len({anomaly.equipment for anomaly in anomalies}) != len(anomalies):
        return "anomalies", "Le même équipement est donné deux fois."
    for index, anomaly in enumerate(anomalies):
        try:
            note_of(anomaly.note)
        except Invalid as error:
            return f"anomalies.{index}.note", error.message
    return None


def fault_in_intervention(report: InterventionReport) -> Fault | None:
    """The same, of one intervention."""
    if not report.actions:
        return "actions", "Une intervention comporte au moins une action."
    if len(set(report.actions)) != len(report.actions):
        return "actions", "La même action est donnée deux fois."
    asked = Action.POLICE_REQUEST in report.actions
    if asked != (report.police_force is not None and report.police_called_at is not None):
        message = (
            "La force appelée et l'heure de l'appel accompagnent une demande aux forces de "
            "l'ordre, et elle seule."
        )
        return "police_force", message
    return _fault_in_answer(report) if asked else _answer_without_request(report)


def _fault_in_answer(report: InterventionReport) -> Fault | None:
    arrived, called = report.police_arrived_at, report.police_called_at
    if arrived is not None and (called is None or arrived < called):
        return "police_arrived_at", "L'arrivée des forces de l'ordre suit l'appel."
    if arrived is not None and report.police_outcome not in {None, PoliceOutcome.CAME}:
        return "police_outcome", "Une heure d'arrivée et « non venues » se contredisent."
    return None


def _answer_without_request(report: InterventionReport) -> Fault | None:
    if report.police_arrived_at is not None:
        return "police_arrived_at", "L'arrivée des forces de l'ordre suit l'appel."
    if report.police_outcome is not None:
        return "police_outcome", "Une réponse accompagne une demande aux forces de l'ordre."
    return None
