"""Close an evening (the prestataire's one gesture), then seal each bailleur's report.

Closing writes one atomic row and an outbox line; the relay makes one job per bailleur, and each
job runs in that bailleur's own context: nothing of one is read while another's is built.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.daily_reports.assembly import ReportedCall, ReportHead, assemble
from presence.daily_reports.models import DailyReport, EveningClosure
from presence.field import queries as field
from presence.field.models import EveningMarker
from presence.kernel import outbox
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.oncall import queries as oncall
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label, places_due
from tenants.database import context_of
from tenants.models import Organisation
from tenants.scheme import contracts
from tenants.scheme import scheme as scheme_of


@dataclass(frozen=True)
class Closing:
    """What a closure hands to each bailleur's job."""

    scheme_id: int
    prestataire_id: int
    evening_on: date
    signed_at: datetime
    signer: str


def close_evening(
    session: Session,
    scheme_id: int,
    evening_on: date,
    *,
    signer: str,
    signed_at: datetime | None = None,
) -> EveningClosure:
    """Close and sign an evening for every bailleur under contract, once; raises `Conflict`.

    `signed_at` is given when evenings signed elsewhere are taken over; else it is now.
    """
    prestataire_id = context_of(session).subject
    served = sorted(
        contract.bailleur_id
        for contract in contracts(session)
        if contract.scheme_id == scheme_id and evening_on in contract.valid_during
    )
    if scheme_of(session, scheme_id) is None:
        raise NotFound
    if evening_on > today(session):
        message = (
            f"La soirée du {evening_on:%d/%m/%Y} n'a pas commencé : elle ne peut pas être close."
        )
        raise Invalid("date", message)
    if not served:
        message = f"Aucun contrat ne couvre la soirée du {evening_on:%d/%m/%Y}."
        raise Invalid("date", message)
    if closure_of(session, scheme_id, evening_on) is not None:
        message = f"La soirée du {evening_on:%d/%m/%Y} est déjà close."
        raise Conflict(message)
    closure = EveningClosure(
        id=uuid4(),
        prestataire_id=prestataire_id,
        scheme_id=scheme_id,
        evening_on=evening_on,
        signed_at=signed_at or now(session),
        signer=signer,
        account_id=context_of(session).account,
        checklist=checklist(session, scheme_id, evening_on),
    )
    session.add(closure)
    session.flush()
    audit.record(session, "evening.closed", closure.id, evening_on=str(evening_on))
    outbox.announce(
        session,
        "daily_reports.evening_closed",
        scheme_id=scheme_id,
        evening_on=evening_on,
        signed_at=closure.signed_at.isoformat(),
        signer=signer,
        bailleurs=served,
    )
    return closure


def checklist(session: Session, scheme_id: int, evening_on: date) -> dict[str, object]:
    """What the team leader checks before signing: planned against done, reasons missing."""
    activity = field.activity_of_evening(session, evening_on, scheme_id)
    due = places_due(session, evening_on, scheme_id)
    visited = {visit.entrance_id for visit in activity.visits}
    return {
        "planned": len(due),
        "visited": sum(place.hall.id in visited for place in due),
        "visits": len(activity.visits),
        "interventions": len(activity.interventions),
    }


def closure_of(session: Session, scheme_id: int, evening_on: date) -> EveningClosure | None:
    """The closure of an evening, None while it is open."""
    return session.scalar(
        select(EveningClosure).where(
            EveningClosure.scheme_id == scheme_id, EveningClosure.evening_on == evening_on
        )
    )


def seal_report(session: Session, closing: Closing) -> DailyReport:
    """Seal a bailleur's report of a closed evening, in that bailleur's context; twice = once."""
    bailleur_id = context_of(session).own_id
    _require_contract(session, closing)
    known = session.scalar(
        select(DailyReport).where(
            DailyReport.bailleur_id == bailleur_id,
            DailyReport.scheme_id == closing.scheme_id,
            DailyReport.evening_on == closing.evening_on,
        )
    )
    if known is not None:
        return known
    row = _report(session, bailleur_id, closing)
    session.add(row)
    # The unique key decides between two jobs that run at once: the second one fails and, run
    # again, finds the first one's report.
    session.flush()
    session.execute(
        insert(EveningMarker).values(
            id=uuid4(), bailleur_id=bailleur_id, evening_on=closing.evening_on
        )
    )
    audit.record(session, "daily_report.sealed", row.id, bailleur_id=bailleur_id, number=row.number)
    return row


def _require_contract(session: Session, closing: Closing) -> None:
    # The announcement comes from the prestataire; the bailleur's own contract has the last word.
    if not any(
        contract.prestataire_id == closing.prestataire_id
        and contract.scheme_id == closing.scheme_id
        and closing.evening_on in contract.valid_during
        for contract in contracts(session)
    ):
        day = f"{closing.evening_on:%d/%m/%Y}"
        message = f"Aucun contrat avec ce prestataire ne couvre la soirée du {day}."
        raise Invalid("date", message)


def _report(session: Session, bailleur_id: int, closing: Closing) -> DailyReport:
    bailleur = session.get_one(Organisation, bailleur_id)
    scheme = scheme_of(session, closing.scheme_id)
    if scheme is None:
        raise NotFound
    head = ReportHead(
        bailleur_name=bailleur.name,
        bailleur_code=bailleur.code,
        scheme_name=scheme.name,
        evening_on=closing.evening_on,
        version=1,
        signed_at=closing.signed_at,
        signer=closing.signer,
    )
    activity = field.activity_of_evening(
        session, closing.evening_on, closing.scheme_id, bailleur_id
    )
    due = places_due(session, closing.evening_on, closing.scheme_id)
    names = {place.id: place.name for place in patrimoine.residences(session)}
    labels = {
        hall.id: place_label(names[hall.residence_id], hall.name)
        for hall in patrimoine.entrances(session)
    }
    content = assemble(
        head,
        activity,
        labels,
        [place.hall.id for place in due],
        _calls(session, closing, bailleur_id, names),
    )
    return DailyReport(
        id=uuid4(),
        bailleur_id=bailleur_id,
        prestataire_id=closing.prestataire_id,
        scheme_id=closing.scheme_id,
        evening_on=closing.evening_on,
        version=head.version,
        number=head.number,
        signed_at=closing.signed_at,
        signer=closing.signer,
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
    )


def _calls(
    session: Session, closing: Closing, bailleur_id: int, names: dict[UUID, str]
) -> Sequence[ReportedCall]:
    return [
        ReportedCall(
            call.called_at,
            names[call.residence_id],
            call.need.value,
            call.urgency.value,
            call.intervention_id,
        )
        for call in oncall.calls_of_evening(
            session, closing.evening_on, scheme_id=closing.scheme_id, bailleur_id=bailleur_id
        )
    ]
