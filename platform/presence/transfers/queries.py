"""The seller's offers (cessions proposées)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.errors import NotFound
from presence.kernel.ownership import stated
from presence.transfers.models import Transfer


@dataclass(frozen=True)
class TransferLine:
    """An offer and what became of it."""

    id: UUID
    effective_on: date
    offered_at: datetime
    residence_names: tuple[str, ...]
    dwellings: int
    withdrawn_at: datetime | None
    taken_at: datetime | None
    buyer_name: str | None

    @property
    def state(self) -> str:
        """« En attente », « Retirée » or « Acceptée »."""
        if self.taken_at is not None:
            return "Acceptée"
        return "Retirée" if self.withdrawn_at is not None else "En attente"


def transfer_line(session: Session, transfer_id: UUID) -> TransferLine:
    """One of the bailleur's offers; raises `NotFound`."""
    row = session.scalar(
        select(Transfer).where(Transfer.id == transfer_id, *stated(session, Transfer))
    )
    if row is None:
        raise NotFound
    return _line(row)


def transfers(session: Session) -> list[TransferLine]:
    """The bailleur's offers, in the order they were made."""
    rows = session.scalars(
        select(Transfer)
        .where(*stated(session, Transfer))
        .order_by(Transfer.offered_at, Transfer.id)
    )
    return [_line(row) for row in rows]


def _line(row: Transfer) -> TransferLine:
    places = list(row.content["residences"])  # type: ignore[call-overload]
    return TransferLine(
        row.id,
        row.effective_on,
        row.offered_at,
        tuple(place["name"] for place in places),
        sum(place["dwellings"] for place in places),
        row.withdrawn_at,
        row.taken_at,
        row.buyer_name,
    )
