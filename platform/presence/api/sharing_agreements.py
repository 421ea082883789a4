"""Endpoints of sharing agreements (accords de partage): read, sign, withdraw."""

from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import MAY_BE_KEYED, Door, Sent
from presence.api.paging import page, window
from presence.releases.agreements import sign_agreement, withdraw_signature
from presence.releases.queries import agreement_states
from presence.schemas.base import PageIn, page_of
from presence.schemas.reporting import AgreementOut, AgreementSignatureOut
from tenants.roles import Permission
from tenants.scheme import schemes

door = Door("sharing-agreements", "Les accords qui ouvrent les totaux du dispositif.")
DOORS = (door,)


@door.get("", Permission.SIGN_AGREEMENT, page_of(AgreementOut), Sent(query=PageIn))
def list_agreements(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Accords proposés au bailleur, et s'il a signé."""
    rows: list[dict[str, object]] = [
        {
            "id": state.id,
            "scheme": scheme.public_id,
            "wording": state.wording,
            "audience": state.audience,
            "from": state.from_on,
            "signed_at": state.signed_at and state.signed_at.astimezone(UTC),
        }
        for scheme in schemes(session)
        for state in agreement_states(session, scheme.id)
    ]
    rows.sort(key=_by_id)
    return page(window(rows, asked, _by_id, str), asked["limit"], _by_id, lambda row: row)


@door.post(
    "/<uuid:agreement_id>/signature",
    Permission.SIGN_AGREEMENT,
    (201, AgreementSignatureOut),
    Sent(key=MAY_BE_KEYED),
)
def sign(session: Session, _: Identity, __: object, agreement_id: UUID) -> dict[str, object]:
    """Signer pour son organisme ; signer deux fois ne change rien."""
    row = sign_agreement(session, agreement_id)
    return {"agreement_id": agreement_id, "signed_at": row.signed_at.astimezone(UTC)}


@door.delete("/<uuid:agreement_id>/signature", Permission.SIGN_AGREEMENT)
def withdraw(session: Session, _: Identity, agreement_id: UUID) -> None:
    """Retirer sa signature, pour les bilans à venir."""
    withdraw_signature(session, agreement_id)


def _by_id(row: dict[str, object]) -> tuple[str]:
    return (str(row["id"]),)
