"""A residence as a list shows it, and where it stands in the perimeter on a day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from presence.kernel.nomenclature import ArchiveReason


@dataclass(frozen=True)
class Listed:
    """A residence of a list; `covered_during` holds its periods in the perimeter, in order."""

    id: UUID
    code: str
    name: str
    address: str
    commune: str
    insee_code: str
    agency: str
    dwellings: int
    qpv_name: str | None
    qpv_vintage: int | None
    covered_during: Sequence[Range[date]]
    archived_on: date | None
    archive_reason: ArchiveReason | None

    def is_archived_on(self, day: date) -> bool:
        """Whether it is out of the patrimoine on a day."""
        return self.archived_on is not None and self.archived_on <= day

    def period_on(self, day: date) -> Range[date] | None:
        """The period in the perimeter that holds a day."""
        return next((period for period in self.covered_during if day in period), None)

    def enters_after(self, day: date) -> date | None:
        """The next day that it enters the perimeter."""
        entries = (period.lower for period in self.covered_during if period.lower)
        return next((entry for entry in entries if entry > day), None)

    def left_by(self, day: date) -> date | None:
        """The last day that it left the perimeter, that day included."""
        exits = [period.upper for period in self.covered_during if period.upper]
        return max((left for left in exits if left <= day), default=None)
