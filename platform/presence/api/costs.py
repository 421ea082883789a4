"""Endpoints of money: a bailleur's shares (quotes-parts); the lead bailleur's entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.auth import leading
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import only_scheme
from presence.finance.queries import ExplainedShare, ExplainedSlice, allocated_years, share_of
from presence.finance.services import AmountEntry, KeyEntry, adopt_key, enter_amount
from presence.kernel.errors import Fault, Invalid, NotFound
from presence.schemas.base import PageIn, SchemeIn, page_of
from presence.schemas.finance import (
    AllocationDetailOut,
    AllocationOut,
    CostIn,
    CostOut,
    SharingKeyIn,
    SharingKeyOut,
    SubsidyIn,
    SubsidyOut,
)
from tenants.roles import Permission
from tenants.scheme import schemes

allocations = Door("allocations", "La quote-part du bailleur, année par année.")
costs = Door("costs", "Les coûts du dispositif (bailleur chef de file).")
subsidies = Door("subsidies", "Les subventions (bailleur chef de file).")
sharing_keys = Door("sharing-keys", "Les clés de répartition (bailleur chef de file).")
DOORS = (allocations, costs, subsidies, sharing_keys)
# What the entries call `from_on` is `from` outside.
OUTSIDE = {"from_on": "from", "to_on": "to"}


@allocations.get("", Permission.READ_SHARES, page_of(AllocationOut), Sent(query=PageIn))
def list_allocations(
    session: Session, identity: Identity, asked: dict[str, Any]
) -> dict[str, object]:
    """Quote-part du bailleur, par année."""
    rows: list[dict[str, object]] = []
    for scheme in schemes(session):
        for year in allocated_years(session, scheme.id):
            share = share_of(session, scheme.id, year, identity.organisation_id)
            if share is not None:
                rows.append(_head(share, scheme.public_id))
    rows.sort(key=_by_year)
    return page(window(rows, asked, _by_year, str, str), asked["limit"], _by_year, lambda row: row)


@allocations.get(
    "/<int(fixed_digits=4, min=2000, max=2100):year>",
    Permission.READ_SHARES,
    AllocationDetailOut,
    Sent(query=SchemeIn),
)
def read_allocation(
    session: Session, identity: Identity, asked: dict[str, Any], year: int
) -> dict[str, object]:
    """La quote-part d'une année et ce qui l'explique ; les autres membres en un seul chiffre."""
    scheme = only_scheme(schemes(session), asked["scheme"])
    share = share_of(session, scheme.id, year, identity.organisation_id)
    if share is None:
        raise NotFound
    return _head(share, scheme.public_id) | {
        "rounding_cents": share.rounding_cents,
        "slices": [_slice(piece) for piece in share.slices],
    }


@costs.post("", Permission.MANAGE_MONEY, (201, CostOut), Sent(body=CostIn, key=KEYED))
def enter_cost(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Saisir un coût."""
    with _entering(session, identity, body) as (scheme_session, entry):
        enter_amount(scheme_session, AmountEntry(client_id=key, **entry))
    return _outside(key, body)


@subsidies.post("", Permission.MANAGE_MONEY, (201, SubsidyOut), Sent(body=SubsidyIn, key=KEYED))
def enter_subsidy(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Saisir une subvention."""
    with _entering(session, identity, body) as (scheme_session, entry):
        enter_amount(scheme_session, AmountEntry(client_id=key, **entry))
    return _outside(key, body)


@sharing_keys.post(
    "", Permission.MANAGE_MONEY, (201, SharingKeyOut), Sent(body=SharingKeyIn, key=KEYED)
)
def adopt(
    session: Session, identity: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Adopter une clé de répartition ; la clé sans fin qui précède s'arrête la veille."""
    with _entering(session, identity, body) as (scheme_session, entry):
        adopt_key(scheme_session, KeyEntry(client_id=key, **entry))
    return _outside(key, body)


@contextmanager
def _entering(
    session: Session, identity: Identity, body: dict[str, Any]
) -> Iterator[tuple[Session, dict[str, Any]]]:
    entry = {name: value for name, value in body.items() if name != "scheme"}
    try:
        with leading(session, identity, body["scheme"]) as scheme_session:
            yield scheme_session, entry
    except Invalid as error:
        faults = [Fault(OUTSIDE.get(f.field, f.field), f.message) for f in error.faults]
        raise Invalid.several(error.message, faults) from error


def _outside(key: UUID, body: dict[str, Any]) -> dict[str, object]:
    return {"id": key} | {OUTSIDE.get(name, name): value for name, value in body.items()}


def _by_year(row: dict[str, object]) -> tuple[str, str]:
    return str(row["year"]), str(row["scheme"])


def _head(share: ExplainedShare, scheme: UUID) -> dict[str, object]:
    return {
        "id": share.allocation_id,
        "scheme": scheme,
        "year": share.year,
        "version": share.version,
        "status": share.status,
        "reason": share.reason,
        "computed_at": share.computed_at.astimezone(UTC),
        "total": _amounts(share.gross_cents, share.grant_cents, share.net_cents),
        "own": _amounts(share.own_gross_cents, share.own_grant_cents, share.own_net_cents),
    }


def _slice(piece: ExplainedSlice) -> dict[str, object]:
    own = _amounts(piece.own_gross_cents, piece.own_grant_cents, piece.own_net_cents)
    return {
        "from": piece.from_on,
        "to": piece.to_on,
        "basis": piece.basis,
        "total": _amounts(piece.gross_cents, piece.grant_cents, piece.net_cents),
        "total_weight": piece.total_weight,
        "members": list(piece.member_names),
        "own": own | {"weight": piece.own_weight, "rounding_cents": piece.own_rounding_cents},
        "others_net_cents": piece.others_net_cents,
    }


def _amounts(gross: int, grant: int, net: int) -> dict[str, int]:
    return {"gross_cents": gross, "grant_cents": grant, "net_cents": net}
