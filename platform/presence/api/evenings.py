"""Endpoints of evenings (soirées): where one stands; close and sign it."""

from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import MAY_BE_KEYED, Door, Sent
from presence.api.paging import cursor_of, page
from presence.api.reading import evening_in
from presence.api.schemes import only_scheme, schemes_on
from presence.daily_reports.closing import close_evening
from presence.daily_reports.queries import closures, report_of_evening, reports
from presence.field.closures import closure_of
from presence.kernel.clock import today
from presence.kernel.errors import Invalid, NotFound
from presence.schemas.base import PageIn, SchemeIn, page_of
from presence.schemas.daily_reports import EveningOut, SignatureIn, SignatureOut
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import contracts, schemes

door = Door("evenings", "Les soirées et leur clôture.")
DOORS = (door,)


@door.get("", Permission.READ_ACTIVITY, page_of(EveningOut), Sent(query=PageIn))
def list_evenings(session: Session, identity: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les soirées closes (prestataire) ou signées (bailleur), la plus récente d'abord."""
    after = cursor_of(asked, date, UUID)
    before = (after[0], after[1]) if after else None
    limit = asked["limit"]
    if identity.organisation_kind is OrganisationKind.PRESTATAIRE:
        found = closures(session, limit=limit + 1, before=before)
        rows = [(row.evening_on, row.id, "closed") for row in found]
    else:
        signed = reports(session, limit=limit + 1, before=before)
        rows = [(line.evening_on, line.id, "signed") for line in signed]
    return page(rows, limit, lambda row: row[:2], lambda row: {"evening": row[0], "state": row[2]})


@door.get("/<day>", Permission.READ_ACTIVITY, EveningOut, Sent(query=SchemeIn))
def read_evening(
    session: Session, identity: Identity, asked: dict[str, Any], day: str
) -> dict[str, object]:
    """Où en est une soirée : ouverte ou close ; pour un bailleur, signée ou manquante."""
    evening_on = evening_in(day)
    if evening_on > today(session):
        raise Invalid("date", f"La soirée du {evening_on:%d/%m/%Y} n'a pas commencé.")
    find = _closed if identity.organisation_kind is OrganisationKind.PRESTATAIRE else _signed
    return {"evening": evening_on, "state": find(session, identity, asked, evening_on)}


@door.post(
    "/<day>/signature",
    Permission.CLOSE_EVENING,
    (202, SignatureOut),
    Sent(body=SignatureIn, key=MAY_BE_KEYED),
)
def sign_evening(
    session: Session, identity: Identity, _: object, body: dict[str, Any], day: str
) -> dict[str, object]:
    """Clore et signer une soirée, une fois, pour tous les bailleurs ; leurs rapports suivent."""
    evening_on = evening_in(day)
    scheme = only_scheme(schemes(session), body["scheme"])
    closure = close_evening(
        session, scheme.id, evening_on, signer=body["signer"] or identity.display_name
    )
    signed_at = closure.signed_at.astimezone(UTC)
    return {"evening": evening_on, "signed_at": signed_at, "state": "closing"}


def _closed(session: Session, _: Identity, asked: dict[str, Any], evening_on: date) -> str:
    scheme = only_scheme(schemes(session), asked["scheme"])
    if not any(
        contract.scheme_id == scheme.id and evening_on in contract.valid_during
        for contract in contracts(session)
    ):
        raise NotFound
    return "closed" if closure_of(session, scheme.id, evening_on) else "open"


def _signed(session: Session, identity: Identity, asked: dict[str, Any], evening_on: date) -> str:
    member_of = schemes_on(session, identity.organisation_id, evening_on)
    if not member_of:
        raise NotFound
    scheme = only_scheme(member_of, asked["scheme"])
    report = report_of_evening(session, evening_on, scheme.id, identity.organisation_id)
    return "signed" if report else "missing"
