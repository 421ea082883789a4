"""The book of policies in plain French: for each table, who reads and writes which rows."""

from dataclasses import dataclass

from tenants.classes import CLASS_LABELS
from tenants.classification import classification, columns_held
from tenants.columns import Access, Base, TableKind

TABLES = {
    "access_code": "Codes d'accès (scellés)",
    "access_reveal": "Codes d'accès révélés",
    "account": "Comptes des personnes",
    "account_role": "Rôles des personnes",
    "agency": "Agences",
    "agent": "Agents",
    "aggregated_evening": "Registre des soirées comptées",
    "agreement_signature": "Signatures des accords de partage",
    "allocation": "Répartitions annuelles",
    "allocation_share": "Quotes-parts",
    "allocation_slice": "Tranches de répartition",
    "anomaly": "Anomalies techniques",
    "anomaly_sighting": "Constats d'anomalies",
    "anomaly_step": "Étapes des anomalies",
    "api_token": "Jetons d'API",
    "audit_entry": "Journal du bailleur",
    "basis_snapshot": "Assiettes figées",
    "building": "Bâtiments",
    "business_clock": "Horloge de démonstration",
    "calendar_link": "Abonnements d'agenda",
    "call": "Appels d'astreinte",
    "common_area": "Parties communes",
    "commune": "Communes",
    "contract": "Contrats",
    "contribution": "Contributions aux bilans",
    "cost": "Coûts",
    "coverage": "Périodes dans le périmètre",
    "daily_figure": "Chiffres du jour",
    "daily_report": "Rapports journaliers",
    "deadline_exception": "Délais accordés",
    "dispute": "Contestations",
    "report_visa": "Visas des rapports",
    "sheet_change": "Corrections de fiches",
    "unfinished_sheet": "Fiches à compléter",
    "report_document": "Rapports imprimés",
    "entrance": "Entrées",
    "evening_closure": "Clôtures de soirée",
    "evening_marker": "Soirées à recompter",
    "evening_plan": "Programmes de soirée",
    "event_link": "Liens entre interventions d'un même évènement",
    "follow_up": "Suites à donner",
    "follow_up_step": "Étapes des suites",
    "intervention": "Interventions",
    "intervention_action": "Actions des interventions",
    "invitation": "Invitations",
    "isolation_report": "Rapports d'isolation",
    "job": "Travaux en file",
    "membership": "Adhésions",
    "monthly_figure": "Chiffres du mois",
    "note_reading": "Consignes lues",
    "onboarding": "Mise en route",
    "organisation": "Organismes",
    "outbox": "Boîte d'envoi",
    "password_reset": "Réinitialisations de mot de passe",
    "place_import": "Imports de patrimoine",
    "planned_visit": "Passages prévus",
    "platform_audit_entry": "Journal de l'exploitant",
    "police_access": "Accès des forces de l'ordre",
    "prestataire_audit_entry": "Journal du prestataire",
    "recovery_code": "Codes de secours",
    "release": "Bilans publiés",
    "release_cell": "Cases des bilans",
    "release_recalculation": "Bilans recalculés",
    "disclosure_policy": "Règles de secret",
    "residence": "Résidences",
    "report_choice": "Réglages des courriels",
    "report_delivery": "Transmissions",
    "report_transmission": "Suivi des transmissions",
    "round_opening": "Tournées ouvertes",
    "round_plan": "Tournées",
    "round_stop": "Arrêts des tournées",
    "run": "Registre des nuits",
    "scheme": "Dispositifs",
    "scheme_audit_entry": "Journal du dispositif",
    "scheme_reader": "Lecteurs du bilan",
    "scheme_year_total": "Totaux annuels",
    "security_event": "Journal de sécurité",
    "service_certificate": "Attestations de service fait",
    "service_window": "Plages de service",
    "session_auth": "Sessions ouvertes",
    "share_access": "Ouvertures des partages",
    "share_link": "Partages de bilans",
    "sharing_agreement": "Accords de partage",
    "sharing_key": "Clés de répartition",
    "shift": "Vacations",
    "shift_swap": "Échanges de vacation",
    "signing_key": "Clés de signature",
    "site_contact": "Contacts sur place",
    "site_note": "Consignes et dangers",
    "subsidy": "Subventions",
    "summons": "Convocations",
    "team": "Équipes",
    "team_note": "Notes du carnet de liaison",
    "team_note_reading": "Lectures du carnet de liaison",
    "territory_commune": "Communes d'un territoire",
    "training": "Formations",
    "transfer": "Cessions de résidences",
    "urgent_alert": "Alertes",
    "visit": "Passages",
    "visit_frequency": "Fréquences de passage",
    "visit_request": "Demandes de passage",
}
KINDS = {
    TableKind.BAILLEUR: "Lignes d'un bailleur",
    TableKind.PRESTATAIRE: "Lignes d'un prestataire",
    TableKind.SCHEME: "Lignes d'un dispositif",
    TableKind.REFERENCE: "Référentiel public",
    TableKind.SYSTEM: "Mécanique : files, registres, clés",
    TableKind.IDENTITY: "Organismes et personnes",
}
_WHO = {
    "bailleur": "le bailleur",
    "prestataire": "le prestataire",
    "scheme": "le dispositif (travaux de nuit)",
    "figures": "CAPI, communes, État",
    "operator": "l'exploitant",
    "relay": "le relais (file et connexion)",
    "aggregator": "les fonctions de consolidation relues",
    "owner": "les fonctions relues",
}
_VERBS = {"S": "lit", "I": "ajoute", "U": "change", "D": "efface"}
_ROWS = {
    "aggregator": "toutes, pour compter ; rien n'en sort ligne à ligne",
    "owner": "une ligne à la fois, par sa clé exacte",
    "relay": "toutes",
    "operator": "toutes (métadonnées)",
}


