"""Anomalies that a visit tells of: given with it, or noted afterwards to complete its sheet."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.anomalies.records import Sighting
from presence.anomalies.rules import note_of
from presence.anomalies.services import take_sightings
from presence.field.closures import announce_late, hold_evening
from presence.field.models import Visit
from presence.field.rules import AnomalyReport, VisitReport, fault_in_anomalies
from presence.kernel.errors import Invalid, NotFound
from presence.kernel.nomenclature import VisitResult
from presence.kernel.ownership import stated
from presence.patrimoine.queries import Hall


def sightings_of(report: VisitReport, hall: Hall, evening_on: date) -> list[Sighting]:
    """What a visit's report says of the anomalies of its hall."""
    return [
        Sighting(
            visit_id=report.client_id,
            bailleur_id=hall.bailleur_id,
            scheme_id=hall.scheme_id or 0,
            residence_id=hall.residence_id,
            entrance_id=hall.id,
            evening_on=evening_on,
            seen_at=report.started_at,
            equipment=anomaly.equipment,
            note=note_of(anomaly.note),
            still_there=anomaly.still_there,
        )
        for anomaly in report.anomalies
    ]


def note_anomalies(
    session: Session, visit_id: UUID, evening_on: date, anomalies: Sequence[AnomalyReport]
) -> None:
    """Complete a recorded visit with its anomalies (compléter la fiche), each equipment once.

    Raises `NotFound`, `Invalid`. On an evening that is signed, its report is looked at again.
    """
    visit = session.scalar(
        select(Visit).where(
            Visit.id == visit_id, Visit.evening_on == evening_on, *stated(session, Visit)
        )
    )
    if visit is None:
        raise NotFound
    result = VisitResult(visit.result)
    if fault := fault_in_anomalies(result, tuple(anomalies)):
        raise Invalid(*fault)
    told = VisitReport(
        visit.id, visit.entrance_id, visit.started_at, result, anomalies=tuple(anomalies)
    )
    hall = Hall(visit.entrance_id, visit.residence_id, visit.bailleur_id, visit.scheme_id, "", 0)
    hold_evening(session, visit.scheme_id, evening_on, alone=False)
    take_sightings(session, sightings_of(told, hall, evening_on))
    announce_late(session, [(visit.scheme_id, visit.bailleur_id, evening_on)])
