"""Navigation: the pages that a person's roles open, in the order of the day."""

from dataclasses import dataclass

from presence.accounts.services import Identity
from tenants.roles import Permission, may


@dataclass(frozen=True)
class Entry:
    """A page of the menu."""

    path: str
    label: str


_ENTRIES: tuple[tuple[Permission, Entry], ...] = (
    (Permission.READ_NIGHT, Entry("/cette-nuit", "Cette nuit")),
    (Permission.RECORD_ACTIVITY, Entry("/soiree", "Soirée")),
    (Permission.READ_NIGHT, Entry("/residences", "Résidences")),
    (Permission.READ_SHARES, Entry("/quotes-parts", "Quotes-parts")),
    (Permission.READ_BILAN, Entry("/bilan", "Bilan")),
    (Permission.OPERATE, Entry("/exploitation", "Exploitation")),
)


def entries(identity: Identity) -> list[Entry]:
    """The entries that this person may open."""
    return [entry for permission, entry in _ENTRIES if may(identity.roles, permission)]
