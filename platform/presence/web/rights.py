"""« Droits »: the matrix in plain French, as CSV too, and « qui peut voir ce hall ? »."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today, tonight
from presence.kernel.errors import NotFound
from presence.kernel.spreadsheets import csv_bytes
from presence.members import queries
from presence.members.visibility import Located, Sight, own_people, provider_cards
from presence.oncall.duty import round_of
from presence.patrimoine import queries as patrimoine
from presence.web.edge import page
from presence.web.forms import uuid_of
from tenants.roles import (
    PERMISSION_LABELS,
    RIGHTS,
    ROLE_LABELS,
    OrganisationKind,
    Permission,
)
from tenants.scheme import contracts

blueprint = Blueprint("rights", __name__)


@blueprint.get("/droits")
@page(Permission.READ_RIGHTS)
def read_rights(session: Session, identity: Identity) -> ResponseReturnValue:
    """The matrix of the organisation; with `?lieu=`, who can see that place."""
    bailleur = identity.organisation_kind is OrganisationKind.BAILLEUR
    places = patrimoine.residences(session) if bailleur else []
    asked = request.args.get("lieu")
    seen = _who(session, identity, uuid_of(asked, "lieu")) if asked and bailleur else None
    rights = RIGHTS[identity.organisation_kind]
    return render_template(
        "rights/rights.html",
        roles=list(rights),
        rights=rights,
        permissions=_opened(identity.organisation_kind),
        permission_labels=PERMISSION_LABELS,
        role_labels=ROLE_LABELS,
        places=sorted(places, key=lambda place: place.name),
        asked=asked,
        place=next((p for p in places if str(p.id) == asked), None),
        seen=seen,
    )


@blueprint.get("/droits.csv")
@page(Permission.READ_RIGHTS)
def export_rights(_: Session, identity: Identity) -> ResponseReturnValue:
    """The matrix for a spreadsheet."""
    rights = RIGHTS[identity.organisation_kind]
    rows = [["droit", *(ROLE_LABELS[role] for role in rights)]]
    rows += [
        [PERMISSION_LABELS[item], *("oui" if item in rights[role] else "" for role in rights)]
        for item in _opened(identity.organisation_kind)
    ]
    response = Response(csv_bytes(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="droits.csv"'
    return response


def _opened(kind: OrganisationKind) -> list[Permission]:
    everything = frozenset().union(*RIGHTS[kind].values())
    return [item for item in Permission if item in everything]


def _who(
    session: Session, identity: Identity, residence_id: UUID
) -> tuple[list[Sight], list[tuple[str, list[Sight]]]]:
    """Own people, then each prestataire under a running contract with its cards."""
    if patrimoine.residence(session, residence_id) is None:
        raise NotFound
    day = today(session)
    place = Located(residence_id, patrimoine.agency_of(session, residence_id))
    due = residence_id in round_of(session, tonight(session))
    serving = {
        c.prestataire_id: c.prestataire_name for c in contracts(session) if day in c.valid_during
    }
    return own_people(queries.members(identity), place, day), [
        (name, provider_cards(queries.cards(key), due_tonight=due))
        for key, name in sorted(serving.items(), key=lambda item: item[1])
    ]
