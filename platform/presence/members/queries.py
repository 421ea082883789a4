"""Members, pending invitations and the security journal of the asker's own organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from presence.accounts.identity import Identity, call
from tenants.roles import Role


@dataclass(frozen=True)
class HeldRole:
    """A role as given: from a date to a date (excluded), on agencies and residences."""

    role: Role
    from_on: date | None
    to_on: date | None
    agencies: tuple[UUID, ...]
    residences: tuple[UUID, ...]

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        begun = self.from_on is None or self.from_on <= day
        return begun and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True)
class Member:
    """A person of the organisation; `signed_in_at` None: never came."""

    account_id: UUID
    email: str
    display_name: str
    card_number: str | None
    created_at: datetime
    signed_in_at: datetime | None
    closed_at: datetime | None
    second_factor: bool
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True)
class Pending:
    """An invitation that was not accepted yet."""

    id: UUID
    email: str
    display_name: str
    roles: tuple[HeldRole, ...]
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Card:
    """A prestataire's person as a bailleur knows them: a card number and roles."""

    number: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class JournalLine:
    """One line of the security journal."""

    at: datetime
    act: str
    person: str | None
    author: str | None
    details: dict[str, Any]


def members(identity: Identity) -> list[Member]:
    """Everybody who has or had an account, by name."""
    return [
        Member(
            row.account_id, row.email, row.display_name, row.card_number, row.created_at,
            row.signed_in_at, row.closed_at, row.second_factor, _roles(row.grants),
        )
        for row in call("members", identity.account_id)
    ]  # fmt: skip


def pending(identity: Identity) -> list[Pending]:
    """Invitations that wait; raises `NotPermitted` unless the asker administers."""
    return [
        Pending(
            row.id,
            row.email,
            row.display_name,
            _roles(row.grants),
            row.created_at,
            row.sent_at,
            row.expires_at,
        )
        for row in call("invitations", identity.account_id)
    ]


def cards(prestataire_id: int) -> list[Card]:
    """The cards of a prestataire's people who hold a role, by number."""
    found = [
        Card(row.card_number or "sans numéro", frozenset(map(Role, row.roles)))
        for row in call("cards_of", prestataire_id)
        if row.roles
    ]
    return sorted(found, key=lambda card: card.number)


def journal(identity: Identity, most: int = 200) -> list[JournalLine]:
    """The organisation's security journal, newest first."""
    return [
        JournalLine(row.at, row.act, row.person, row.author, row.details)
        for row in call("security_journal", identity.account_id, most)
    ]


def _roles(grants: Sequence[dict[str, Any]]) -> tuple[HeldRole, ...]:
    return tuple(
        HeldRole(
            Role(given["role"]),
            _day(given.get("from_on")),
            _day(given.get("to_on")),
            tuple(map(UUID, given.get("agencies") or ())),
            tuple(map(UUID, given.get("residences") or ())),
        )
        for given in grants
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
