"""Schemes with their organisations, memberships and contracts."""

from collections.abc import Sequence
from datetime import date, time

from sqlalchemy.orm import Session

from tenants import registry
from tenants.models import Organisation
from tenants.roles import OrganisationKind
from tenants.scheme import admit_reader, create_scheme, join, open_window, sign_contract
from tests.worlds import World

CLOCK = "2013-12-05T08:00:00+01:00"
FROM, TO = date(2013, 1, 1), date(2015, 1, 1)


def a_scheme(
    world: World,
    *,
    name: str = "Présence",
    bailleurs: Sequence[str] = ("ALPHA", "BETA"),
    prestataire: str = "PRESTA",
    territory: str = "CAPI",
    from_on: date = FROM,
    to_on: date = TO,
) -> int:
    """A scheme running on 5 December 2013; organisations already there are taken as they are."""
    world.set_clock(CLOCK)
    kind = OrganisationKind
    with world.operator() as session:
        place = an_organisation(session, kind.TERRITORY, territory)
        presta = an_organisation(session, kind.PRESTATAIRE, prestataire)
        members = [an_organisation(session, kind.BAILLEUR, code) for code in bailleurs]
        scheme = create_scheme(
            session, name=name, territory=place, lead_bailleur=members[0], oncall_number="04"
        )
        open_window(session, scheme, opens_at=time(17), closes_at=time(23), from_on=from_on)
        admit_reader(session, scheme, place)
        for member in members:
            join(session, scheme, member, from_on=from_on)
            sign_contract(
                session, scheme, bailleur=member, prestataire=presta, from_on=from_on, to_on=to_on
            )
        return scheme.id


def an_organisation(session: Session, kind: OrganisationKind, code: str) -> Organisation:
    """The organisation of that code, registered if it is not there yet (operator)."""
    known = next((o for o in registry.organisations(session) if o.code == code), None)
    return known or registry.register(session, kind=kind, name=code.title(), code=code)
