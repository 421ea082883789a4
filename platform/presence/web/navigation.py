"""Navigation: the pages that a person's roles open, in the order of the day."""

from dataclasses import dataclass

from presence.accounts.identity import Identity
from tenants.roles import Permission


@dataclass(frozen=True)
class Entry:
    """A page of the menu."""

    path: str
    label: str


_ENTRIES: tuple[tuple[Permission, Entry], ...] = (
    (Permission.READ_NIGHT, Entry("/cette-nuit", "Cette nuit")),
    (Permission.READ_NIGHT, Entry("/suites", "Suites")),
    (Permission.READ_EVENING, Entry("/soiree", "Soirée")),
    (Permission.RECORD_ACTIVITY, Entry("/ma-tournee", "Ma tournée")),
    (Permission.READ_REPORTS, Entry("/rapports-journaliers", "Rapports")),
    (Permission.READ_EVENING, Entry("/carnet", "Carnet")),
    (Permission.READ_NIGHT, Entry("/programme", "Programme")),
    (Permission.PLAN_EVENINGS, Entry("/tournees", "Tournées")),
    (Permission.PLAN_EVENINGS, Entry("/passages-dus", "Passages dus")),
    (Permission.RECORD_ACTIVITY, Entry("/mes-vacations", "Mes vacations")),
    (Permission.MANAGE_ROSTER, Entry("/equipes", "Équipes")),
    (Permission.READ_NIGHT, Entry("/residences", "Résidences")),
    (Permission.READ_ACTIVITY, Entry("/anomalies", "Anomalies")),
    (Permission.READ_REPORTS, Entry("/transmissions", "Transmissions")),
    (Permission.READ_SHARES, Entry("/quotes-parts", "Quotes-parts")),
    (Permission.ONBOARD, Entry("/mise-en-route", "Mise en route")),
    (Permission.READ_BILAN, Entry("/bilan", "Bilan")),
    (Permission.SHARE_BILAN, Entry("/partages", "Partages")),
    (Permission.OPERATE, Entry("/exploitation", "Exploitation")),
    (Permission.READ_CONTRACTS, Entry("/contrats", "Contrats")),
    (Permission.READ_CONTRACTS, Entry("/horaires", "Horaires")),
    (Permission.MANAGE_MEMBERS, Entry("/membres", "Membres")),
    (Permission.READ_RIGHTS, Entry("/droits", "Droits")),
    (Permission.READ_JOURNAL, Entry("/journal", "Journal")),
    (Permission.READ_REPORTS, Entry("/verification", "Vérification")),
    (Permission.READ_ISOLATION, Entry("/isolation", "Isolation")),
)


def entries(identity: Identity) -> list[Entry]:
    """The entries that this person may open."""
    return [entry for permission, entry in _ENTRIES if identity.may(permission)]
