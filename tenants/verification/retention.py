"""Retention (conservation): how long each table with personal or secret columns keeps them.

The columns come from the classification, the periods from the page of security (§6) and, where it
says nothing, from a neighbour's (« ≈ »). `make catalogue` writes the table of
`platform/docs/retention.md` from here, under the words of the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tenants.classes import DataClass
from tenants.classification import Columns, columns_held
from tenants.verification.french import TABLES

AUTOMATIC, BY_HAND, NOT_YET = "automatique", "à la main", "pas encore"
_DISCREET = (DataClass.PERSONAL, DataClass.SECRET)
_HEAD = ("table", "contenu", "personnelles", "secrètes", "durée", "fin aujourd'hui")


@dataclass(frozen=True)
class Kept:
    """How long, and how it ends today."""

    period: str
    end: str


_ACCOUNT = "6 mois après le départ"
_JOURNAL = "12 mois"
_LIKE_JOURNAL = "≈ 12 mois après la fin"
_MONEY = "10 ans"
_FIELD = "≈ 12 mois, puis la fiche sans son auteur"
KEPT = {
    "access_code": Kept("≈ jusqu'au code suivant, puis 12 mois", BY_HAND),
    "access_reveal": Kept(_JOURNAL, BY_HAND),
    "account": Kept(_ACCOUNT, BY_HAND),
    "account_role": Kept(f"≈ le rôle, au plus {_ACCOUNT}", f"{AUTOMATIC} au changement de rôle"),
    "agent": Kept(_ACCOUNT, BY_HAND),
    "agreement_signature": Kept(f"≈ {_MONEY}", BY_HAND),
    "anomaly_sighting": Kept(_FIELD, BY_HAND),
    "anomaly_step": Kept(_FIELD, BY_HAND),
    "api_token": Kept(_LIKE_JOURNAL, BY_HAND),
    "audit_entry": Kept(_JOURNAL, BY_HAND),
    "calendar_link": Kept(_LIKE_JOURNAL, BY_HAND),
    "call": Kept("12 mois", BY_HAND),
    "cost": Kept(_MONEY, BY_HAND),
    "unfinished_sheet": Kept("≈ 12 mois", BY_HAND),
    "share_access": Kept(_LIKE_JOURNAL, BY_HAND),
    "share_link": Kept(_LIKE_JOURNAL, BY_HAND),
    "sheet_change": Kept("≈ 3 ans", BY_HAND),
    "report_visa": Kept("≈ 3 ans", BY_HAND),
    "dispute": Kept("≈ 3 ans", BY_HAND),
    "deadline_exception": Kept("≈ 3 ans", BY_HAND),
    "daily_report": Kept("≈ 3 ans", f"{NOT_YET} : le nom est sous le sceau"),
    "evening_closure": Kept("≈ 3 ans", BY_HAND),
    "event_link": Kept(_FIELD, BY_HAND),
    "follow_up": Kept("le dossier, puis 12 mois", BY_HAND),
    "follow_up_step": Kept("le dossier, puis 12 mois", BY_HAND),
    "intervention": Kept(_FIELD, BY_HAND),
    "invitation": Kept(_LIKE_JOURNAL, BY_HAND),
    "job": Kept(_LIKE_JOURNAL, BY_HAND),
    "note_reading": Kept(_JOURNAL, BY_HAND),
    "onboarding": Kept("≈ la durée de la convention", BY_HAND),
    "outbox": Kept("≈ 12 mois après l'envoi", BY_HAND),
    "password_reset": Kept(_LIKE_JOURNAL, BY_HAND),
    "place_import": Kept("7 jours, puis les comptes seuls", BY_HAND),
    "platform_audit_entry": Kept(_JOURNAL, BY_HAND),
    "police_access": Kept("≈ jusqu'à la suivante, puis 12 mois", BY_HAND),
    "prestataire_audit_entry": Kept(_JOURNAL, BY_HAND),
    "recovery_code": Kept("≈ jusqu'aux codes suivants", AUTOMATIC),
    "report_choice": Kept(f"≈ la fonction, au plus {_ACCOUNT}", BY_HAND),
    "report_delivery": Kept(_JOURNAL, BY_HAND),
    "round_opening": Kept(_JOURNAL, BY_HAND),
    "round_plan": Kept(_JOURNAL, BY_HAND),
    "scheme_audit_entry": Kept("≈ 3 ans (argent)", BY_HAND),
    "security_event": Kept(_JOURNAL, BY_HAND),
    "session_auth": Kept(_LIKE_JOURNAL, BY_HAND),
    "sharing_key": Kept(_MONEY, BY_HAND),
    "shift_swap": Kept(_JOURNAL, BY_HAND),
    "signing_key": Kept("≈ jusqu'au retrait de la clé", BY_HAND),
    "site_contact": Kept("≈ la fonction, puis 6 mois", BY_HAND),
    "site_note": Kept("≈ 12 mois après sa fin", BY_HAND),
    "subsidy": Kept(_MONEY, BY_HAND),
    "summons": Kept("le dossier, puis 12 mois", BY_HAND),
    "team_note": Kept(_JOURNAL, BY_HAND),
    "team_note_reading": Kept(_JOURNAL, BY_HAND),
    "training": Kept(_ACCOUNT, BY_HAND),
    "transfer": Kept(_MONEY, BY_HAND),
    "urgent_alert": Kept("≈ 3 ans", BY_HAND),
    "visit": Kept(_FIELD, BY_HAND),
    "visit_request": Kept("12 mois", BY_HAND),
}


def concerned(columns: Columns) -> dict[str, dict[DataClass, list[str]]]:
    """The personal and secret columns of each table that has some, by class."""
    return {
        table: {kind: [name for name, held in names.items() if held is kind] for kind in _DISCREET}
        for table, names in sorted(columns_held(columns).items())
        if any(kind in names.values() for kind in _DISCREET)
    }


def written(columns: Columns) -> str:
    """The table of the page; one without a period raises `KeyError`: nobody guesses one."""
    rows = [_HEAD, ("---",) * len(_HEAD), *_rows(columns)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _rows(columns: Columns) -> Iterable[tuple[str, ...]]:
    for table, found in concerned(columns).items():
        kept = KEPT[table]
        named = [
            ", ".join(f"`{name}`" for name in found[kind]) if found[kind] else "—"
            for kind in _DISCREET
        ]
        yield f"`{table}`", TABLES[table], *named, kept.period, kept.end
