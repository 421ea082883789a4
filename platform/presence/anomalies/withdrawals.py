"""Take back what a withdrawn sheet saw (retrait d'un constat)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from presence.anomalies.models import Anomaly, AnomalySighting, AnomalyStep
from presence.anomalies.rules import Tracked
from presence.anomalies.services import step_of
from presence.kernel.keys import derived_uuid
from presence.kernel.nomenclature import AnomalyState
from presence.kernel.ownership import stated
from tenants.database import BEYOND, context_of


def withdraw_sightings(session: Session, visit_id: UUID, instant: datetime) -> None:
    """Withdraw what a visit saw, when its sheet is withdrawn or tells of no anomaly any more.

    An anomaly that nothing else tells of is closed; one that this visit found repaired stays so.
    """
    rows = session.scalars(
        select(AnomalySighting)
        .where(
            AnomalySighting.visit_id == visit_id,
            AnomalySighting.withdrawn_at.is_(None),
            *stated(session, AnomalySighting),
        )
        .with_for_update(),
        execution_options=BEYOND,
    ).all()
    if not rows:
        return
    for sighting in rows:
        sighting.withdrawn_at = instant
    session.flush()
    for sighting in rows:
        _without(session, sighting, instant)


def _without(session: Session, sighting: AnomalySighting, instant: datetime) -> None:
    row = session.get_one(
        Anomaly, (sighting.anomaly_id, sighting.bailleur_id), with_for_update=True,
        execution_options=BEYOND,
    )  # fmt: skip
    left = session.execute(
        select(
            func.min(AnomalySighting.evening_on),
            func.max(AnomalySighting.evening_on),
            func.count(AnomalySighting.evening_on.distinct()),
        ).where(
            AnomalySighting.anomaly_id == row.id,
            AnomalySighting.still_there,
            AnomalySighting.withdrawn_at.is_(None),
            *stated(session, AnomalySighting),
        ),
        execution_options=BEYOND,
    ).one()
    row.sightings = left[2]
    if left[2]:
        row.first_seen_on, row.last_seen_on = left[0], left[1]
    elif row.state != AnomalyState.VERIFIED.value:
        row.state, row.state_at = AnomalyState.VERIFIED.value, instant
        gone = Tracked(row.id, AnomalyState.VERIFIED, instant, instant, None)
        step = step_of(derived_uuid(sighting.id, "withdrawn"), gone, "Fiche retirée.")
        session.execute(
            insert(AnomalyStep).values(
                bailleur_id=row.bailleur_id,
                prestataire_id=row.prestataire_id,
                residence_id=row.residence_id,
                anomaly_id=row.id,
                account_id=context_of(session).account,
                **step,
            )
        )
    session.flush()
