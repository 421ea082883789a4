"""« Isolation » (TEN-10): the last verification, the tables and their rules in plain French."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.kernel import outbox
from presence.web.edge import page, see_other
from tenants.roles import OrganisationKind, Permission
from tenants.verification.french import tables_in_french
from tenants.verification.report import last_reports

blueprint = Blueprint("isolation", __name__, url_prefix="/isolation")


@blueprint.get("")
@page(Permission.READ_ISOLATION)
def read_isolation(session: Session, _: Identity) -> ResponseReturnValue:
    """The last report, the ones before, and what protects each table."""
    reports = last_reports(session)
    return render_template(
        "isolation/isolation.html",
        report=reports[0] if reports else None,
        former=reports[1:],
        tables=tables_in_french(),
    )


@blueprint.post("/verifier")
@page(Permission.READ_ISOLATION)
def ask(session: Session, identity: Identity) -> ResponseReturnValue:
    """Ask for a verification now; the worker makes it."""
    own = identity.organisation_id
    bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    audit.record(
        session, "isolation.check_requested", str(own), bailleur_id=own if bailleur else None
    )
    outbox.announce(session, "isolation.check_requested")
    flash("Vérification demandée : le rapport arrive dans la minute, rechargez la page.")
    return see_other("isolation.read_isolation")
