"""Log a resident's call (appel d'astreinte) and tie it to the intervention that followed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.field import queries as field
from presence.field.closures import announce_late, hold_evening
from presence.kernel.clock import evening_of, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import Situation, Urgency
from presence.kernel.ownership import stated
from presence.oncall.models import Call
from presence.patrimoine import queries as patrimoine
from tenants.database import context_of
from tenants.scheme import contracts


@dataclass(frozen=True)
class CallReport:
    """What is kept of a call: when, where, what is needed, how soon. Never who."""

    client_id: UUID
    residence_id: UUID
    called_at: datetime
    need: Situation
    urgency: Urgency


def log_call(session: Session, report: CallReport) -> Call:
    """Log a call, once per key; raises `Invalid`, or `Conflict` on another content."""
    digest = fingerprint(asdict(report))
    known = session.scalar(select(Call).where(Call.id == report.client_id, *stated(session, Call)))
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour un autre appel.")
        return known
    place = patrimoine.residence(session, report.residence_id)
    if place is None or place.scheme_id is None:
        raise Invalid("residence_id", "Ce lieu n'existe pas ou n'est pas sous votre contrat.")
    evening_on = evening_of(report.called_at)
    if evening_on > today(session):
        raise Invalid("called_at", f"La soirée du {evening_on:%d/%m/%Y} n'a pas commencé.")
    if not any(
        contract.bailleur_id == place.bailleur_id
        and contract.scheme_id == place.scheme_id
        and evening_on in contract.valid_during
        for contract in contracts(session)
    ):
        message = f"Aucun contrat ne couvre ce lieu le {evening_on:%d/%m/%Y}."
        raise Invalid("called_at", message)
    context = context_of(session)
    row = Call(
        id=report.client_id,
        bailleur_id=place.bailleur_id,
        prestataire_id=context.subject,
        scheme_id=place.scheme_id,
        residence_id=place.id,
        evening_on=evening_on,
        called_at=report.called_at,
        need=report.need.value,
        urgency=report.urgency.value,
        account_id=context.account,
        content_hash=digest,
    )
    hold_evening(session, place.scheme_id, evening_on, alone=False)
    session.add(row)
    session.flush()
    announce_late(session, [(place.scheme_id, place.bailleur_id, evening_on)])
    audit.record(session, "call.logged", row.id, bailleur_id=place.bailleur_id)
    return row


def link_call(session: Session, call_id: UUID, intervention_id: UUID) -> Call:
    """Tie a call to the intervention that followed, at the same residence on the same evening."""
    call = session.scalar(select(Call).where(Call.id == call_id, *stated(session, Call)))
    if call is None:
        raise NotFound
    intervention = field.intervention_on(session, intervention_id, call.evening_on)
    if intervention is None or intervention.residence_id != call.residence_id:
        message = "Cette intervention n'existe pas dans cette résidence ce soir-là."
        raise Invalid("intervention_id", message)
    hold_evening(session, call.scheme_id, call.evening_on, alone=False)
    call.intervention_id = intervention_id
    session.flush()
    announce_late(session, [(call.scheme_id, call.bailleur_id, call.evening_on)])
    audit.record(session, "call.linked", call_id, bailleur_id=call.bailleur_id)
    return call
