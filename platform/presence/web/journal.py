"""« Journal »: sign-ins, secrets and rights of the organisation, and what was done on its rows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit.queries import last_entries
from presence.members.queries import journal, members
from presence.web.edge import page
from presence.web.wording import ACTS
from tenants.roles import OrganisationKind, Permission

blueprint = Blueprint("journal", __name__)
MOST = 200
_TRAILS = {OrganisationKind.BAILLEUR, OrganisationKind.PRESTATAIRE}


@blueprint.get("/journal")
@page(Permission.READ_JOURNAL)
def read_journal(session: Session, identity: Identity) -> ResponseReturnValue:
    """The last lines, the newest first."""
    people = {person.account_id: person.display_name for person in members(identity)}
    trail = last_entries(session, MOST) if identity.organisation_kind in _TRAILS else []
    return render_template(
        "journal/journal.html",
        security=journal(identity, MOST),
        trail=trail,
        people=people,
        acts=ACTS,
    )
