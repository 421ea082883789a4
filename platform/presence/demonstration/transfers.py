"""Two transfers that wait for their buyer, one each way: the codes are the demonstration's only."""

from datetime import date
from uuid import UUID, uuid5

from presence.demonstration.cast import Cast
from presence.patrimoine import queries as patrimoine
from presence.transfers.services import Asked, offer
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("c2b0a6de-6f0e-4b0d-9a55-0e4a3c0d5f11")
EFFECTIVE_ON = date(2014, 3, 1)
# From whom, which residence; the code is made of the namespace, hence always the same.
OFFERED = (("PLURALIS", "La Garenne"), ("OPAC38", "La Roseraie"))


def code_of(seller: str) -> str:
    """The code of a seller's offer."""
    return f"demonstration-{uuid5(NAMESPACE, seller)}"


def seed_transfers(cast: Cast) -> None:
    """Offer one residence of each bailleur to the other."""
    sellers = {"PLURALIS": cast.pluralis, "OPAC38": cast.opac38}
    for seller, name in OFFERED:
        with transaction(Context(Kind.BAILLEUR, sellers[seller])) as session:
            sold = next(p.id for p in patrimoine.residences(session) if p.name == name)
            key = uuid5(NAMESPACE, f"{seller} {name}")
            offer(session, Asked(key, code_of(seller), (sold,), EFFECTIVE_ON))
