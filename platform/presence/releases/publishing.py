"""Propose and sign a sharing agreement; open a release and publish it.

A release is frozen once published; a later change makes a new version. Publishing runs in the
scheme's context, from contributions that only this job reads.
"""

from collections import defaultdict
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.finance import services as finance
from presence.kernel.clock import last_of_month, now, today
from presence.kernel.errors import Invalid
from presence.kernel.keys import fingerprint
from presence.releases.agreements import agreed_indicators
from presence.releases.indicators import INDICATORS, MONTHLY, PERIMETER
from presence.releases.models import Contribution, Release, ReleaseCell
from presence.releases.privacy import Cell, protect
from tenants.database import context_of
from tenants.scheme import memberships


def open_release(session: Session, from_on: date, to_on: date, reason: str) -> Release:
    """Open the next version of a period's release (scheme's context); whole months only."""
    if from_on.day != 1 or to_on < from_on or (to_on.month == _next_day(to_on).month):
        raise Invalid("period", "Un bilan va du premier jour d'un mois au dernier d'un autre.")
    newest = session.scalar(
        select(func.max(Release.version)).where(Release.from_on == from_on, Release.to_on == to_on)
    )
    row = Release(
        id=uuid4(),
        scheme_id=_subject(session),
        from_on=from_on,
        to_on=to_on,
        version=(newest or 0) + 1,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row


def publish_due_releases(session: Session) -> list[Release]:
    """Publish every open release whose period is over (scheme's context); twice = once."""
    # Two nightly jobs at once: the second finds nothing left to publish.
    session.execute(select(func.pg_advisory_xact_lock(_subject(session), 0)))
    due = session.scalars(
        select(Release)
        .where(Release.published_at.is_(None), Release.to_on < today(session))
        .order_by(Release.from_on, Release.to_on, Release.version)
    )
    published = []
    for release in list(due):
        filled = session.scalar(select(func.app.contribute(release.id)))
        # Evenings of the period are still to be counted: the night will publish it.
        if filled is not None and filled >= 0:
            published.append(_publish(session, release))
    return published


def republish_after_agreement(session: Session) -> list[Release]:
    """Open a new version of each published release, then publish: the agreement has changed."""
    current = session.scalars(
        select(Release).where(Release.published_at.is_not(None), Release.superseded_at.is_(None))
    )
    for release in list(current):
        open_release(session, release.from_on, release.to_on, "accord de partage modifié")
    return publish_due_releases(session)


def _publish(session: Session, release: Release) -> Release:
    session.refresh(release)
    agreed = agreed_indicators(session)
    cells = _cells(session, release.id, agreed)
    former = session.scalar(
        select(Release).where(
            Release.from_on == release.from_on,
            Release.to_on == release.to_on,
            Release.published_at.is_not(None),
            Release.superseded_at.is_(None),
        )
    )
    if former is not None:
        former.superseded_at = now(session)
    session.add_all(
        ReleaseCell(
            id=uuid4(),
            scheme_id=release.scheme_id,
            release_id=release.id,
            indicator=indicator,
            from_on=month_on or release.from_on,
            to_on=last_of_month(month_on) if month_on else release.to_on,
            value=cell.value,
            withheld=cell.withheld,
        )
        for (indicator, month_on), cell in cells.items()
    )
    release.published_at = release.cut_off_at = now(session)
    release.perimeter = {"members": len(_members_during(session, release))}
    release.content_hash = fingerprint(
        {f"{i} {m or ''}".strip(): [cell.value, cell.withheld] for (i, m), cell in cells.items()}
    )
    if "finance" in agreed:
        finance.publish_year_totals(session)
    else:
        finance.withdraw_year_totals(session)
    session.flush()
    audit.record(
        session,
        "release.published",
        release.id,
        scheme_id=release.scheme_id,
        version=release.version,
        content_hash=release.content_hash,
    )
    return release


def _cells(
    session: Session, release_id: UUID, agreed: frozenset[str]
) -> dict[tuple[str, date | None], Cell]:
    brought: dict[tuple[str, date | None], dict[int, int]] = {
        (indicator, None): {} for indicator in (*INDICATORS, *PERIMETER)
    }
    months: dict[tuple[str, date | None], dict[int, int]] = defaultdict(dict)
    for row in session.scalars(select(Contribution).where(Contribution.release_id == release_id)):
        whole = brought.get((row.indicator, None))
        if whole is None:
            continue
        whole[row.bailleur_id] = whole.get(row.bailleur_id, 0) + row.value
        if row.indicator in MONTHLY:
            month = months[row.indicator, row.month_on]
            month[row.bailleur_id] = month.get(row.bailleur_id, 0) + row.value
    return {
        key: protect(key[0], values, agreed=key[0] in agreed)
        for key, values in (brought | months).items()
    }


def _members_during(session: Session, release: Release) -> set[int]:
    return {
        m.bailleur_id
        for m in memberships(session, release.scheme_id)
        if (m.valid_during.lower or date.min) <= release.to_on
        and (m.valid_during.upper or date.max) > release.from_on
    }


def _subject(session: Session) -> int:
    return context_of(session).own_id


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
