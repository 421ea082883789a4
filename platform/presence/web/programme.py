"""« Programme »: a bailleur's week and requests. « Passages dus »: the prestataire's ledger."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import evening_of, first_of_month, now
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import RequestState
from presence.ledger.reckoning import RULE
from presence.ledger.weeks import STOP_MINUTES, WeekLedger, last_over, week_ledger
from presence.patrimoine import queries as patrimoine
from presence.planning.requested import quota_of, quotas_of, requests
from presence.planning.requests import (
    MOST_CHARACTERS,
    Asked,
    Decision,
    answer_request,
    ask_for_visit,
    withdraw_request,
)
from presence.web import programme_view as view
from presence.web.edge import page, see_other
from presence.web.forms import date_of, member, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import OrganisationKind, Permission
from tenants.scheme import contracts

blueprint = Blueprint("programme", __name__)
Refusal = Invalid | Conflict


@blueprint.get("/programme")
@page(Permission.READ_PLANNING)
def read_programme(session: Session, identity: Identity) -> ResponseReturnValue:
    """A week of the bailleur's own: due, made, planned, missing; tonight; its requests."""
    return _programme(session, identity)


@blueprint.post("/programme/demandes")
@page(Permission.REQUEST_VISITS)
def ask(session: Session, identity: Identity) -> ResponseReturnValue:
    """Ask for a visit of a residence, or of one of its halls."""
    form = request.form
    try:
        with session.begin_nested():
            hall = form.get("hall")
            asked = Asked(
                uuid_of(form.get("cle"), "cle"),
                uuid_of(form.get("residence"), "residence"),
                date_of(form.get("soiree"), "soiree"),
                uuid_of(hall, "hall") if hall else None,
                form.get("note", ""),
            )
            row = ask_for_visit(session, asked)
    except (Invalid, Conflict) as error:
        return _programme(session, identity, error), 422
    quota = quota_of(session, row.scheme_id, row.bailleur_id, row.wanted_on)
    flash(f"Demande envoyée{f' : {quota.words}' if quota else ''}.")
    return see_other("programme.read_programme", **_week_named(), _anchor="demandes")


@blueprint.post("/programme/demandes/<uuid:request_id>/retirer")
@page(Permission.REQUEST_VISITS)
def withdraw(session: Session, identity: Identity, request_id: UUID) -> ResponseReturnValue:
    """Withdraw a request that waits."""
    try:
        withdraw_request(session, request_id)
    except Conflict as error:
        return _programme(session, identity, error), 422
    flash("Demande retirée : elle ne compte plus dans le quota.")
    return see_other("programme.read_programme", **_week_named(), _anchor="demandes")


@blueprint.get("/passages-dus")
@page(Permission.PLAN_EVENINGS)
def read_due(session: Session, _: Identity) -> ResponseReturnValue:
    """A week of every bailleur under contract, and the requests that wait."""
    return _due(session)


@blueprint.post("/passages-dus/demandes/<uuid:request_id>/reponse")
@page(Permission.PLAN_EVENINGS)
def answer(session: Session, _: Identity, request_id: UUID) -> ResponseReturnValue:
    """Accept a request, or refuse it with a reason."""
    form = request.form
    try:
        with session.begin_nested():
            decision = member(Decision, form.get("reponse"), "reponse")
            reason = form.get("motif") if decision is Decision.REFUSED else None
            answer_request(session, request_id, decision, reason)
    except (Invalid, Conflict) as error:
        return _due(session, error, request_id), 422
    if decision is Decision.ACCEPTED:
        flash("Demande acceptée : elle entrera dans les tournées de la soirée.")
    else:
        flash("Demande refusée : le bailleur lira le motif.")
    return see_other("programme.read_due", **_week_named())


