"""Send the letters about accounts.

The secret of a link is made here, when the letter leaves: neither the job's row nor the queue ever
holds it, and a second sending makes the first one void.
"""

from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from presence.accounts.passwords import arm_reset
from presence.kernel.mail import deliver
from presence.members.services import arm_invitation
from presence.notifications import letters
from workers.scoping import Parameters, job


@job("workers.mail.send_invitation")
def send_invitation(_: Session, parameters: Parameters) -> dict[str, object]:
    """Mail an invitation, unless it was withdrawn or accepted meanwhile."""
    armed = arm_invitation(UUID(parameters["invitation"]))
    if armed is None:
        return {"sent": False}
    to, name, organisation, secret = armed
    deliver(letters.invitation(to, name, organisation, _link("invitation", secret)))
    return {"sent": True}


@job("workers.mail.send_reset")
def send_reset(_: Session, parameters: Parameters) -> dict[str, object]:
    """Mail a password reset, unless it is void."""
    armed = arm_reset(UUID(parameters["reset"]))
    if armed is None:
        return {"sent": False}
    to, name, secret = armed
    deliver(letters.password_reset(to, name, _link("mot-de-passe", secret)))
    return {"sent": True}


def _link(page: str, secret: str) -> str:
    return f"{current_app.config['PUBLIC_URL'].rstrip('/')}/{page}/{secret}"
