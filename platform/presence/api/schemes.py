"""Which scheme is meant: the only one, or the one that the caller names."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.kernel.errors import Invalid
from tenants.models import Scheme
from tenants.scheme import memberships, schemes


def only_scheme(found: Sequence[Scheme], asked: UUID | None) -> Scheme:
    """The scheme asked for, or the only one; another's and an unknown one are refused alike."""
    if asked is not None:
        for row in found:
            if row.public_id == asked:
                return row
        raise Invalid("scheme", "Ce dispositif n'existe pas ou ne vous est pas ouvert.")
    if len(found) != 1:
        raise Invalid("scheme", "Précisez le dispositif : « scheme » est attendu.")
    return found[0]


def schemes_on(session: Session, bailleur_id: int, day: date) -> list[Scheme]:
    """The schemes that a bailleur is a member of on a day (bailleur's context)."""
    return [
        row
        for row in schemes(session)
        if any(
            day in membership.valid_during
            for membership in memberships(session, row.id)
            if membership.bailleur_id == bailleur_id
        )
    ]


def public_ids(session: Session) -> dict[int | None, UUID]:
    """Public id of each scheme that the context may see."""
    return {row.id: row.public_id for row in schemes(session)}
