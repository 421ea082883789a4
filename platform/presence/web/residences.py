"""« Résidences »: the bailleur's own places, and the import of a file of them."""

import unicodedata

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel import formats
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.imports import COLUMNS, import_residences
from presence.patrimoine.services import current_covering
from presence.planning.queries import frequencies_on
from presence.planning.wording import frequency_words
from presence.web.edge import asked_by_htmx, page, see_other
from tenants.roles import Permission
from tenants.scheme import schemes

blueprint = Blueprint("residences", __name__)


@blueprint.get("/residences")
@page(Permission.READ_NIGHT)
def read_residences(session: Session, identity: Identity) -> ResponseReturnValue:
    """The residences, filtered by the words of the address `?q=`."""
    return _page(session, identity)


@blueprint.post("/residences/import")
@page(Permission.MANAGE_PLACES)
def import_file(session: Session, identity: Identity) -> ResponseReturnValue:
    """Import a CSV: every line or none; the lines to mend are listed."""
    file = request.files.get("fichier")
    content = file.read() if file else b""
    try:
        with session.begin_nested():
            created = import_residences(session, content, current_covering(session))
    except (Invalid, Conflict) as error:
        return _page(session, identity, refused=error), 422
    flash(formats.count(len(created), "résidence importée", "résidences importées") + ".")
    return see_other("residences.read_residences")


def _page(session: Session, identity: Identity, refused: Invalid | Conflict | None = None) -> str:
    words = _folded(request.args.get("q", "")).split()
    places = [
        place
        for place in patrimoine.residences(session)
        if all(
            word
            in _folded(
                f"{place.code} {place.name} {place.address} {place.commune} {place.qpv_name or ''}"
            )
            for word in words
        )
    ]
    halls: dict[object, int] = {}
    for hall in patrimoine.entrances(session):
        halls[hall.residence_id] = halls.get(hall.residence_id, 0) + 1
    numbers = {scheme.id: scheme.oncall_number for scheme in schemes(session)}
    template = "residences/table.html" if asked_by_htmx() else "residences/residences.html"
    return render_template(
        template,
        places=sorted(places, key=lambda place: _folded(place.name)),
        halls=halls,
        frequencies={
            key: frequency_words(frequency)
            for key, frequency in frequencies_on(session, today(session)).items()
        },
        numbers=numbers,
        dwellings=sum(place.dwellings for place in places),
        q=request.args.get("q", ""),
        may_manage=identity.may(Permission.MANAGE_PLACES),
        columns=COLUMNS,
        refused=refused,
    )


def _folded(text: str) -> str:
    """Lower case without accents, for searching and sorting as French readers expect."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(c for c in plain if not unicodedata.combining(c))
