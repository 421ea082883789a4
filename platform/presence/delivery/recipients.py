"""Whom the mails of an organisation may go to (destinataires), as its accounts are now."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Grant, call
from presence.oncall.duty import reach_of
from tenants.roles import OrganisationKind, Permission, Role, permissions_of


@dataclass(frozen=True)
class Recipient:
    """A person with an open account: address and roles in force."""

    account_id: UUID
    email: str
    display_name: str
    kind: OrganisationKind
    grants: tuple[Grant, ...]

    def grants_of(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants that carry a permission."""
        return tuple(g for g in self.grants if permission in permissions_of(self.kind, [g.role]))

    def may(self, permission: Permission) -> bool:
        """Whether any grant carries it."""
        return bool(self.grants_of(permission))

    @property
    def scoped(self) -> bool:
        """Whether they read the night of some residences only (secteur, gardien)."""
        return not any(grant.whole for grant in self.grants_of(Permission.READ_NIGHT))


def recipients(organisation_id: int, kind: OrganisationKind) -> list[Recipient]:
    """The people of an organisation who have an account. The worker alone asks (ADR 0020)."""
    return [
        Recipient(
            row.account_id,
            row.email,
            row.display_name,
            kind,
            tuple(
                Grant(
                    Role(given["role"]),
                    tuple(map(UUID, given["agencies"])),
                    tuple(map(UUID, given["residences"])),
                )
                for given in row.grants
            ),
        )
        for row in call("mail_recipients", organisation_id)
    ]


def night_readers(bailleur_id: int) -> list[Recipient]:
    """A bailleur's people who may read « Cette nuit »: nobody else gets a report."""
    return [
        person
        for person in recipients(bailleur_id, OrganisationKind.BAILLEUR)
        if person.may(Permission.READ_NIGHT)
    ]


def reach(session: Session, person: Recipient) -> frozenset[UUID] | None:
    """The residences that a person reads the night of; None: all of them."""
    if not person.scoped:
        return None
    return frozenset(reach_of(session, person.grants_of(Permission.READ_NIGHT)))
