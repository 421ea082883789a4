"""« Exploitation »: who exists, who takes part, what the night did. Metadata only."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.members.services import invite_first
from presence.reporting.queries import last_runs
from presence.web.edge import page, see_other
from presence.web.forms import uuid_of
from tenants.registry import by_public_id, organisations
from tenants.roles import Permission
from tenants.scheme import memberships, schemes

blueprint = Blueprint("operations", __name__)


@blueprint.get("/exploitation")
@page(Permission.OPERATE)
def read_operations(session: Session, _: Identity) -> ResponseReturnValue:
    """The schemes with their members, the organisations, the last nights."""
    return _page(session)


@blueprint.post("/exploitation/administrateurs")
@page(Permission.OPERATE)
def invite_administrator(session: Session, identity: Identity) -> ResponseReturnValue:
    """Invite the first administrator of an organisation; the others are invited by that one."""
    form = request.form
    try:
        found = by_public_id(session, uuid_of(form.get("organisme"), "organisme"))
        if found is None:
            raise Invalid("organisme", "Choisissez un organisme dans la liste.")
        invite_first(identity, found.id, email=form.get("email", ""), name=form.get("nom", ""))
    except (Invalid, Conflict) as error:
        return _page(session, error), 409 if isinstance(error, Conflict) else 422
    audit.record(session, "administrator.invited", found.public_id)
    flash("Invitation envoyée au premier administrateur.")
    return see_other("operations.read_operations")


def _page(session: Session, refused: DomainError | None = None) -> str:
    return render_template(
        "operations/operations.html",
        schemes=[(scheme, memberships(session, scheme.id)) for scheme in schemes(session)],
        organisations=organisations(session),
        runs=last_runs(session),
        instant=now(session),
        refused=refused,
        given=request.form,
    )
