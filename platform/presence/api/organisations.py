"""Endpoints of the operator (exploitation): organisations and memberships (adhésions)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import MAY_BE_KEYED, Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import only_scheme
from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.errors import Conflict, Invalid
from presence.schemas.base import PageIn, page_of
from presence.schemas.organisations import (
    MembershipIn,
    MembershipOut,
    NewBailleurIn,
    NewBailleurOut,
    OrganisationOut,
)
from tenants.models import Membership, Organisation, Scheme
from tenants.provisioning import onboard_bailleur
from tenants.registry import by_public_id
from tenants.registry import organisations as registered
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import join, schemes
from tenants.scheme import memberships as memberships_of

organisations = Door("organisations", "Les organismes (exploitation).")
memberships = Door("memberships", "Les adhésions des bailleurs (exploitation).")
DOORS = (organisations, memberships)


@organisations.get("", Permission.OPERATE, page_of(OrganisationOut), Sent(query=PageIn))
def list_organisations(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Organismes, par nature puis par code."""
    rows = sorted(registered(session), key=_by_code)
    return page(window(rows, asked, _by_code, str, str), asked["limit"], _by_code, _organisation)


@organisations.post(
    "/bailleurs",
    Permission.OPERATE,
    (201, NewBailleurOut),
    Sent(body=NewBailleurIn, key=MAY_BE_KEYED),
)
def onboard(session: Session, _: Identity, __: object, body: dict[str, Any]) -> dict[str, object]:
    """Enregistrer un bailleur et le faire entrer dans un dispositif."""
    scheme = only_scheme(schemes(session), body["scheme"])
    if any(row.code == body["code"] for row in registered(session)):
        raise Conflict(f"Un organisme porte déjà le code « {body['code']} ».")
    bailleur, membership = onboard_bailleur(
        session,
        scheme,
        name=body["name"],
        code=body["code"],
        from_on=body["from_on"],
        siren=body["siren"],
    )
    _announce(session, scheme, membership, body["from_on"], None)
    return {
        "id": bailleur.public_id,
        "name": bailleur.name,
        "code": bailleur.code,
        "scheme": scheme.public_id,
        "from": body["from_on"],
    }


@memberships.get("", Permission.OPERATE, page_of(MembershipOut), Sent(query=PageIn))
def list_memberships(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Adhésions de tous les dispositifs."""
    names = {row.id: row.public_id for row in registered(session)}
    rows = sorted(
        (
            _membership(row, scheme, names[row.bailleur_id])
            for scheme in schemes(session)
            for row in memberships_of(session, scheme.id)
        ),
        key=_by_id,
    )
    return page(window(rows, asked, _by_id, str), asked["limit"], _by_id, lambda row: row)


@memberships.post(
    "", Permission.OPERATE, (201, MembershipOut), Sent(body=MembershipIn, key=MAY_BE_KEYED)
)
def add_membership(
    session: Session, _: Identity, __: object, body: dict[str, Any]
) -> dict[str, object]:
    """Faire entrer un bailleur dans un dispositif ; les quotes-parts sont recalculées."""
    scheme = only_scheme(schemes(session), body["scheme"])
    bailleur = by_public_id(session, body["bailleur"])
    if bailleur is None or not bailleur.is_a(OrganisationKind.BAILLEUR):
        raise Invalid("bailleur", "Cet organisme n'existe pas ou n'est pas un bailleur.")
    from_on, to_on = body["from_on"], body["to_on"]
    if to_on is not None and to_on <= from_on:
        raise Invalid("to", "La date de fin doit suivre la date de début.")
    row = join(session, scheme, bailleur, from_on=from_on, to_on=to_on)
    _announce(session, scheme, row, from_on, to_on)
    return _membership(row, scheme, bailleur.public_id)


def _announce(
    session: Session, scheme: Scheme, row: Membership, from_on: date, to_on: date | None
) -> None:
    audit.record(session, "membership.added", row.id, scheme=str(scheme.public_id))
    outbox.announce(
        session, "scheme.membership_changed", scheme_id=scheme.id, from_on=from_on, to_on=to_on
    )


def _membership(row: Membership, scheme: Scheme, bailleur: UUID) -> dict[str, object]:
    return {
        "id": row.id,
        "scheme": scheme.public_id,
        "bailleur": bailleur,
        "from": row.valid_during.lower,
        "to": row.valid_during.upper,
    }


def _organisation(row: Organisation) -> dict[str, object]:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": row.name,
        "code": row.code,
        "siren": row.siren,
        "insee_code": row.insee_code,
    }


def _by_code(row: Organisation) -> tuple[str, str]:
    return row.kind, row.code


def _by_id(row: dict[str, object]) -> tuple[str]:
    return (str(row["id"]),)
