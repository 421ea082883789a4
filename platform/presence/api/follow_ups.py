"""Endpoints of follow-ups (suites) and their steps. The bailleur's alone."""

from dataclasses import asdict
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.followup import queries
from presence.followup.follow_ups import FollowUpDraft, open_follow_up
from presence.followup.people import require_able
from presence.followup.queries import FollowUpLine
from presence.followup.steps import StepDraft, close_by_summons, take_step
from presence.kernel.clock import today
from presence.kernel.errors import NotFound
from presence.schemas.base import page_of
from presence.schemas.followup import (
    FollowUpDetailOut,
    FollowUpIn,
    FollowUpOut,
    FollowUpsIn,
    FollowUpStepIn,
)
from tenants.roles import Permission

door = Door("follow-ups", "Les suites : ce que le bailleur fait d'un fait, par qui, pour quand.")
DOORS = (door,)


@door.get("", Permission.READ_NIGHT, page_of(FollowUpOut), Sent(query=FollowUpsIn))
def list_follow_ups(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Suites, la première échéance d'abord."""
    state = asked["state"]
    found = queries.follow_ups(
        session,
        states=(state,) if state else (),
        residence_id=asked["residence"],
        responsible_id=asked["responsible"],
    )
    return page(window(found, asked, _by_due, date, UUID), asked["limit"], _by_due, _shown)


@door.post("", Permission.FOLLOW_UP, (201, FollowUpDetailOut), Sent(body=FollowUpIn, key=KEYED))
def create(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Donner une suite à un fait."""
    _require_able(session, identity, body["responsible_id"])
    evening_on = body.pop("evening")
    open_follow_up(session, FollowUpDraft(client_id=key, evening_on=evening_on, **body))
    return _detail(session, key)


@door.get("/<uuid:follow_up_id>", Permission.READ_NIGHT, FollowUpDetailOut)
def read(session: Session, _: Identity, follow_up_id: UUID) -> dict[str, object]:
    """Une suite et ses étapes."""
    return _detail(session, follow_up_id)


@door.post(
    "/<uuid:follow_up_id>/steps", Permission.FOLLOW_UP, (201, FollowUpDetailOut),
    Sent(body=FollowUpStepIn, key=KEYED),
)  # fmt: skip
def add_step(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any], follow_up_id: UUID
) -> dict[str, object]:
    """Prendre en charge, confier, changer l'échéance, clore ou rouvrir."""
    _require_able(session, identity, body["responsible_id"])
    summoned_on, aid = body.pop("summoned_on"), body.pop("help_offered")
    if summoned_on is not None:
        close_by_summons(session, follow_up_id, key, summoned_on, aid)
    else:
        take_step(session, StepDraft(key, follow_up_id, **body))
    return _detail(session, follow_up_id)


def _require_able(session: Session, identity: Identity, account_id: UUID | None) -> None:
    if account_id is not None:
        require_able(identity, account_id, today(session), "responsible_id")


def _detail(session: Session, follow_up_id: UUID) -> dict[str, object]:
    row = queries.follow_up(session, follow_up_id)
    if row is None:
        raise NotFound
    steps = [
        asdict(step) | {"taken_at": step.taken_at.astimezone(UTC)}
        for step in queries.steps(session, follow_up_id)
    ]
    return _shown(row) | {"steps": steps}


def _shown(row: FollowUpLine) -> dict[str, object]:
    told = asdict(row)
    return told | {"evening": told.pop("evening_on")}


def _by_due(row: FollowUpLine) -> tuple[date, UUID]:
    return row.due_on, row.id
