"""Record a summons (convocation pour rappel au bail) and the help offered. Bailleur only."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.field import queries as field
from presence.followup.models import Summons
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.keys import fingerprint
from presence.kernel.nomenclature import HelpOffered
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from tenants.database import context_of


@dataclass(frozen=True)
class SummonsReport:
    """A family summoned: where, when, what help; who stays in the bailleur's own file."""

    client_id: UUID
    residence_id: UUID
    summoned_on: date
    help_offered: HelpOffered
    intervention_id: UUID | None = None


def record_summons(session: Session, report: SummonsReport) -> Summons:
    """Record a summons, once per key; raises `Invalid`, or `Conflict` on another content."""
    digest = fingerprint(asdict(report))
    known = session.scalar(
        select(Summons).where(Summons.id == report.client_id, *stated(session, Summons))
    )
    if known is not None:
        if known.content_hash != digest:
            raise Conflict("Cette clé a déjà servi pour une autre convocation.")
        return known
    place = patrimoine.residence(session, report.residence_id)
    if place is None or place.scheme_id is None:
        raise Invalid("residence_id", "Cette résidence n'existe pas ou n'est pas couverte.")
    if report.intervention_id is not None:
        where = field.residence_of_intervention(session, report.intervention_id)
        if where != place.id:
            message = "Cette intervention n'existe pas dans cette résidence."
            raise Invalid("intervention_id", message)
    if report.summoned_on > today(session):
        raise Invalid(
            "summoned_on", "La convocation se note une fois envoyée : date future refusée."
        )
    row = Summons(
        id=report.client_id,
        bailleur_id=place.bailleur_id,
        scheme_id=place.scheme_id,
        residence_id=place.id,
        intervention_id=report.intervention_id,
        summoned_on=report.summoned_on,
        help_offered=report.help_offered.value,
        account_id=context_of(session).account,
        content_hash=digest,
    )
    session.add(row)
    session.flush()
    audit.record(session, "summons.recorded", row.id, bailleur_id=place.bailleur_id)
    return row
