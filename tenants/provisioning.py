"""Onboard an organisation (entrée d'un organisme): register it and make it a member, at once."""

from datetime import date

from sqlalchemy.orm import Session

from tenants.models import Membership, Organisation, Scheme
from tenants.registry import register
from tenants.roles import OrganisationKind
from tenants.scheme import join


def onboard_bailleur(
    session: Session,
    scheme: Scheme,
    *,
    name: str,
    code: str,
    from_on: date,
    siren: str | None = None,
) -> tuple[Organisation, Membership]:
    """Register a bailleur and make it a member from a date; the caller announces the change."""
    bailleur = register(session, kind=OrganisationKind.BAILLEUR, name=name, code=code, siren=siren)
    return bailleur, join(session, scheme, bailleur, from_on=from_on)
