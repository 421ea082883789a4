"""« Bilan » (C1): the published release, and the agreement that opens its totals."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.errors import Conflict, NotFound
from presence.publication.packs import communes_of
from presence.releases.agreements import sign_agreement, withdraw_signature
from presence.releases.comparison import Comparison, compare
from presence.releases.content import Bilan
from presence.releases.queries import (
    agreement_states,
    bilan,
    release_head,
    releases,
    versions,
)
from presence.releases.wording import period_label
from presence.web.bilan_view import view_of
from presence.web.edge import page, see_other
from presence.web.forms import uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import OrganisationKind, Permission

blueprint = Blueprint("bilan", __name__)


@blueprint.get("/bilan")
@page(Permission.READ_BILAN)
def read_bilan(session: Session, identity: Identity) -> ResponseReturnValue:
    """A published release, the newest by default; partners choose among what is published."""
    scheme = chosen_scheme(session)
    published = releases(session, scheme.id)
    asked = request.args.get("bilan")
    wanted = uuid_of(asked, "bilan") if asked else (published[0].id if published else None)
    head = release_head(session, wanted) if wanted else None
    if asked and (head is None or head.scheme_id != scheme.id):
        raise NotFound
    found = bilan(session, head.id) if head else None
    is_bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    return render_template(
        "bilan/bilan.html",
        scheme=scheme,
        releases=[(row.id, period_label(row.from_on, row.to_on)) for row in published],
        head=head,
        bilan=found,
        view=view_of(found) if found else None,
        packs=communes_of(found) if found else [],
        compared=_compared(session, found, scheme.id),
        versions=versions(session, head.from_on, head.to_on) if head else [],
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


def _compared(session: Session, found: Bilan | None, scheme_id: int) -> Comparison | None:
    """The comparison asked for with another published bilan, None when none is."""
    asked = request.args.get("avec")
    if not asked or found is None:
        return None
    head = release_head(session, uuid_of(asked, "avec"))
    other = bilan(session, head.id) if head and head.scheme_id == scheme_id else None
    if other is None:
        raise NotFound
    return compare(found, other)
