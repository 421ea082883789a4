"""Share a bilan by a link (partager), revoke it, read who opened it; open one by its secret."""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.accounts.identity import hash_of, within
from presence.audit import services as audit
from presence.kernel.clock import at_paris, now, today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.formats import paris_date
from presence.kernel.plain import literal
from presence.links.models import ShareAccess, ShareLink
from presence.releases.models import Release
from tenants.context import RELAY
from tenants.database import context_of, transaction

DEFAULT_DAYS, MOST_DAYS = 30, 366
LONGEST = 120


@dataclass(frozen=True)
class Shared:
    """A link as its makers see it: never its secret."""

    id: UUID
    release_id: UUID
    from_on: date
    to_on: date
    recipient: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    last_opened_at: datetime | None

    @property
    def until_on(self) -> date:
        """The last day on which it opens, in Paris."""
        return paris_date(self.expires_at - timedelta(seconds=1))


@dataclass(frozen=True)
class Opened:
    """What a secret opens: `state` is open, expired or revoked."""

    state: str
    scheme_id: int
    territory_id: int
    release_id: UUID
    expires_at: datetime

    @property
    def until_on(self) -> date:
        """The last day on which it opens, in Paris."""
        return paris_date(self.expires_at - timedelta(seconds=1))


@dataclass(frozen=True)
class ShareEntry:
    """A link to make: its writer's key, the bilan, for whom, until which day included."""

    link_id: UUID
    release_id: UUID
    territory_id: int
    recipient: str
    until_on: date | None = None


def share(session: Session, entry: ShareEntry) -> str:
    """Make a link: its secret, given once (scheme's context).

    Raises `Invalid`, `NotFound` for a bilan that is not published, `Conflict` for a known key.
    """
    if session.scalar(select(ShareLink.id).where(ShareLink.id == entry.link_id)) is not None:
        raise Conflict(
            "Ce partage existe déjà et son adresse ne se montre qu'une fois : révoquez-le, puis "
            "créez-en un autre."
        )
    recipient = " ".join(literal(entry.recipient).split())
    if not 1 <= len(recipient) <= LONGEST:
        raise Invalid("recipient", f"Dites à qui va ce lien, en {LONGEST} signes au plus.")
    until_on = _until(session, entry.until_on)
    if not session.scalar(
        select(Release.id).where(Release.id == entry.release_id, Release.published_at.is_not(None))
    ):
        raise NotFound
    secret = secrets.token_urlsafe(32)
    row = ShareLink(
        id=entry.link_id,
        scheme_id=context_of(session).own_id,
        release_id=entry.release_id,
        territory_id=entry.territory_id,
        recipient=recipient,
        secret_hash=hash_of(secret),
        expires_at=at_paris(until_on + timedelta(days=1), time(0)),
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    audit.record(session, "share_link.created", row.id, scheme_id=row.scheme_id)
    return secret


def revoke(session: Session, link_id: UUID) -> None:
    """Revoke a link at once: twice is once; raises `NotFound`."""
    row = session.scalar(select(ShareLink).where(ShareLink.id == link_id))
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now(session)
        session.flush()
        audit.record(session, "share_link.revoked", row.id, scheme_id=row.scheme_id)


def links(session: Session) -> list[Shared]:
    """Every link of the scheme, the newest first (scheme's context)."""
    rows = session.execute(
        select(
            ShareLink,
            Release.from_on,
            Release.to_on,
            func.count(ShareAccess.id),
            func.max(ShareAccess.opened_at),
        )
        .join(Release, Release.id == ShareLink.release_id)
        .outerjoin(ShareAccess, ShareAccess.link_id == ShareLink.id)
        .group_by(ShareLink.id, ShareLink.scheme_id, Release.from_on, Release.to_on)
        .order_by(ShareLink.created_at.desc(), ShareLink.id)
    )
    return [
        Shared(
            row.id, row.release_id, from_on, to_on, row.recipient, row.created_at,
            row.expires_at, row.revoked_at, opened, last,
        )
        for row, from_on, to_on, opened, last in rows
    ]  # fmt: skip


def accesses(session: Session, link_id: UUID) -> list[ShareAccess]:
    """Each opening of a link, the newest first (scheme's context); raises `NotFound`."""
    if session.scalar(select(ShareLink.id).where(ShareLink.id == link_id)) is None:
        raise NotFound
    return list(
        session.scalars(
            select(ShareAccess)
            .where(ShareAccess.link_id == link_id)
            .order_by(ShareAccess.opened_at.desc(), ShareAccess.id)
        )
    )


def open_link(secret: str, address: str | None) -> Opened | None:
    """What a secret opens, and the line of its log; None for an unknown one."""
    with transaction(RELAY) as session:
        rows = within(session, "share_link_by_hash", hash_of(secret), network_of(address))
        return Opened(*tuple(rows[0])) if rows else None


def network_of(address: str | None) -> str:
    """The part of an address that is kept: `203.0.113.7` → `203.0.113.0/24`."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "inconnu"
    size = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{size}", strict=False))


def _until(session: Session, asked: date | None) -> date:
    day = today(session)
    until_on = asked or day + timedelta(days=DEFAULT_DAYS)
    if not day <= until_on <= day + timedelta(days=MOST_DAYS):
        raise Invalid("until", f"L'échéance va d'aujourd'hui à {MOST_DAYS} jours.")
    return until_on
