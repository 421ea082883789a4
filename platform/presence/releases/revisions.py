"""Revisions of a published figure (révisions): a change that would tell of one bailleur waits."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.clock import now, today
from presence.releases.agreements import openings
from presence.releases.models import Contribution, Release
from presence.releases.policies import policy_in_force


def wait_for_others(session: Session, release: Release) -> bool:
    """Whether a new version must wait: fewer than three bailleurs' figures changed since.

    The difference between two versions is a total like another. With an agreement that every
    contributor has signed, or nothing in force before, nothing waits; the release stays open and
    is looked at again each night.
    """
    former = session.scalar(
        select(Release).where(
            Release.from_on == release.from_on,
            Release.to_on == release.to_on,
            Release.published_at.is_not(None),
            Release.superseded_at.is_(None),
        )
    )
    if former is None:
        return False
    before, after = _brought(session, former), _brought(session, release)
    contributors = {who for who, _ in before} | {who for who, _ in after}
    least = policy_in_force(session, release.scheme_id, today(session)).least_contributors
    # All is opened, or nothing is shown at all: there is no difference to protect.
    if openings(session, contributors, now(session)) or len(contributors) < least:
        return False
    moved = {
        who
        for who, place in before.keys() | after.keys()
        if before.get((who, place), 0) != after.get((who, place), 0)
    }
    return 0 < len(moved) < least


def _brought(session: Session, release: Release) -> dict[tuple[int, tuple[object, ...]], int]:
    found: dict[tuple[int, tuple[object, ...]], int] = defaultdict(int)
    for row in session.scalars(select(Contribution).where(Contribution.release_id == release.id)):
        place = (row.indicator, row.month_on, row.insee_code, row.qpv)
        found[row.bailleur_id, place] += row.value
    return dict(found)
