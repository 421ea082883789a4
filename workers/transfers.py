"""After a transfer (cession): the seller's journal and sharing are told, in its own context."""

from uuid import UUID

from sqlalchemy.orm import Session

from presence.transfers.services import settle
from workers.scoping import Parameters, job


@job("workers.transfers.settle")
def settle_transfer(session: Session, parameters: Parameters) -> dict[str, object]:
    """Settle a transfer that was taken; anything else is left alone."""
    return {"settled": settle(session, UUID(parameters["transfer"]))}
