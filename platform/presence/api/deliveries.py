"""Endpoints of the e-mails about evenings (transmissions) and of one's own choice of them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import Door, Sent
from presence.api.paging import cursor_of, page
from presence.delivery.choices import Choice, choice_of, choose
from presence.delivery.queries import DeliveryLine, deliveries
from presence.schemas.base import PageIn, page_of
from presence.schemas.deliveries import DeliveryOut, ReportChoiceIn, ReportChoiceOut
from tenants.roles import Permission

door = Door("deliveries", "Les courriels partis, ou à partir, vers les gens d'un bailleur.")
choice_door = Door("report-choice", "Le réglage des courriels de qui appelle.")
DOORS = (door, choice_door)


@door.get("", Permission.GIVE_VISA, page_of(DeliveryOut), Sent(query=PageIn))
def list_deliveries(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les courriels, la soirée la plus récente d'abord."""
    after = cursor_of(asked, date, UUID)
    rows = deliveries(
        session, limit=asked["limit"] + 1, before=(after[0], after[1]) if after else None
    )
    return page(rows, asked["limit"], lambda row: (row.evening_on, row.id), _dumped)


@choice_door.get("", Permission.READ_NIGHT, ReportChoiceOut)
def read_choice(session: Session, identity: Identity) -> dict[str, object]:
    """Votre réglage."""
    return _chosen(session, identity)


@choice_door.put("", Permission.READ_NIGHT, ReportChoiceOut, Sent(body=ReportChoiceIn))
def put_choice(session: Session, identity: Identity, body: dict[str, Any]) -> dict[str, object]:
    """Régler vos courriels."""
    choice = Choice(body["rhythm"], body["urgent"], body["quiet_from"], body["quiet_to"])
    choose(session, identity.account_id, choice)
    return _chosen(session, identity)


def _chosen(session: Session, identity: Identity) -> dict[str, object]:
    choice = choice_of(
        session,
        identity.account_id,
        scoped=not any(grant.whole for grant in identity.grants_of(Permission.READ_NIGHT)),
        follows_up=identity.may(Permission.FOLLOW_UP),
    )
    return {
        "rhythm": choice.rhythm,
        "urgent": choice.urgent,
        "quiet_from": choice.quiet_from,
        "quiet_to": choice.quiet_to,
        "address_refused_at": _utc(choice.address_refused_at),
    }


def _dumped(row: DeliveryLine) -> dict[str, object]:
    return {
        "id": row.id,
        "evening": row.evening_on,
        "version": row.version,
        "account": row.account_id,
        "kind": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        "not_before": row.not_before.astimezone(UTC),
        "sent_at": _utc(row.sent_at),
        "subject": row.title,
    }


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant else None