def _programme(session: Session, identity: Identity, refused: Refusal | None = None) -> str:
    if identity.organisation_kind is not OrganisationKind.BAILLEUR:
        abort(403)
    scheme, own = chosen_scheme(session), identity.organisation_id
    ledger = _ledger(session, scheme.id)
    week = view.week_of(ledger, last_over(session))
    rows = view.rows_of(session, ledger).get(own, [])
    first = evening_of(now(session)) + timedelta(days=1)
    lines = requests(session, scheme_id=scheme.id, from_on=first_of_month(ledger.days[0]))
    return render_template(
        "programme/programme.html",
        week=week,
        answer=view.sentence_of(ledger.overall, week),
        extra=ledger.overall.extra,
        rows=_shown(rows),
        hidden=len(rows) - len(_shown(rows)),
        deficits=view.deficits_of(ledger),
        most=view.MOST_SENTENCES,
        tonight=view.tonight_of(session, scheme.id, own) if week.runs else None,
        requests=view.requests_of(session, lines),
        quota=quota_of(session, scheme.id, own, max(first, ledger.days[0])),
        may_ask=identity.may(Permission.REQUEST_VISITS),
        form=_form(session, rows, first),
        refused=refused,
    )


def _form(session: Session, rows: Sequence[view.Row], first: date) -> dict[str, object]:
    """The form of a request: what was typed, or the residence chosen in the table."""
    chosen = request.form.get("residence") or request.args.get("demander", "")
    place = next((row.place for row in rows if str(row.place.id) == chosen), None)
    return {
        "key": request.form.get("cle") or uuid4(),
        "given": request.form,
        "place": place,
        "halls": patrimoine.entrances(session, [place.id]) if place else [],
        "places": sorted((row.place for row in rows), key=lambda place: place.name),
        "first": first,
        "most": MOST_CHARACTERS,
    }


def _due(session: Session, refused: Refusal | None = None, answered: UUID | None = None) -> str:
    scheme = chosen_scheme(session)
    ledger = _ledger(session, scheme.id)
    week = view.week_of(ledger, last_over(session))
    names = {c.bailleur_id: c.bailleur_name for c in contracts(session) if c.scheme_id == scheme.id}
    waiting = requests(session, scheme_id=scheme.id, states=[RequestState.PENDING])
    return render_template(
        "programme/due.html",
        scheme=scheme,
        week=week,
        answer=view.sentence_of(ledger.overall, week),
        groups=_groups(session, ledger, week, names),
        capacity=ledger.capacity,
        at_risk=ledger.overall.at_risk,
        waiting=view.requests_of(session, waiting)[::-1],
        quotas=quotas_of(session, waiting),
        names=names,
        over=evening_of(now(session)),
        rule=RULE,
        minutes=STOP_MINUTES,
        most=MOST_CHARACTERS,
        given=request.form,
        refused=refused,
        answered=answered,
    )


def _groups(
    session: Session, ledger: WeekLedger, week: view.Week, names: dict[int, str]
) -> list[dict[str, object]]:
    """Each bailleur: its sentence, whether it is served like the others, its residences."""
    rows = view.rows_of(session, ledger)
    found: list[dict[str, object]] = []
    for owner in sorted(rows, key=lambda owner: (names.get(owner, ""), owner)):
        balance, name = ledger.owners[owner], names.get(owner, "")
        shown = _shown(rows[owner])
        found.append(
            {
                "name": name,
                "answer": view.sentence_of(balance, week),
                "fairness": None if week.is_ahead else ledger.fairness[owner],
                "at_risk": balance.at_risk,
                "rows": shown,
                "hidden": len(rows[owner]) - len(shown),
            }
        )
    return found


def _ledger(session: Session, scheme_id: int) -> WeekLedger:
    monday = view.week_asked(session, request.values.get("semaine"))
    return week_ledger(session, scheme_id, monday, last_over(session))


def _shown(rows: Sequence[view.Row]) -> Sequence[view.Row]:
    return rows if request.args.get("tout") else rows[: view.MOST_ROWS]


def _week_named() -> dict[str, str]:
    name = request.values.get("semaine", "")
    return {"semaine": name} if view.WEEK.fullmatch(name) else {}
