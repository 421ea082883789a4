"""Endpoints of transfers (cessions): the seller offers, the buyer takes over with the code."""

import base64
import hashlib
import hmac
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.daily_reports.queries import last_sealed_evening
from presence.schemas.base import PageIn, page_of
from presence.schemas.patrimoine import TakeIn, TakenOut, TransferIn, TransferOut
from presence.transfers import services
from presence.transfers.queries import TransferLine, transfer_line, transfers
from presence.transfers.services import Asked
from tenants.roles import Permission

door = Door("transfers", "Les cessions de résidences à un autre bailleur.")
DOORS = (door,)


@door.get("", Permission.TRANSFER_PLACES, page_of(TransferOut), Sent(query=PageIn))
def list_transfers(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les cessions proposées, dans leur ordre."""
    rows = window(transfers(session), asked, _by_date, str, str)
    return page(rows, asked["limit"], _by_date, lambda line: _dumped(line, None))


@door.post("", Permission.TRANSFER_PLACES, (201, TransferOut), Sent(body=TransferIn, key=KEYED))
def post_transfer(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Proposer des résidences à un acquéreur : le code à lui remettre est dans la réponse."""
    code = _code(identity.organisation_id, key)
    asked = Asked(key, code, tuple(body["residences"]), body["effective_on"])
    made = services.offer(session, asked, last_sealed_evening(session))
    return _dumped(transfer_line(session, made.id), code)


@door.delete("/<uuid:transfer_id>", Permission.TRANSFER_PLACES)
def delete_transfer(session: Session, _: Identity, transfer_id: UUID) -> None:
    """Retirer une cession que personne n'a acceptée."""
    services.withdraw(session, transfer_id)


@door.post("/acceptance", Permission.TRANSFER_PLACES, (201, TakenOut), Sent(body=TakeIn, key=KEYED))
def post_acceptance(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Reprendre les résidences qu'un code ouvre, dans une de ses agences."""
    taken = services.take(session, body["code"], body["agency"], key)
    return {"effective_on": taken.effective_on, "residences": taken.residence_ids}


def _code(organisation_id: int, key: UUID) -> str:
    """The same key sent again is told the same code, which nothing keeps."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    said = hmac.new(secret, f"transfer|{organisation_id}|{key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(said.digest()).decode().rstrip("=")


def _by_date(line: TransferLine) -> tuple[str, str]:
    return line.offered_at.isoformat(), str(line.id)


def _dumped(line: TransferLine, code: str | None) -> dict[str, object]:
    return {
        "id": line.id,
        "effective_on": line.effective_on,
        "residences": list(line.residence_names),
        "dwellings": line.dwellings,
        "state": line.state,
        "buyer_name": line.buyer_name,
        "code": code,
    }
