"""« Quote-part » (G2): a bailleur's share of a year, with its formula and its proof."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.finance.queries import (
    allocated_years,
    amounts_of_year,
    keys_of_year,
    share_of,
)
from presence.kernel.clock import today
from presence.kernel.errors import NotFound
from presence.kernel.nomenclature import AmountStatus, Funder, KeyBasis
from presence.web.edge import go_to, page
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("shares", __name__)


@blueprint.get("/quotes-parts")
@page(Permission.READ_SHARES)
def newest_share(session: Session, identity: Identity) -> ResponseReturnValue:
    """The current year's share, or the newest one that this bailleur has."""
    scheme = chosen_scheme(session)
    years = _own_years(session, scheme.id, identity.organisation_id)
    if not years:
        return render_template("shares/none.html", scheme=scheme)
    year = today(session).year
    return go_to(f"/quotes-parts/{year if year in years else years[-1]}")


@blueprint.get("/quotes-parts/<int:year>")
@page(Permission.READ_SHARES)
def read_share(session: Session, identity: Identity, year: int) -> ResponseReturnValue:
    """One year's share."""
    scheme = chosen_scheme(session)
    share = share_of(session, scheme.id, year, identity.organisation_id) if year < 10_000 else None
    if share is None:
        raise NotFound
    following = share_of(session, scheme.id, year + 1, identity.organisation_id)
    return render_template(
        "shares/share.html",
        scheme=scheme,
        share=share,
        following=following,
        amounts=amounts_of_year(session, scheme.id, year),
        keys=keys_of_year(session, scheme.id, year),
        years=_own_years(session, scheme.id, identity.organisation_id),
        Funder=Funder,
        AmountStatus=AmountStatus,
        KeyBasis=KeyBasis,
    )


def _own_years(session: Session, scheme_id: int, bailleur_id: int) -> list[int]:
    return [
        year
        for year in allocated_years(session, scheme_id)
        if share_of(session, scheme_id, year, bailleur_id)
    ]
