"""Endpoints of the bailleur's visa and of its disputes."""

from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.daily_reports import door as reports_door
from presence.api.door import KEYED, MAY_BE_KEYED, Door, Sent
from presence.api.paging import page, window
from presence.kernel.errors import NotFound
from presence.review import disputes as review
from presence.review.disputes import DisputeDraft
from presence.review.records import DisputeLine
from presence.review.visas import give_visa, visa_of
from presence.schemas.base import NothingIn, page_of
from presence.schemas.review import (
    DisputeAnswerIn,
    DisputeIn,
    DisputeOut,
    DisputesIn,
    SettlementIn,
    VisaOut,
)
from tenants.roles import Permission

door = Door("disputes", "Les contestations : une ligne d'un rapport, la réponse, le règlement.")
DOORS = (door,)


@reports_door.post(
    "/<uuid:report_id>/visa", Permission.GIVE_VISA, (201, VisaOut),
    Sent(body=NothingIn, key=MAY_BE_KEYED),
)  # fmt: skip
def accept(
    session: Session, _: Identity, _key: UUID | None, _body: dict[str, Any], report_id: UUID
) -> dict[str, object]:
    """Accepter un rapport : le visa du bailleur, une fois."""
    give_visa(session, report_id)
    visa = visa_of(session, report_id)
    if visa is None:
        raise NotFound
    return {
        "report_id": report_id,
        "decision": visa.decision,
        "given_at": visa.given_at.astimezone(UTC),
    }


@door.get("", Permission.READ_REPORTS, page_of(DisputeOut), Sent(query=DisputesIn))
def list_disputes(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Contestations, la première réponse attendue d'abord."""
    found = review.disputes(session, unsettled=asked["unsettled"])
    return page(window(found, asked, _by_due, date, UUID), asked["limit"], _by_due, _shown)


@door.post("", Permission.GIVE_VISA, (201, DisputeOut), Sent(body=DisputeIn, key=KEYED))
def contest(session: Session, _: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Contester une ligne d'un rapport : elle sort du service fait jusqu'à son règlement."""
    review.open_dispute(session, DisputeDraft(client_id=key, **body))
    return _one(session, key)


@door.put(
    "/<uuid:dispute_id>/answer", Permission.AMEND_REPORTS, DisputeOut, Sent(body=DisputeAnswerIn)
)
def answer(
    session: Session, _: Identity, body: dict[str, Any], dispute_id: UUID
) -> dict[str, object]:
    """Répondre à une contestation (prestataire)."""
    review.answer_dispute(session, dispute_id, body["answer"])
    return _one(session, dispute_id)


@door.put(
    "/<uuid:dispute_id>/settlement", Permission.GIVE_VISA, DisputeOut, Sent(body=SettlementIn)
)
def settle(
    session: Session, _: Identity, body: dict[str, Any], dispute_id: UUID
) -> dict[str, object]:
    """Régler une contestation (bailleur) : la réponse vaut, ou la contestation est retirée."""
    review.settle_dispute(session, dispute_id, body["settlement"])
    return _one(session, dispute_id)


def _one(session: Session, dispute_id: UUID) -> dict[str, object]:
    found = review.dispute(session, dispute_id)
    if found is None:
        raise NotFound
    return _shown(found)


def _shown(row: DisputeLine) -> dict[str, object]:
    told = vars(row).copy()
    # What stays inside: the owner's and the scheme's numbers, and what only pages need.
    for name in ("bailleur_id", "scheme_id", "residence_id", "line"):
        del told[name]
    for name in ("opened_at", "answered_at", "settled_at"):
        told[name] = told[name].astimezone(UTC) if told[name] else None
    return told


def _by_due(row: DisputeLine) -> tuple[date, UUID]:
    return row.due_on, row.id
