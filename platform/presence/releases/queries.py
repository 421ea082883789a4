"""Published releases as their readers may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.releases import sealed
from presence.releases.content import Bilan
from presence.releases.models import AgreementSignature, Release, SharingAgreement
from tenants.database import context_of


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


def bilan(session: Session, release_id: UUID) -> Bilan | None:
    """A published bilan as it was frozen, superseded ones included; None if there is none."""
    content = session.scalar(
        select(Release.content).where(Release.id == release_id, Release.published_at.is_not(None))
    )
    return sealed.read(content) if content else None


def release_head(session: Session, release_id: UUID) -> Release | None:
    """The row of a published release: its version, its fingerprint, what a recalculation found."""
    return session.scalar(
        select(Release).where(Release.id == release_id, Release.published_at.is_not(None))
    )


def versions(session: Session, from_on: date, to_on: date) -> list[Release]:
    """Every published version of a period, newest first: nothing issued is rewritten."""
    return list(
        session.scalars(
            select(Release)
            .where(
                Release.from_on == from_on,
                Release.to_on == to_on,
                Release.published_at.is_not(None),
            )
            .order_by(Release.version.desc())
        )
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
