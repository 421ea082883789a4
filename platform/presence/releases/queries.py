"""Published releases as their readers may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.releases.models import AgreementSignature, Release, ReleaseCell, SharingAgreement
from presence.releases.privacy import Cell
from tenants.database import context_of


@dataclass(frozen=True)
class PublishedRelease:
    """A release and its cells; a month of None is the whole period."""

    id: UUID
    scheme_id: int
    from_on: date
    to_on: date
    version: int
    published_at: datetime
    evenings_due: int
    evenings_signed: int
    members: int
    content_hash: str
    cells: dict[tuple[str, date | None], Cell]

    def cell(self, indicator: str) -> Cell:
        """The period's cell of an indicator."""
        return self.cells[indicator, None]

    @property
    def months(self) -> int:
        """How many months the period holds."""
        return (
            (self.to_on.year - self.from_on.year) * 12 + self.to_on.month - self.from_on.month + 1
        )


def releases(session: Session, scheme_id: int | None = None) -> list[Release]:
    """The published releases in force, newest period first, then newest version."""
    query = (
        select(Release)
        .where(Release.published_at.is_not(None), Release.superseded_at.is_(None))
        .order_by(Release.to_on.desc(), Release.from_on, Release.id)
    )
    if scheme_id is not None:
        query = query.where(Release.scheme_id == scheme_id)
    return list(session.scalars(query))


def release_of_period(session: Session, from_on: date, to_on: date) -> Release | None:
    """The release in force of exactly that period: partners choose among what is published."""
    return next((r for r in releases(session) if (r.from_on, r.to_on) == (from_on, to_on)), None)


def published_release(session: Session, release_id: UUID) -> PublishedRelease | None:
    """A published release with its cells, superseded ones included."""
    row = session.scalar(
        select(Release).where(Release.id == release_id, Release.published_at.is_not(None))
    )
    if row is None or row.published_at is None:
        return None
    cells = session.scalars(select(ReleaseCell).where(ReleaseCell.release_id == release_id))
    return PublishedRelease(
        id=row.id,
        scheme_id=row.scheme_id,
        from_on=row.from_on,
        to_on=row.to_on,
        version=row.version,
        published_at=row.published_at,
        evenings_due=row.evenings_due or 0,
        evenings_signed=row.evenings_signed or 0,
        members=int(str((row.perimeter or {}).get("members", 0))),
        content_hash=row.content_hash or "",
        cells={
            (
                c.indicator,
                None if c.to_on == row.to_on and c.from_on == row.from_on else c.from_on,
            ): Cell(c.value, c.withheld)
            for c in cells
        },
    )


@dataclass(frozen=True)
class AgreementState:
    """An agreement as one bailleur sees it: its wording, and whether it has signed."""

    id: UUID
    wording: str
    audience: str
    from_on: date | None
    signed_at: datetime | None


def agreement_states(session: Session, scheme_id: int) -> list[AgreementState]:
    """The agreements proposed to the bailleur that acts, newest first."""
    rows = session.execute(
        select(SharingAgreement, AgreementSignature.signed_at)
        .outerjoin(
            AgreementSignature,
            (AgreementSignature.agreement_id == SharingAgreement.id)
            & (AgreementSignature.bailleur_id == context_of(session).subject)
            & AgreementSignature.withdrawn_at.is_(None),
        )
        .where(SharingAgreement.scheme_id == scheme_id)
        .order_by(SharingAgreement.proposed_at.desc())
    )
    return [
        AgreementState(a.id, a.wording, a.audience, a.valid_during.lower, signed_at)
        for a, signed_at in rows
    ]
