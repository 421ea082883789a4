"""« Exploitation »: who exists, who takes part, what the night did. Metadata only."""

import re
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.members.services import invite_first
from presence.patrimoine.identifiers import siren
from presence.patrimoine.places import identified
from presence.reporting.queries import last_runs
from presence.web.edge import page, see_other
from presence.web.forms import date_of, uuid_of
from tenants.errors import TenancyError
from tenants.models import Organisation, Scheme
from tenants.provisioning import onboard_bailleur
from tenants.registry import by_public_id, organisations
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import memberships, schemes, sign_contract

blueprint = Blueprint("operations", __name__)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,29}")
MOST_NAME = 200


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


@blueprint.post("/exploitation/bailleurs")
@page(Permission.OPERATE)
def open_bailleur(session: Session, _: Identity) -> ResponseReturnValue:
    """Register a bailleur, its membership and its contract at once; nothing of its content."""
    try:
        with session.begin_nested():
            bailleur = _opened(session)
    except (Invalid, Conflict, TenancyError) as error:
        refused = error if isinstance(error, DomainError) else Invalid("contrat", str(error))
        return _page(session, refused), 409 if isinstance(error, Conflict) else 422
    flash(f"{bailleur.name} est inscrit : invitez maintenant son premier administrateur.")
    return see_other("operations.read_operations")


def _opened(session: Session) -> Organisation:
    form = request.form
    scheme = _named(schemes(session), uuid_of(form.get("dispositif"), "dispositif"))
    prestataire = by_public_id(session, uuid_of(form.get("prestataire"), "prestataire"))
    if prestataire is None or not prestataire.is_a(OrganisationKind.PRESTATAIRE):
        raise Invalid("prestataire", "Choisissez le prestataire dans la liste.")
    name, code = " ".join(form.get("nom", "").split()), form.get("code", "").strip()
    if not 1 <= len(name) <= MOST_NAME:
        raise Invalid("nom", "Donnez le nom du bailleur.")
    if not _CODE.fullmatch(code):
        raise Invalid("code", "Des majuscules sans accent, des chiffres et des tirets.")
    if any(row.code == code for row in organisations(session)):
        raise Conflict(f"Un organisme porte déjà le code « {code} ».")
    number = form.get("siren", "").strip()
    from_on, to_on = date_of(form.get("du"), "du"), date_of(form.get("au"), "au")
    bailleur, membership = onboard_bailleur(
        session, scheme, name=name, code=code, from_on=from_on,
        siren=identified("siren", siren, number) if number else None,
    )  # fmt: skip
    sign_contract(
        session, scheme, bailleur=bailleur, prestataire=prestataire, from_on=from_on, to_on=to_on
    )
    audit.record(session, "membership.added", membership.id, scheme=str(scheme.public_id))
    outbox.announce(
        session, "scheme.membership_changed", scheme_id=scheme.id, from_on=from_on, to_on=None
    )
    return bailleur


def _named(found: list[Scheme], wanted: UUID) -> Scheme:
    for scheme in found:
        if scheme.public_id == wanted:
            return scheme
    raise Invalid("dispositif", "Choisissez un dispositif dans la liste.")


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
