"""Take a step about an anomaly (faire avancer une anomalie), from one side or the other."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.anomalies.models import Anomaly, AnomalyStep
from presence.anomalies.rules import Side, note_of, refusal
from presence.audit import services as audit
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import AnomalyState
from presence.kernel.ownership import stated
from tenants.context import Kind
from tenants.database import context_of


@dataclass(frozen=True)
class StepDraft:
    """The state an anomaly is led to, and what is said about it.

    `taken_at` is for what was done before, elsewhere: nobody at a page gives it.
    """

    client_id: UUID
    anomaly_id: UUID
    state: AnomalyState
    note: str | None = None
    taken_at: datetime | None = None


def side_of(session: Session) -> Side:
    """On which side the session acts."""
    bailleur = context_of(session).kind is Kind.BAILLEUR
    return Side.BAILLEUR if bailleur else Side.PRESTATAIRE


def take_step(session: Session, draft: StepDraft) -> Anomaly:
    """Lead an anomaly to a state, once per key; raises `NotFound`, `Invalid`, `Conflict`."""
    row = session.scalar(
        select(Anomaly)
        .where(Anomaly.id == draft.anomaly_id, *stated(session, Anomaly))
        # Two people who act at once: the second is told where the first left it.
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    digest = fingerprint(asdict(draft))
    known = session.scalar(
        select(AnomalyStep.content_hash).where(
            AnomalyStep.id == draft.client_id, *stated(session, AnomalyStep)
        )
    )
    if known is not None:
        if known != digest:
            raise Conflict("Cette clé a déjà servi pour une autre étape.")
        return row
    side, note = side_of(session), note_of(draft.note)
    refused = refusal(side, AnomalyState(row.state), draft.state)
    if refused:
        raise Conflict(refused)
    row.state, row.state_at = draft.state.value, draft.taken_at or now(session)
    session.add(
        AnomalyStep(
            id=draft.client_id,
            bailleur_id=row.bailleur_id,
            prestataire_id=row.prestataire_id,
            residence_id=row.residence_id,
            anomaly_id=row.id,
            state=draft.state.value,
            side=side.value,
            taken_at=row.state_at,
            note=note,
            account_id=context_of(session).account,
            content_hash=digest,
        )
    )
    session.flush()
    audit.record(
        session, "anomaly.step_taken", row.id, bailleur_id=row.bailleur_id, state=row.state
    )
    return row
