"""Which residences are due on an evening. Pure.

A frequency of n evenings a week is spread as evenly as whole evenings allow, and shifted by the
residence's own id, so that a bailleur's residences do not all fall on the same evening.
"""

from datetime import date
from uuid import UUID

DAYS = 7


def is_due(residence_id: UUID, times_per_week: int, evening_on: date) -> bool:
    """Whether a residence visited n evenings a week is due on an evening."""
    slot = (evening_on.isoweekday() - 1 + residence_id.int) % DAYS
    return (slot + 1) * times_per_week // DAYS > slot * times_per_week // DAYS
