"""« Qui peut voir ce hall ? »: the people and cards that reach a place today, and by what right.

Own users by name; a prestataire's people by card number only. An agent reaches the places of
tonight's round; the other roles of a prestataire the whole contract.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from presence.members.queries import Card, HeldRole, Member
from tenants.roles import OrganisationKind, Permission, Role, permissions_of


@dataclass(frozen=True)
class Sight:
    """Somebody who sees a place: `who` is a name or a card; the roles that open it."""

    who: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Located:
    """A place and the agency that holds it."""

    residence_id: UUID
    agency_id: UUID | None


def own_people(people: Iterable[Member], place: Located, day: date) -> list[Sight]:
    """The bailleur's own people who reach a place on a day, by name."""
    found = []
    for person in people:
        roles = tuple(
            held.role
            for held in person.roles
            if held.in_force(day) and _opens(held.role) and _reaches(held, place)
        )
        if person.closed_at is None and roles:
            found.append(Sight(person.display_name, roles))
    return found


def provider_cards(cards: Iterable[Card], *, due_tonight: bool) -> list[Sight]:
    """The prestataire's cards that reach a place tonight."""
    kind = OrganisationKind.PRESTATAIRE
    found = []
    for card in cards:
        roles = tuple(
            role
            for role in sorted(card.roles)
            if Permission.READ_PLACES in permissions_of(kind, [role])
            and (role is not Role.AGENT or due_tonight)
        )
        if roles:
            found.append(Sight(card.number, roles))
    return found


def _opens(role: Role) -> bool:
    return Permission.READ_PLACES in permissions_of(OrganisationKind.BAILLEUR, [role])


def _reaches(held: HeldRole, place: Located) -> bool:
    whole = not held.agencies and not held.residences
    return whole or place.residence_id in held.residences or place.agency_id in held.agencies