@dataclass(frozen=True)
class Rule:
    """Who does what on which rows."""

    who: str
    what: str
    rows: str


@dataclass(frozen=True)
class Table:
    """A table as a data-protection officer reads it."""

    name: str
    label: str
    kind: str
    rules: tuple[Rule, ...]
    # What its columns hold, the owners' keys aside, from the most open to the most closed.
    classes: tuple[str, ...] = ()


def tables_in_french() -> list[Table]:
    """Every table, by kind then name."""
    held = columns_held(classification())
    found = [
        Table(
            name := mapper.class_.__tablename__,
            TABLES[name],
            KINDS[mapper.class_.__kind__],
            tuple(_rule(role, access) for role, access in mapper.class_.__access__.items()),
            tuple(label for known, label in CLASS_LABELS.items() if known in held[name].values()),
        )
        for mapper in Base.registry.mappers
    ]
    kinds = list(KINDS.values())
    return sorted(found, key=lambda table: (kinds.index(table.kind), table.label))


def _rule(role: str, access: Access) -> Rule:
    what = ", ".join(word for verb, word in _VERBS.items() if verb in access.verbs)
    return Rule(_WHO[role], what, _ROWS.get(role) or _rows(role, access))


def _rows(role: str, access: Access) -> str:
    keys = set(access.keys) | set(access.writes)
    if "reference" in keys:
        return "toutes"
    if "announcer" in keys:
        return "en son seul nom"
    if role == "prestataire" and keys & {"bailleur_id", "deposit", "id"}:
        told = "sous contrat en cours"
        told += ", dans le périmètre" if keys & {"scheme_id", "covered"} else ""
        told += ", les siennes" if "prestataire_id" in keys else ""
        return told + (" ; dépôt jusqu'à 72 h après la fin" if "deposit" in keys else "")
    if "scheme_id" in keys and role in {"bailleur", "prestataire", "figures"}:
        own = "les siennes, " if "bailleur_id" in keys else ""
        told = f"{own}dans ses dispositifs"
        return told + (", publiées" if "published" in keys else "")
    return "les siennes"
