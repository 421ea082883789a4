"""« Résidences » (A4): the bailleur's own places, found, filtered, sorted, taken away as files."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.audit import services as audit
from presence.kernel import formats
from presence.kernel.clock import today
from presence.patrimoine.listing import every, listed
from presence.patrimoine.wanted import Wanted, choices
from presence.planning.listing import has_frequency
from presence.web import residences_filter as filters
from presence.web.edge import asked_by_htmx, page
from presence.web.residences_export import csv_of, rows_of, workbook_of
from presence.web.residences_view import EVENINGS, lines_of, pages_around, sentence_of
from tenants.registry import by_public_id
from tenants.roles import Permission

blueprint = Blueprint("residences", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Where the page leads whoever may; an address that is not served yet is not shown.
UPLOAD = "imports.upload_form"
_ACTIONS = (
    (UPLOAD, Permission.MANAGE_PLACES, "Importer"),
    ("transfers.read_transfers", Permission.TRANSFER_PLACES, "Cessions"),
    ("onboarding.read_tasks", Permission.ONBOARD, "Mise en route"),
)


@blueprint.get("/residences")
@page(Permission.READ_NIGHT)
def read_residences(session: Session, identity: Identity) -> ResponseReturnValue:
    """A page of the residences that the address asks for; the list alone for htmx."""
    return _page(session, identity)


@blueprint.get("/residences.xlsx")
@page(Permission.READ_NIGHT)
def export_workbook(session: Session, identity: Identity) -> ResponseReturnValue:
    """All the residences that the address asks for, as a workbook."""
    return _export(session, identity, "xlsx")


@blueprint.get("/residences.csv")
@page(Permission.READ_NIGHT)
def export_csv(session: Session, identity: Identity) -> ResponseReturnValue:
    """All the residences that the address asks for, as a CSV."""
    return _export(session, identity, "csv")


def _page(session: Session, identity: Identity) -> Response:
    asked = filters.filter_of(request.args)
    shown = _list(session, asked)
    # Going back, htmx asks for the whole page again.
    fragment = asked_by_htmx() and "HX-History-Restore-Request" not in request.headers
    answer = make_response(
        render_template(
            "residences/fragment.html" if fragment else "residences/residences.html",
            **shown,
            **_moves(fragment),
            actions=_actions(identity),
            may_manage=identity.may(Permission.MANAGE_PLACES),
            upload=address_of(UPLOAD) if _serves(UPLOAD) else None,
            has_sheets=_serves("sites.read_site"),
        )
    )
    if fragment:
        page = asked.query(page=shown["found"].page)
        answer.headers["HX-Push-Url"] = address_of("residences.read_residences") + page
    return answer


def _list(session: Session, asked: filters.Filter) -> dict[str, Any]:
    day, around = today(session), choices(session)
    found = listed(session, around, _wanted(session, asked, day), asked.order, asked.page, day)
    return {
        "asked": asked,
        "around": around,
        "filters": filters,
        "found": found,
        "sentence": sentence_of(found),
        "chips": asked.chips(around),
        "lines": lines_of(session, found.places, day),
        "pages": pages_around(found.page, found.pages),
        "evenings": EVENINGS,
    }


def _moves(fragment: bool) -> dict[str, bool]:
    """Whether the answer takes the focus, and whether the filters are drawn again.

    What is typed or chosen stays under the fingers.
    """
    trigger = request.headers.get("HX-Trigger", "")
    return {
        "moves": fragment and trigger.startswith(("page-", "retirer-")),
        "resets": fragment and trigger != "filtres",
    }


def _export(session: Session, identity: Identity, kind: str) -> Response:
    asked, day, around = filters.filter_of(request.args), today(session), choices(session)
    places = every(session, around, _wanted(session, asked, day), asked.order, day)
    rows = rows_of(session, places, day)
    if kind == "xlsx":
        about = (
            ("Organisme", identity.organisation_name),
            ("Situation au", formats.numeric_date(day)),
            ("Filtres", " · ".join(chip.words for chip in asked.chips(around)) or "aucun"),
            ("Ordre", filters.SORTS[asked.sort]),
        )
        answer = Response(workbook_of(session, rows, about), mimetype=XLSX)
    else:
        answer = Response(csv_of(rows), mimetype="text/csv")
    name = f"residences_{_short_name(session, identity)}_{day}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    audit.record(
        session, "residences.exported", identity.organisation_public_id,
        bailleur_id=identity.organisation_id, file=kind, rows=len(rows), filters=asked.said,
    )  # fmt: skip
    return answer


def _short_name(session: Session, identity: Identity) -> str:
    own = by_public_id(session, identity.organisation_public_id)
    return "".join(sign for sign in own.code.lower() if sign.isalnum()) if own else ""


def _wanted(session: Session, asked: filters.Filter, day: date) -> Wanted:
    return asked.wanted(has_frequency(session, day))


def _actions(identity: Identity) -> list[tuple[str, str]]:
    return [
        (address_of(endpoint), label)
        for endpoint, permission, label in _ACTIONS
        if identity.may(permission) and _serves(endpoint)
    ]


def _serves(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
