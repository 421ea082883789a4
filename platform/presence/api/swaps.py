"""Endpoints of swaps (échanges de vacation) and of teams' calendars (agendas)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import cursor_of, page
from presence.roster import calendars, queries, swaps
from presence.schemas.base import PageIn, page_of
from presence.schemas.roster import (
    CalendarLinkIn,
    CalendarLinkOut,
    SwapAnswerIn,
    SwapIn,
    SwapOut,
)
from tenants.roles import Permission

swaps_door = Door("swaps", "Les échanges de vacation, demandés puis acceptés ou refusés.")
links_door = Door("calendar-links", "Les adresses secrètes des agendas d'équipe, révocables.")
DOORS = (swaps_door, links_door)
# One shape in the document, whichever route answers it.
SWAPS = page_of(SwapOut)
PLANNER, WALKER = Permission.MANAGE_ROSTER, Permission.RECORD_ACTIVITY


@swaps_door.get("", PLANNER, SWAPS, Sent(query=PageIn))
def list_swaps(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Échanges demandés, le plus récent d'abord."""
    return _swaps(session, asked, None)


@swaps_door.get("/own", WALKER, SWAPS, Sent(query=PageIn))
def list_own_swaps(
    session: Session, identity: Identity, asked: dict[str, Any]
) -> dict[str, object]:
    """Les échanges que l'on a demandés ou que l'on vous demande."""
    own = queries.agent_of_account(session, identity.account_id)
    return _swaps(session, asked, own.id) if own else {"items": [], "next_cursor": None}


@swaps_door.post("", WALKER, (201, SwapOut), Sent(body=SwapIn, key=KEYED))
def ask(session: Session, identity: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Demander un échange : le sien, ou celui de tout agent pour qui tient le planning."""
    row = swaps.ask_swap(session, key, swaps.SwapDraft(**body), planner=identity.may(PLANNER))
    return _swap(row)


@swaps_door.put("/<uuid:swap_id>/decision", PLANNER, SwapOut, Sent(body=SwapAnswerIn))
def decide(session: Session, _: Identity, body: dict[str, Any], swap_id: UUID) -> dict[str, object]:
    """Accepter ou refuser un échange, pour qui tient le planning."""
    return _swap(swaps.answer_swap(session, swap_id, body["answer"], planner=True))


@swaps_door.put("/<uuid:swap_id>/answer", WALKER, SwapOut, Sent(body=SwapAnswerIn))
def answer(session: Session, _: Identity, body: dict[str, Any], swap_id: UUID) -> dict[str, object]:
    """Accepter ou refuser un échange que l'on vous demande."""
    return _swap(swaps.answer_swap(session, swap_id, body["answer"], planner=False))


@links_door.post("", PLANNER, (201, CalendarLinkOut), Sent(body=CalendarLinkIn, key=KEYED))
def create_link(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Créer l'adresse secrète d'un agenda : elle n'est donnée que cette fois."""
    secret = calendars.create_link(session, key, body["team_id"])
    base = current_app.config["PUBLIC_URL"].rstrip("/")
    return {"id": key, "team_id": body["team_id"], "address": f"{base}/agenda/{secret}.ics"}


@links_door.delete("/<uuid:link_id>", PLANNER)
def revoke_link(session: Session, _: Identity, link_id: UUID) -> None:
    """Révoquer une adresse d'agenda, aussitôt."""
    calendars.revoke_link(session, link_id)


def _swaps(session: Session, asked: dict[str, Any], agent_id: UUID | None) -> dict[str, object]:
    after = cursor_of(asked, datetime, UUID)
    rows = swaps.swaps(
        session,
        agent_id=agent_id,
        before=(after[0], after[1]) if after else None,
        limit=asked["limit"] + 1,
    )
    return page(rows, asked["limit"], lambda row: (row.asked_at.astimezone(UTC), row.id), _swap)


def _swap(row: swaps.SwapLine) -> dict[str, object]:
    return {
        "id": row.id,
        "shift_id": row.shift_id,
        "from_agent_id": row.from_agent.id,
        "to_agent_id": row.to_agent.id,
        "reason": row.reason,
        "state": row.state,
        "asked_at": row.asked_at.astimezone(UTC),
        "answered_at": row.answered_at and row.answered_at.astimezone(UTC),
    }
