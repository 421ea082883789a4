"""Invite, change roles, close accounts: an administrator, in their own organisation only.

PostgreSQL checks it again (`app.administered_by`): the last administrator cannot leave, nobody
changes their own rights.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from presence.accounts import passwords
from presence.accounts.identity import Identity, call, hash_of, jsonb, within
from presence.kernel.errors import Invalid, NotFound
from presence.kernel.jobs import ask
from tenants.context import RELAY
from tenants.database import transaction
from tenants.roles import RIGHTS, SCOPABLE, SCOPED, OrganisationKind, Role

MOST_NAME = 120


@dataclass(frozen=True)
class GrantDraft:
    """A role to give: until a date (excluded), on agencies and residences."""

    role: Role
    to_on: date | None = None
    agencies: tuple[UUID, ...] = ()
    residences: tuple[UUID, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As PostgreSQL reads it."""
        return {
            "role": self.role.value,
            "to_on": self.to_on and self.to_on.isoformat(),
            "agencies": list(map(str, self.agencies)),
            "residences": list(map(str, self.residences)),
        }


@dataclass(frozen=True)
class Welcome:
    """An invitation as the invited person reads it."""

    email: str
    display_name: str
    organisation_name: str
    organisation_kind: OrganisationKind
    roles: frozenset[Role]


def invite(
    identity: Identity,
    *,
    email: str,
    display_name: str,
    grants: Sequence[GrantDraft],
    card_number: str | None = None,
) -> None:
    """Invite a person by e-mail; raises `Invalid`, or `Conflict` for a member."""
    address, name = _address(email), _name(display_name)
    check_grants(identity.organisation_kind, grants)
    with transaction(RELAY) as session:
        (row,) = within(
            session, "invite", identity.account_id, address, name,
            jsonb([grant.as_json() for grant in grants]), (card_number or "").strip() or None,
        )  # fmt: skip
        _mail(session, row[0])


def invite_first(identity: Identity, organisation_id: int, *, email: str, name: str) -> None:
    """Invite the first administrator of an organisation (operator); raises `Conflict`."""
    address, name = _address(email), _name(name)
    with transaction(RELAY) as session:
        (row,) = within(
            session, "invite_first", identity.account_id, organisation_id, address, name
        )
        _mail(session, row[0])


def send_again(identity: Identity, invitation_id: UUID) -> None:
    """Mail an invitation again: the former link dies; raises `NotFound`."""
    if invitation_id not in {row.id for row in call("invitations", identity.account_id)}:
        raise NotFound
    with transaction(RELAY) as session:
        _mail(session, invitation_id)


def revoke_invitation(identity: Identity, invitation_id: UUID) -> None:
    """Withdraw an invitation; raises `NotFound`."""
    if not call("revoke_invitation", identity.account_id, invitation_id)[0][0]:
        raise NotFound


def arm_invitation(invitation_id: UUID) -> tuple[str, str, str, str] | None:
    """Make the link's secret when the mail leaves: (address, name, organisation, secret)."""
    secret = secrets.token_urlsafe(32)
    rows = call("arm_invitation", invitation_id, hash_of(secret))
    if not rows:
        return None
    return rows[0].email, rows[0].display_name, rows[0].organisation_name, secret


def welcome(secret: str) -> Welcome | None:
    """The invitation behind a link; None once accepted, withdrawn or too old."""
    rows = call("invitation_by_hash", hash_of(secret))
    if not rows:
        return None
    row = rows[0]
    return Welcome(
        row.email,
        row.display_name,
        row.organisation_name,
        OrganisationKind(row.organisation_kind),
        frozenset(Role(given["role"]) for given in row.grants),
    )


def accept(secret: str, display_name: str, password: str) -> bool:
    """Open the invited account; False once the link is void; raises `Invalid`, `Conflict`."""
    invited = welcome(secret)
    if invited is None:
        return False
    name = _name(display_name)
    hashed = passwords.accept(password, invited.roles, [invited.email, name])
    return call("accept_invitation", hash_of(secret), name, hashed)[0][0] is not None


def set_grants(identity: Identity, account_id: UUID, grants: Sequence[GrantDraft]) -> None:
    """Replace a colleague's roles; raises `NotFound`, `Conflict`, `Invalid`."""
    check_grants(identity.organisation_kind, grants)
    call("set_grants", identity.account_id, account_id, jsonb([g.as_json() for g in grants]))


def close_account(identity: Identity, account_id: UUID) -> None:
    """Close an account: its sessions and tokens end at once; raises `NotFound`, `Conflict`."""
    call("close_account", identity.account_id, account_id)


def check_grants(kind: OrganisationKind, grants: Sequence[GrantDraft]) -> None:
    """Refuse roles that the organisation does not have, or a scope that a role needs or lacks."""
    if not grants:
        raise Invalid("roles", "Choisissez au moins un rôle.")
    for grant in grants:
        scoped = bool(grant.agencies or grant.residences)
        if grant.role not in RIGHTS[kind]:
            raise Invalid("roles", "Ce rôle n'existe pas dans votre organisme.")
        if grant.role in SCOPED and not scoped:
            told = "Un responsable de secteur ou un gardien a une agence ou des résidences."
            raise Invalid("roles", told)
        if scoped and grant.role not in SCOPABLE:
            raise Invalid("roles", "Ce rôle porte sur tout l'organisme : retirez son périmètre.")


def _mail(session: Any, invitation_id: UUID) -> None:
    # Each sending is another job: the key changes with it.
    key = f"invitation:{invitation_id}:{secrets.token_hex(8)}"
    ask(session, key, "workers.mail.send_invitation", invitation=str(invitation_id))


def _address(email: str) -> str:
    try:
        found = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        told = "Cette adresse e-mail ne convient pas : vérifiez-la (nom@organisme.fr)."
        raise Invalid("email", told) from error
    return found.normalized.lower()


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 2 <= len(name) <= MOST_NAME or not name.isprintable():
        raise Invalid("nom", f"Donnez un nom de 2 à {MOST_NAME} caractères.")
    return name
