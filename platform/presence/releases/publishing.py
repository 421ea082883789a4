"""Open a release and publish it (publication), in the scheme's context.

A release is frozen once published; a later change makes a new version. It is made from
contributions that only this job reads.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.finance import services as finance
from presence.kernel.clock import first_of_month, last_of_month, now, today
from presence.kernel.errors import Invalid
from presence.releases import sealed
from presence.releases.models import Release, ReleaseCell
from presence.releases.preparing import CODE_VERSION, Prepared, prepare
from presence.releases.revisions import wait_for_others
from tenants.database import context_of
from tenants.scheme import memberships

SIZES = {"month": 1, "quarter": 3, "year": 12}
# A period that ended longer ago was never due: the calendar did not run then.
RECENT = timedelta(days=40)


def open_release(
    session: Session, from_on: date, to_on: date, reason: str, kind: str = "drafted"
) -> Release:
    """Open the next version of a period's release (scheme's context).

    Raises `Invalid` for a period that is not of whole months, ends before it starts or starts
    before the scheme does.
    """
    _refuse_period(session, from_on, to_on)
    newest = session.scalar(
        select(func.max(Release.version)).where(Release.from_on == from_on, Release.to_on == to_on)
    )
    row = Release(
        id=uuid4(),
        scheme_id=context_of(session).own_id,
        from_on=from_on,
        to_on=to_on,
        version=(newest or 0) + 1,
        reason=reason,
        kind=kind,
    )
    session.add(row)
    session.flush()
    return row


def open_calendar_releases(session: Session) -> list[Release]:
    """Open the month, the quarter and the year that have just ended, once each."""
    day = today(session)
    known = {(row.from_on, row.to_on) for row in session.scalars(select(Release))}
    start = _scheme_start(session)
    return [
        open_release(session, *period, "calendrier", kind)
        for kind, period in _just_ended(day)
        if period not in known and start is not None and first_of_month(start) <= period[0]
    ]


def publish_due_releases(session: Session) -> list[Release]:
    """Publish every open release whose period is over (scheme's context); twice = once."""
    # Two nightly jobs at once: the second finds nothing left to publish.
    session.execute(select(func.pg_advisory_xact_lock(context_of(session).own_id, 0)))
    due = session.scalars(
        select(Release)
        .where(Release.published_at.is_(None), Release.to_on < today(session))
        # The longest first: published after its parts, it might have to lose its main figures.
        .order_by((Release.to_on - Release.from_on).desc(), Release.from_on, Release.version)
    )
    published = []
    for release in list(due):
        filled = session.scalar(select(func.app.contribute(release.id)))
        # Evenings of the period are still to be counted: the night will publish it.
        if filled is None or filled < 0:
            continue
        session.refresh(release)
        if not wait_for_others(session, release):
            published.append(_publish(session, release))
    return published


def republish_after_agreement(session: Session) -> list[Release]:
    """Open a new version of each published release, then publish: the agreement has changed."""
    current = session.scalars(
        select(Release).where(Release.published_at.is_not(None), Release.superseded_at.is_(None))
    )
    for release in list(current):
        open_release(
            session, release.from_on, release.to_on, "accord de partage modifié", release.kind
        )
    return publish_due_releases(session)


def _publish(session: Session, release: Release) -> Release:
    release.published_at = release.cut_off_at = now(session)
    release.code_version = CODE_VERSION
    prepared = prepare(session, release)
    _supersede_former(session, release)
    session.add_all(_cells(release, prepared))
    _freeze(release, prepared)
    if "finance" in prepared.agreed:
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
        withheld=len(prepared.plan.primary) + len(prepared.plan.complementary),
        left=len(prepared.plan.left),
    )
    return release


def _freeze(release: Release, prepared: Prepared) -> None:
    written = sealed.write(prepared.bilan)
    release.content = written.decode()
    release.content_hash = hashlib.sha256(sealed.told(prepared.bilan)).hexdigest()
    release.perimeter = {"members": prepared.bilan.perimeter.members}


def _supersede_former(session: Session, release: Release) -> None:
    former = session.scalar(
        select(Release).where(
            Release.from_on == release.from_on,
            Release.to_on == release.to_on,
            Release.id != release.id,
            Release.published_at.is_not(None),
            Release.superseded_at.is_(None),
        )
    )
    if former is not None:
        former.superseded_at = now(session)


def _cells(release: Release, prepared: Prepared) -> Iterator[ReleaseCell]:
    for key, (value, withheld) in prepared.cells.items():
        yield ReleaseCell(
            id=uuid4(),
            scheme_id=release.scheme_id,
            release_id=release.id,
            indicator=key.indicator,
            area=key.area,
            members=key.members,
            from_on=key.from_on,
            to_on=key.to_on,
            value=value,
            withheld=withheld,
        )


def _refuse_period(session: Session, from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise Invalid("to", "La période finit avant de commencer.")
    if from_on.day != 1 or to_on != last_of_month(to_on):
        raise Invalid("period", "Un bilan va du premier jour d'un mois au dernier d'un autre.")
    start = _scheme_start(session)
    if start is not None and from_on < first_of_month(start):
        raise Invalid(
            "from", f"Le dispositif n'existe que depuis le {start:%d/%m/%Y} : commencez là."
        )


def _scheme_start(session: Session) -> date | None:
    """The day the first bailleur joined."""
    found = memberships(session, context_of(session).own_id)
    return min((m.valid_during.lower for m in found if m.valid_during.lower), default=None)


def _just_ended(day: date) -> Iterator[tuple[str, tuple[date, date]]]:
    """The newest month, quarter and year that are over, when they ended lately."""
    for kind, size in SIZES.items():
        months = (day.year * 12 + day.month - 1) // size * size
        end = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
        first = months - size
        if day - end <= RECENT:
            yield kind, (date(first // 12, first % 12 + 1, 1), end)
