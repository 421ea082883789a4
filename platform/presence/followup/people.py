"""Who may be given a follow-up (responsables possibles): the asker's own people."""

from datetime import date
from uuid import UUID

from presence.accounts.identity import Identity
from presence.kernel.errors import Invalid
from presence.members.queries import members
from tenants.roles import Permission, permissions_of


def people_of(identity: Identity, day: date) -> list[tuple[UUID, str]]:
    """Who may be given a follow-up in the asker's organisation, by name."""
    kind = identity.organisation_kind
    return [
        (person.account_id, person.display_name)
        for person in members(identity)
        if person.closed_at is None
        and Permission.FOLLOW_UP
        in permissions_of(kind, [held.role for held in person.roles if held.in_force(day)])
    ]


def names_of(identity: Identity) -> dict[UUID, str]:
    """The name of everybody who has or had an account in the asker's organisation."""
    return {person.account_id: person.display_name for person in members(identity)}


def require_able(identity: Identity, account_id: UUID, day: date, field: str) -> None:
    """Raise `Invalid` unless this person is of the organisation and gives follow-ups."""
    if account_id not in dict(people_of(identity, day)):
        message = "Choisissez une personne de votre organisme qui traite des suites."
        raise Invalid(field, message)
