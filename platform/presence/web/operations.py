"""« Exploitation »: who exists, who takes part, what the night did. Metadata only."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.services import Identity
from presence.kernel.clock import now
from presence.reporting.queries import last_runs
from presence.web.edge import page
from tenants.registry import organisations
from tenants.roles import Permission
from tenants.scheme import memberships, schemes

blueprint = Blueprint("operations", __name__)


@blueprint.get("/exploitation")
@page(Permission.OPERATE)
def read_operations(session: Session, _: Identity) -> ResponseReturnValue:
    """The schemes with their members, the organisations, the last nights."""
    return render_template(
        "operations/operations.html",
        schemes=[(scheme, memberships(session, scheme.id)) for scheme in schemes(session)],
        organisations=organisations(session),
        runs=last_runs(session),
        instant=now(session),
    )
