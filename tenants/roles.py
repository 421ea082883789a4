"""Roles (rôles) of people inside an organisation, and the permission table. Pure.

A permission says which door opens; which rows are behind it is PostgreSQL's business.
The table follows the matrix of rights of the scheme's convention (`platform/docs/rights.md`).
"""

from collections.abc import Iterable
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is, hence in which kind of context its people act."""

    BAILLEUR = "bailleur"
    PRESTATAIRE = "prestataire"
    TERRITORY = "territory"
    COMMUNE = "commune"
    STATE = "state"
    OPERATOR = "operator"


class Role(StrEnum):
    """What a person does in the organisation."""

    MANAGEMENT = "management"
    FINANCE = "finance"
    PROXIMITY = "proximity"
    TEAM_LEADER = "team_leader"
    AGENT = "agent"
    READER = "reader"
    OPERATOR = "operator"


ROLE_LABELS = {
    Role.MANAGEMENT: "Direction",
    Role.FINANCE: "Finance",
    Role.PROXIMITY: "Proximité",
    Role.TEAM_LEADER: "Chef d'équipe",
    Role.AGENT: "Agent",
    Role.READER: "Lecture",
    Role.OPERATOR: "Exploitation",
}


class Permission(StrEnum):
    """A door: what may be done, whatever the rows behind it."""

    READ_NIGHT = "read_night"
    READ_PLACES = "read_places"
    MANAGE_PLACES = "manage_places"
    READ_ACTIVITY = "read_activity"
    RECORD_ACTIVITY = "record_activity"
    CLOSE_EVENING = "close_evening"
    READ_REPORTS = "read_reports"
    FOLLOW_UP = "follow_up"
    READ_FIGURES = "read_figures"
    READ_BILAN = "read_bilan"
    SIGN_AGREEMENT = "sign_agreement"
    READ_SHARES = "read_shares"
    MANAGE_MONEY = "manage_money"
    OPERATE = "operate"


_ALL_BAILLEUR = frozenset({Role.MANAGEMENT, Role.FINANCE, Role.PROXIMITY})
_FIELD = frozenset({Role.TEAM_LEADER, Role.AGENT})

GRANTED: dict[Permission, frozenset[Role]] = {
    Permission.READ_NIGHT: _ALL_BAILLEUR,
    Permission.READ_PLACES: _ALL_BAILLEUR | _FIELD,
    Permission.MANAGE_PLACES: frozenset({Role.MANAGEMENT}),
    Permission.READ_ACTIVITY: _ALL_BAILLEUR | _FIELD,
    Permission.RECORD_ACTIVITY: _FIELD,
    Permission.CLOSE_EVENING: frozenset({Role.TEAM_LEADER}),
    Permission.READ_REPORTS: _ALL_BAILLEUR | {Role.TEAM_LEADER},
    Permission.FOLLOW_UP: frozenset({Role.PROXIMITY}),
    Permission.READ_FIGURES: _ALL_BAILLEUR,
    Permission.READ_BILAN: _ALL_BAILLEUR | {Role.READER},
    Permission.SIGN_AGREEMENT: frozenset({Role.MANAGEMENT}),
    Permission.READ_SHARES: frozenset({Role.FINANCE, Role.MANAGEMENT}),
    Permission.MANAGE_MONEY: frozenset({Role.FINANCE}),
    Permission.OPERATE: frozenset({Role.OPERATOR}),
}


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether any of the roles carries the permission."""
    return not GRANTED[permission].isdisjoint(roles)
