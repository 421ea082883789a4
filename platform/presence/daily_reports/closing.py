"""Close an evening (the prestataire's one gesture): one atomic row, one outbox line.

The relay then makes one job per bailleur, which seals its report in its own context.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.field import queries as field
from presence.field.closures import closure_of, hold_evening
from presence.field.models import EveningClosure
from presence.field.unfinished import (
    Unfinished,
    sheets_without_detail,
    unfinished_sheets,
)
from presence.kernel import outbox
from presence.kernel.clock import now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.planning.queries import DuePlace, places_due
from tenants.database import context_of
from tenants.scheme import contracts
from tenants.scheme import scheme as scheme_of


@dataclass(frozen=True)
class Checklist:
    """What the team leader checks before signing (liste de contrôle): planned against done."""

    planned: int
    visited: int
    visits: int
    not_done: int
    interventions: int
    without_reason: tuple[DuePlace, ...]
    unfinished: tuple[Unfinished, ...]
    without_detail: tuple[Unfinished, ...]

    def as_kept(self) -> dict[str, object]:
        """What the closure keeps of it: numbers and the places nobody told anything of."""
        return {
            "planned": self.planned,
            "visited": self.visited,
            "visits": self.visits,
            "interventions": self.interventions,
            "without_reason": [str(place.hall.id) for place in self.without_reason],
        }


def checklist(session: Session, scheme_id: int, evening_on: date) -> Checklist:
    """The checklist of an evening (prestataire's context)."""
    activity = field.activity_of_evening(session, evening_on, scheme_id)
    due = places_due(session, evening_on, scheme_id)
    seen = {visit.entrance_id for visit in activity.visits}
    return Checklist(
        planned=len(due),
        visited=sum(place.hall.id in seen for place in due),
        visits=len(activity.visits),
        not_done=sum(visit.not_done_reason is not None for visit in activity.visits),
        interventions=len(activity.interventions),
        without_reason=tuple(place for place in due if place.hall.id not in seen),
        unfinished=tuple(unfinished_sheets(session, scheme_id, evening_on)),
        without_detail=tuple(sheets_without_detail(session, scheme_id, evening_on)),
    )


def close_evening(
    session: Session,
    scheme_id: int,
    evening_on: date,
    *,
    signer: str,
    signed_at: datetime | None = None,
) -> EveningClosure:
    """Close and sign an evening for every bailleur under contract, once; raises `Conflict`.

    `signed_at` is given when evenings signed elsewhere are taken over; else it is now. A place
    due of which nothing is told does not hinder: its report says « non reçu ». A sheet begun and
    not finished does (`Conflict`): the hour that it keeps would be lost.
    """
    served = _served(session, scheme_id, evening_on)
    # A phone that is writing now is waited for; one that comes after finds the closure.
    hold_evening(session, scheme_id, evening_on, alone=True)
    if closure_of(session, scheme_id, evening_on) is not None:
        raise Conflict(f"La soirée du {evening_on:%d/%m/%Y} est déjà close.")
    checked = checklist(session, scheme_id, evening_on)
    if checked.unfinished:
        told = ", ".join(sheet.place for sheet in checked.unfinished)
        raise Conflict(f"Des fiches sont à compléter avant de signer : {told}.")
    context = context_of(session)
    closure = EveningClosure(
        id=uuid4(),
        prestataire_id=context.own_id,
        scheme_id=scheme_id,
        evening_on=evening_on,
        signed_at=signed_at or now(session),
        signer=signer,
        account_id=context.account,
        checklist=checked.as_kept(),
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


def _served(session: Session, scheme_id: int, evening_on: date) -> list[int]:
    """The bailleurs whose contract covers the evening; raises `Invalid`, `NotFound`."""
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
        raise Invalid("date", f"Aucun contrat ne couvre la soirée du {evening_on:%d/%m/%Y}.")
    return served
