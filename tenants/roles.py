"""Roles (rôles) of people inside an organisation, and the table of rights. Pure.

A permission says which door opens; which rows are behind it is PostgreSQL's business, and inside
one organisation the reach of the grant (agencies, residences, tonight's round; ADR 0011).
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


ORGANISATION_LABELS = {
    OrganisationKind.BAILLEUR: "Bailleur",
    OrganisationKind.PRESTATAIRE: "Prestataire",
    OrganisationKind.TERRITORY: "Intercommunalité",
    OrganisationKind.COMMUNE: "Commune",
    OrganisationKind.STATE: "État",
    OrganisationKind.OPERATOR: "Exploitant",
}


class Role(StrEnum):
    """What a person does in the organisation."""

    MANAGEMENT = "management"
    FINANCE = "finance"
    PROXIMITY = "proximity"
    SECTOR = "sector"
    CARETAKER = "caretaker"
    DPO = "dpo"
    TEAM_LEADER = "team_leader"
    ONCALL_OPERATOR = "oncall_operator"
    AGENT = "agent"
    READER = "reader"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.MANAGEMENT: "Direction",
    Role.FINANCE: "Finance",
    Role.PROXIMITY: "Proximité",
    Role.SECTOR: "Responsable de secteur",
    Role.CARETAKER: "Gardien",
    Role.DPO: "Protection des données",
    Role.TEAM_LEADER: "Chef d'équipe",
    Role.ONCALL_OPERATOR: "Opérateur d'astreinte",
    Role.AGENT: "Agent",
    Role.READER: "Lecture",
    Role.OPERATOR: "Exploitation",
    Role.ADMINISTRATOR: "Administration des comptes",
}


class Permission(StrEnum):
    """A door: what may be done, whatever the rows behind it."""

    READ_NIGHT = "read_night"
    READ_PLACES = "read_places"
    MANAGE_PLACES = "manage_places"
    TRANSFER_PLACES = "transfer_places"
    ONBOARD = "onboard"
    MANAGE_SITES = "manage_sites"
    REVEAL_CODES = "reveal_codes"
    READ_PLANNING = "read_planning"
    REQUEST_VISITS = "request_visits"
    PLAN_EVENINGS = "plan_evenings"
    MANAGE_ROSTER = "manage_roster"
    READ_ACTIVITY = "read_activity"
    READ_EVENING = "read_evening"
    RECORD_ACTIVITY = "record_activity"
    RECORD_CALLS = "record_calls"
    CLOSE_EVENING = "close_evening"
    READ_REPORTS = "read_reports"
    GIVE_VISA = "give_visa"
    AMEND_REPORTS = "amend_reports"
    FOLLOW_UP = "follow_up"
    MANAGE_ANOMALIES = "manage_anomalies"
    READ_FIGURES = "read_figures"
    READ_BILAN = "read_bilan"
    SHARE_BILAN = "share_bilan"
    SIGN_AGREEMENT = "sign_agreement"
    READ_SHARES = "read_shares"
    MANAGE_MONEY = "manage_money"
    READ_CONTRACTS = "read_contracts"
    READ_CERTIFICATES = "read_certificates"
    MANAGE_MEMBERS = "manage_members"
    READ_RIGHTS = "read_rights"
    READ_JOURNAL = "read_journal"
    READ_ISOLATION = "read_isolation"
    OPERATE = "operate"


PERMISSION_LABELS = {
    Permission.READ_NIGHT: "Lire « Cette nuit »",
    Permission.READ_PLACES: "Lire les résidences",
    Permission.MANAGE_PLACES: "Importer et régler les résidences",
    Permission.TRANSFER_PLACES: "Céder et reprendre des résidences",
    Permission.ONBOARD: "Conduire la mise en route",
    Permission.MANAGE_SITES: "Tenir les fiches de site",
    Permission.REVEAL_CODES: "Voir un code d'accès",
    Permission.READ_PLANNING: "Lire le programme et les passages dus",
    Permission.REQUEST_VISITS: "Demander un passage",
    Permission.PLAN_EVENINGS: "Préparer et publier les tournées",
    Permission.MANAGE_ROSTER: "Tenir l'effectif, les équipes et les vacations",
    Permission.READ_ACTIVITY: "Lire passages, interventions et appels",
    Permission.READ_EVENING: "Ouvrir la soirée",
    Permission.RECORD_ACTIVITY: "Consigner passages et interventions",
    Permission.RECORD_CALLS: "Noter les appels d'astreinte",
    Permission.CLOSE_EVENING: "Signer la soirée",
    Permission.READ_REPORTS: "Lire les rapports journaliers",
    Permission.GIVE_VISA: "Viser et contester les rapports, accorder un délai",
    Permission.AMEND_REPORTS: "Rectifier une fiche, répondre à une contestation",
    Permission.FOLLOW_UP: "Donner une suite, convoquer",
    Permission.MANAGE_ANOMALIES: "Suivre les anomalies techniques",
    Permission.READ_FIGURES: "Lire les chiffres de l'organisme",
    Permission.READ_BILAN: "Lire le bilan publié",
    Permission.SHARE_BILAN: "Partager un bilan par un lien",
    Permission.SIGN_AGREEMENT: "Signer un accord de partage",
    Permission.READ_SHARES: "Lire la quote-part",
    Permission.MANAGE_MONEY: "Saisir coûts, subventions et clés",
    Permission.READ_CONTRACTS: "Lire les contrats",
    Permission.READ_CERTIFICATES: "Lire les attestations de service fait",
    Permission.MANAGE_MEMBERS: "Inviter, donner et retirer des rôles",
    Permission.READ_RIGHTS: "Lire qui peut voir quoi",
    Permission.READ_JOURNAL: "Lire le journal de l'organisme",
    Permission.READ_ISOLATION: "Lire et lancer la vérification d'isolation",
    Permission.OPERATE: "Exploiter la plateforme (métadonnées)",
}
P = Permission
_HOME = frozenset({P.READ_NIGHT, P.READ_PLACES, P.READ_ACTIVITY, P.READ_PLANNING})
_SITES = frozenset({P.MANAGE_SITES, P.REVEAL_CODES, P.REQUEST_VISITS})
_WHOLE = _HOME | {P.READ_REPORTS, P.READ_FIGURES, P.READ_BILAN}
_CONTRACTS = frozenset({P.READ_CONTRACTS, P.READ_CERTIFICATES})
_WATCH = _CONTRACTS | {P.READ_RIGHTS, P.READ_JOURNAL}
_ADMINISTER = frozenset({P.MANAGE_MEMBERS, P.READ_RIGHTS, P.READ_JOURNAL})
_FIELD = frozenset(
    {P.READ_PLACES, P.READ_ACTIVITY, P.READ_EVENING, P.RECORD_CALLS, P.READ_PLANNING}
)
_PLANNERS = frozenset({P.PLAN_EVENINGS, P.MANAGE_ROSTER})
_READERS = {Role.READER: frozenset({P.READ_BILAN}), Role.ADMINISTRATOR: _ADMINISTER}

# What a role opens in each kind of organisation; a role that is not listed there opens nothing.
RIGHTS: dict[OrganisationKind, dict[Role, frozenset[Permission]]] = {
    OrganisationKind.BAILLEUR: {
        Role.MANAGEMENT: _WHOLE
        | _WATCH
        | _ADMINISTER
        | _SITES
        | {P.MANAGE_PLACES, P.TRANSFER_PLACES, P.ONBOARD}
        | {P.SIGN_AGREEMENT, P.READ_SHARES, P.READ_ISOLATION, P.GIVE_VISA, P.MANAGE_ANOMALIES},
        Role.FINANCE: _WHOLE | _CONTRACTS | {P.READ_SHARES, P.MANAGE_MONEY},
        Role.PROXIMITY: _WHOLE | _SITES | {P.FOLLOW_UP, P.GIVE_VISA, P.MANAGE_ANOMALIES},
        Role.SECTOR: _HOME | _SITES | {P.MANAGE_ANOMALIES},
        Role.CARETAKER: _HOME | {P.REVEAL_CODES, P.MANAGE_ANOMALIES},
        Role.DPO: _WATCH | {P.READ_ISOLATION},
        Role.ADMINISTRATOR: _ADMINISTER,
    },
    OrganisationKind.PRESTATAIRE: {
        Role.MANAGEMENT: _WATCH
        | _ADMINISTER
        | _PLANNERS
        | {P.READ_PLACES, P.READ_ACTIVITY, P.READ_REPORTS, P.READ_PLANNING, P.AMEND_REPORTS},
        Role.TEAM_LEADER: _FIELD
        | _CONTRACTS
        | _PLANNERS
        | {P.RECORD_ACTIVITY, P.CLOSE_EVENING, P.READ_REPORTS, P.REVEAL_CODES, P.AMEND_REPORTS},
        Role.ONCALL_OPERATOR: _FIELD,
        Role.AGENT: _FIELD | {P.RECORD_ACTIVITY, P.REVEAL_CODES},
        Role.ADMINISTRATOR: _ADMINISTER,
    },
    OrganisationKind.TERRITORY: {
        Role.READER: frozenset({P.READ_BILAN, P.SHARE_BILAN}),
        Role.ADMINISTRATOR: _ADMINISTER,
    },
    OrganisationKind.COMMUNE: _READERS,
    OrganisationKind.STATE: _READERS,
    OrganisationKind.OPERATOR: {
        Role.OPERATOR: frozenset({P.OPERATE, P.READ_ISOLATION, P.READ_CONTRACTS}),
        Role.ADMINISTRATOR: _ADMINISTER,
    },
}
# Roles that exist only on some agencies or residences (security.md §4).
SCOPED = frozenset({Role.SECTOR, Role.CARETAKER})
SCOPABLE = SCOPED | {Role.PROXIMITY}
# Whoever gives rights away; the last one of an organisation cannot leave.
ADMINISTRATORS = frozenset({Role.MANAGEMENT, Role.ADMINISTRATOR})
# Second factor required (ANSSI, security.md §4): administrators, finance, proximity, coordinators
# (the CAPI's readers), operator.
SECOND_FACTOR = ADMINISTRATORS | {Role.FINANCE, Role.PROXIMITY, Role.DPO, Role.OPERATOR}


def permissions_of(kind: OrganisationKind, roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that roles open in an organisation of that kind."""
    rights = RIGHTS[kind]
    return frozenset().union(*(rights.get(role, frozenset()) for role in roles))


def needs_second_factor(kind: OrganisationKind, roles: Iterable[Role]) -> bool:
    """Whether holding these roles requires a second factor."""
    held = frozenset(roles)
    coordinator = kind is OrganisationKind.TERRITORY and Role.READER in held
    return coordinator or not held.isdisjoint(SECOND_FACTOR)


def holders(permission: Permission) -> dict[OrganisationKind, frozenset[Role]]:
    """Which roles of which organisations carry a permission."""
    return {
        kind: found
        for kind, rights in RIGHTS.items()
        if (found := frozenset(role for role, opened in rights.items() if permission in opened))
    }
