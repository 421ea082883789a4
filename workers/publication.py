"""Publish releases (bilans): those whose period is over, and again when an agreement changes."""

from sqlalchemy.orm import Session

from presence.releases.publishing import (
    open_calendar_releases,
    publish_due_releases,
    republish_after_agreement,
)
from workers.scoping import Parameters, job, require_member


@job("workers.publication.publish")
def publish(session: Session, _: Parameters) -> dict[str, object]:
    """Open the periods that have just ended, then publish the open releases of one scheme."""
    open_calendar_releases(session)
    return {"published": [str(release.id) for release in publish_due_releases(session)]}


@job("workers.publication.republish")
def republish(session: Session, parameters: Parameters) -> dict[str, object]:
    """Publish a new version of a scheme's releases."""
    require_member(session, parameters.get("announcer"))
    return {"published": [str(release.id) for release in republish_after_agreement(session)]}
