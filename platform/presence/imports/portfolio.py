"""What the bailleur holds when a file is compared (patrimoine en place). Pure.

`archived_on` says that a place is no longer visited: a file that names it is refused there.
An entrance's own visits a week win over its residence's; None is none of its own.
"""

from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from uuid import UUID

from presence.kernel.keys import fingerprint


@dataclass(frozen=True, slots=True)
class HeldEntrance:
    """An entrance as it stands."""

    id: UUID
    name: str
    code: str | None = None
    address: str | None = None
    building_code: str | None = None
    building_name: str | None = None
    dwellings: int | None = None
    rnb_id: str | None = None
    ban_key: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    times_per_week: int | None = None
    archived_on: date | None = None


@dataclass(frozen=True, slots=True)
class HeldResidence:
    """A residence as it stands, with all its entrances."""

    id: UUID
    agency: str
    code: str
    name: str
    address: str
    insee_code: str
    dwellings: int
    qpv_name: str | None = None
    qpv_vintage: int | None = None
    times_per_week: int | None = None
    archived_on: date | None = None
    entrances: tuple[HeldEntrance, ...] = ()


@dataclass(frozen=True)
class Portfolio:
    """Every residence of the bailleur, archived ones too: their codes are not free."""

    residences: tuple[HeldResidence, ...] = ()

    def fingerprint(self) -> str:
        """The same as long as nothing that a file may change has changed; in any order."""
        ordered = sorted(self.residences, key=attrgetter("code"))
        content = [
            replace(each, entrances=tuple(sorted(each.entrances, key=attrgetter("name"))))
            for each in ordered
        ]
        return fingerprint({"residences": content})
