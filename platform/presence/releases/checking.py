"""A published bilan run again (recalcul), and attacked again (audit), in the scheme's context."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.disclosure.attack import Exposure
from presence.disclosure.cells import Key
from presence.disclosure.suppression import attackers
from presence.disclosure.suppression import audit as attack
from presence.kernel import formats
from presence.kernel.clock import now
from presence.kernel.errors import NotFound
from presence.releases import sealed
from presence.releases.content import Bilan
from presence.releases.models import Release, ReleaseCell, ReleaseRecalculation
from presence.releases.preparing import CODE_VERSION, framed, prepare


@dataclass(frozen=True)
class Audit:
    """What an outsider and each contributor could still bound in a published bilan."""

    release: Release
    attackers: int
    hidden: int
    exposed: tuple[Exposure, ...]


def in_force(session: Session) -> list[Release]:
    """The scheme's published releases in force, oldest period first."""
    return list(
        session.scalars(
            select(Release)
            .where(Release.published_at.is_not(None), Release.superseded_at.is_(None))
            .order_by(Release.from_on, Release.to_on)
        )
    )


def audit_release(session: Session, release: Release) -> Audit:
    """Attack a published bilan as it was published, with all that was out before it."""
    cells = list(session.scalars(select(ReleaseCell).where(ReleaseCell.release_id == release.id)))
    request = replace(
        framed(session, release).request, wanted=frozenset(_key(cell) for cell in cells)
    )
    shown = {_key(cell) for cell in cells if cell.value is not None}
    return Audit(
        release,
        len(attackers(request)),
        len(cells) - len(shown),
        tuple(attack(request, shown)),
    )


def recalculate(session: Session, release_id: UUID) -> ReleaseRecalculation:
    """Run a published bilan again from its frozen inputs; both writings are kept.

    Readers are told that it is the same, or why it is not, never the difference itself. Raises
    `NotFound`.
    """
    release = session.scalar(
        select(Release).where(Release.id == release_id, Release.published_at.is_not(None))
    )
    if release is None or release.content is None:
        raise NotFound
    again = prepare(session, release).bilan
    causes = list(_causes(sealed.read(release.content), again))
    row = ReleaseRecalculation(
        id=uuid4(),
        scheme_id=release.scheme_id,
        release_id=release.id,
        content_hash=hashlib.sha256(sealed.told(again)).hexdigest(),
        code_version=CODE_VERSION,
        content=sealed.write(again).decode(),
        differences=causes,
    )
    session.add(row)
    instant = now(session)
    release.checked_at = instant
    day = formats.long_date(formats.paris_date(instant), weekday=False)
    found = "identique" if not causes else f"différent ({', '.join(causes)})"
    release.check_note = f"recalculé le {day}\u00a0: {found}"
    session.flush()
    audit.record(
        session,
        "release.recalculated",
        release.id,
        scheme_id=release.scheme_id,
        same=not causes,
    )
    return row


def _causes(published: Bilan, again: Bilan) -> Iterator[str]:
    """Why the two writings differ, from the inputs to what rests on them."""
    if published == again:
        return
    for name, cause in (
        ("definitions", "définitions changées"),
        ("policy", "règles de secret changées"),
        ("agreements", "accords de partage changés"),
        ("years", "comptes des années corrigés"),
        ("perimeter", "périmètre corrigé"),
        ("completeness", "soirées signées depuis"),
        ("totals", "chiffres recomptés"),
        ("sections", "tableaux changés"),
        ("paragraphs", "rédaction changée"),
    ):
        if getattr(published, name) != getattr(again, name):
            yield cause


def _key(cell: ReleaseCell) -> Key:
    return Key(cell.indicator, cell.from_on, cell.to_on, cell.area, cell.members)
