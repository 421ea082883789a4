"""Calendars (agendas) of teams: a secret address that a calendar application reads, revocable.

Only the secret's SHA-256 is kept. What leaves is the team's name and its hours, in UTC: no place,
no agent (API-6).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from icalendar import Calendar, Event  # type: ignore[import-untyped]
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from presence.accounts.identity import hash_of, within
from presence.audit import services as audit
from presence.kernel import clock
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.keys import fingerprint
from presence.kernel.ownership import stated
from presence.roster import queries
from presence.roster.models import CalendarLink
from tenants.context import RELAY
from tenants.database import context_of, transaction

PRODUCT = "-//Presence//Vacations//FR"


@dataclass(frozen=True)
class LinkLine:
    """A link as its planners see it: never its secret."""

    id: UUID
    team_id: UUID
    created_at: datetime
    read_at: datetime | None


def create_link(session: Session, link_id: UUID, team_id: UUID) -> str:
    """Create a link to a team's shifts: its secret, given once; raises `Invalid`, `Conflict`."""
    if _row(session, link_id) is not None:
        told = "Ce lien existe déjà et son adresse ne se montre qu'une fois : révoquez-le, puis "
        raise Conflict(told + "créez-en un autre.")
    team = queries.team(session, team_id)
    if team is None or team.disbanded_on is not None:
        raise Invalid("team_id", "Cette équipe n'existe pas ou n'est pas à vous.")
    secret = secrets.token_urlsafe(32)
    session.add(
        CalendarLink(
            prestataire_id=context_of(session).own_id,
            id=link_id,
            team_id=team_id,
            secret_hash=hash_of(secret),
            account_id=context_of(session).account,
        )
    )
    session.flush()
    audit.record(session, "calendar_link.created", link_id, team=str(team_id))
    return secret


def revoke_link(session: Session, link_id: UUID) -> None:
    """Revoke a link, at once: twice is once; raises `NotFound`."""
    row = _row(session, link_id)
    if row is None:
        raise NotFound
    if row.revoked_at is not None:
        return
    row.revoked_at = clock.now(session)
    session.flush()
    audit.record(session, "calendar_link.revoked", link_id, team=str(row.team_id))


def links(session: Session) -> list[LinkLine]:
    """The links that still open, the oldest first."""
    rows = session.scalars(
        select(CalendarLink)
        .where(*stated(session, CalendarLink), CalendarLink.revoked_at.is_(None))
        .order_by(CalendarLink.created_at, CalendarLink.id)
    )
    return [LinkLine(row.id, row.team_id, row.created_at, row.read_at) for row in rows]


def calendar_behind(secret: str) -> bytes | None:
    """The calendar behind an address (iCalendar, RFC 5545); None when unknown or revoked."""
    hashed = hash_of(secret)
    with transaction(RELAY) as session:
        rows = within(session, "calendar_shifts", hashed)
        return _calendar(rows, hashed, clock.now(session)) if rows else None


def _calendar(rows: Sequence[Row[Any]], hashed: str, at: datetime) -> bytes:
    made = Calendar()
    name = f"Vacations {rows[0].team_name}"
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("x-published-ttl", "PT1H")
    planned = sorted((row for row in rows if row.shift_id), key=lambda row: row.evening_on)
    for evening_on, found in groupby(planned, key=lambda row: row.evening_on):
        # One event an evening, whoever walks: its name stays the same when its hours change.
        shifts = list(found)
        event = Event()
        uid = fingerprint({"link": hashed, "evening": evening_on})[:32]
        event.add("uid", f"{uid}@presence")
        event.add("dtstamp", at)
        event.add("dtstart", min(row.starts_at for row in shifts).astimezone(UTC))
        event.add("dtend", max(row.ends_at for row in shifts).astimezone(UTC))
        event.add("summary", name)
        made.add_component(event)
    return bytes(made.to_ical())


def _row(session: Session, link_id: UUID) -> CalendarLink | None:
    return session.scalar(
        select(CalendarLink).where(*stated(session, CalendarLink), CalendarLink.id == link_id)
    )
