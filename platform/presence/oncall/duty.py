"""Duty (service): what a person reaches inside their own organisation, and tonight (ADR 0011).

PostgreSQL keeps organisations apart; this narrows one transaction to the places of a grant
(agencies, residences of a caretaker or a sector), or of tonight's round for an agent: those due,
those called about, those already visited. The session then adds the condition to every query.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Grant, Identity
from presence.field.queries import visits
from presence.kernel.clock import tonight
from presence.oncall.queries import calls_of_evening
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import places_due
from tenants.database import restrict
from tenants.roles import OrganisationKind, Permission, Role
from tenants.scheme import schemes


def narrow(session: Session, identity: Identity, permission: Permission) -> None:
    """Narrow a transaction to what the grants behind a permission reach."""
    grants = identity.grants_of(permission)
    if identity.organisation_kind is OrganisationKind.BAILLEUR:
        if grants and not any(grant.whole for grant in grants):
            restrict(session, reach_of(session, grants))
    elif identity.organisation_kind is OrganisationKind.PRESTATAIRE and {
        grant.role for grant in grants
    } == {Role.AGENT}:
        restrict(session, round_of(session, tonight(session)))


def reach_of(session: Session, grants: Collection[Grant]) -> list[UUID]:
    """The residences that scoped grants reach together."""
    return patrimoine.residences_of(
        session,
        [agency for grant in grants for agency in grant.agencies],
        [residence for grant in grants for residence in grant.residences],
    )


def round_of(session: Session, evening_on: date) -> set[UUID]:
    """The residences of an evening's round: due, called about, or visited already."""
    found = {visit.residence_id for visit in visits(session, evening_on)}
    for scheme in schemes(session):
        found |= {place.residence.id for place in places_due(session, evening_on, scheme.id)}
        calls = calls_of_evening(session, evening_on, scheme_id=scheme.id)
        found |= {call.residence_id for call in calls}
    return found
