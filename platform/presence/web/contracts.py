"""« Contrats »: who serves whom, from when to when; certificates; the operator ends a contract."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.field.queries import visits_outside
from presence.kernel.clock import today
from presence.kernel.errors import Invalid, NotFound
from presence.review.certificates import certificate, certificates
from presence.web.edge import page, see_other
from presence.web.forms import date_of
from tenants.errors import TenancyError
from tenants.models import Contract
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import contracts, end_contract, schemes

blueprint = Blueprint("contracts", __name__)


@blueprint.get("/contrats")
@page(Permission.READ_CONTRACTS)
def read_contracts(session: Session, identity: Identity) -> ResponseReturnValue:
    """The contracts that the organisation is part of, all of them for the operator."""
    return _page(session, identity)


@blueprint.post("/contrats/<uuid:contract_id>/fin")
@page(Permission.OPERATE)
def end(session: Session, identity: Identity, contract_id: UUID) -> ResponseReturnValue:
    """End a contract on a date; past or today's, the prestataire reads nothing more at once."""
    try:
        on = date_of(request.form.get("fin"), "fin")
        row = end_contract(session, contract_id, on)
    except (Invalid, TenancyError) as error:
        return _page(session, identity, str(error)), 422
    if row is None:
        raise NotFound
    audit.record(session, "contract.ended", row.id, on=str(on))
    flash("Fin du contrat enregistrée.")
    return see_other("contracts.read_contracts")


@blueprint.get("/attestations/<uuid:certificate_id>.json")
@page(Permission.READ_CERTIFICATES)
def download(session: Session, _: Identity, certificate_id: UUID) -> ResponseReturnValue:
    """A certificate of service, byte for byte as sealed."""
    found = certificate(session, certificate_id)
    if found is None:
        raise NotFound
    response = Response(found.content, mimetype="application/json")
    name = f"attestation-{found.month_on:%Y-%m}-v{found.version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-SHA256"] = found.content_hash
    return response


def _page(session: Session, identity: Identity, refused: str | None = None) -> str:
    day = today(session)
    kind = identity.organisation_kind
    found = sorted(
        contracts(session), key=lambda c: (c.bailleur_name, c.valid_during.lower or date.min)
    )
    operator = kind is OrganisationKind.OPERATOR
    return render_template(
        "contracts/contracts.html",
        contracts=[(row, _state(row, day)) for row in found],
        schemes={scheme.id: scheme.name for scheme in schemes(session)},
        names={row.bailleur_id: row.bailleur_name for row in found},
        certificates=[] if operator else certificates(session),
        outside=visits_outside(session, found) if kind is OrganisationKind.BAILLEUR else 0,
        kind=kind.value,
        today=day,
        may_end=identity.may(Permission.OPERATE),
        refused=refused,
    )


def _state(row: Contract, day: date) -> str:
    start, end = row.valid_during.lower, row.valid_during.upper
    if start is not None and start > day:
        return "to_come"
    return "running" if end is None or end > day else "ended"
