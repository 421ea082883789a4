"""« Bilan » (C1): the published release, and the agreement that opens its totals."""

from statistics import median
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.finance.queries import year_totals
from presence.kernel.errors import Conflict, NotFound
from presence.kernel.nomenclature import Action
from presence.releases.agreements import sign_agreement, withdraw_signature
from presence.releases.indicators import INDICATORS
from presence.releases.queries import (
    PublishedRelease,
    agreement_states,
    published_release,
    releases,
)
from presence.web.charts import Columns, columns
from presence.web.edge import page, see_other
from presence.web.forms import uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import OrganisationKind, Permission

blueprint = Blueprint("bilan", __name__)
SHOWN = (Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST)


@blueprint.get("/bilan")
@page(Permission.READ_BILAN)
def read_bilan(session: Session, identity: Identity) -> ResponseReturnValue:
    """A published release, the newest by default; partners choose among what is published."""
    scheme = chosen_scheme(session)
    published = releases(session, scheme.id)
    asked = request.args.get("bilan")
    wanted = uuid_of(asked, "bilan") if asked else (published[0].id if published else None)
    release = published_release(session, wanted) if wanted else None
    if asked and (release is None or release.scheme_id != scheme.id):
        raise NotFound
    is_bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    return render_template(
        "bilan/bilan.html",
        scheme=scheme,
        releases=published,
        release=release,
        actions=SHOWN,
        others=[action for action in Action if action not in SHOWN],
        indicators=INDICATORS,
        monthly=_monthly(release) if release else None,
        totals=[
            total
            for total in year_totals(session, scheme.id)
            if release
            and release.from_on.year <= total.year <= release.to_on.year
            and (is_bailleur or total.published_at)
        ],
        agreements=agreement_states(session, scheme.id) if is_bailleur else [],
        may_sign=identity.may(Permission.SIGN_AGREEMENT),
    )


@blueprint.post("/bilan/accords/<uuid:agreement_id>")
@page(Permission.SIGN_AGREEMENT)
def decide(session: Session, _: Identity, agreement_id: UUID) -> ResponseReturnValue:
    """Sign a sharing agreement, or withdraw one's signature."""
    if request.form.get("decision") == "retirer":
        try:
            withdraw_signature(session, agreement_id)
        except Conflict as error:
            flash(error.message, "error")
        else:
            flash("Signature retirée. Les prochains bilans ne publieront plus les totaux.")
    elif request.form.get("confirmation") == "oui":
        sign_agreement(session, agreement_id)
        flash("Accord signé. Le bilan est publié à nouveau dès que tous ont signé.")
    else:
        flash("Cochez « J'ai lu » avant de signer.", "error")
    return see_other("bilan.read_bilan")


def _monthly(release: PublishedRelease) -> Columns | None:
    """The columns of interventions by month, None if one month is withheld."""
    cells = {
        month: cell.value
        for (indicator, month), cell in release.cells.items()
        if indicator == "interventions" and month is not None
    }
    values = [value for _, value in sorted(cells.items()) if value is not None]
    if not values or len(values) != len(cells):
        return None
    return columns(sorted(cells), values, round(median(values)))
