"""« Tournées »: the chief prepares an evening and publishes it; an agent opens the own round."""

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import tonight
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.formats import count
from presence.kernel.nomenclature import RoundState
from presence.roster.queries import teams_on_duty
from presence.rounds import drafting, editing, publishing
from presence.rounds.editing import Where
from presence.rounds.evening import evening
from presence.rounds.view import RoundsView, own_round, rounds_of
from presence.routing.priority import RULE
from presence.web.edge import page, see_other
from presence.web.forms import date_of, uuid_of, whole
from presence.web.handover import handover_block
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("rounds", __name__)
GIVE_UP = "retirer"
MOST_RANK = 200


@blueprint.get("/tournees")
@page(Permission.PLAN_EVENINGS)
def read_rounds(session: Session, _: Identity) -> ResponseReturnValue:
    """An evening's rounds: what is wanted, who walks, what was given up and why."""
    return _page(session, _evening(session))


@blueprint.post("/tournees")
@page(Permission.PLAN_EVENINGS)
def ask(session: Session, _: Identity) -> ResponseReturnValue:
    """Ask for the rounds of an evening: the worker draws them up."""
    try:
        evening_on = date_of(request.form.get("soiree"), "soiree")
        scheme = chosen_scheme(session)
        drafting.ask_for_rounds(session, scheme.id, evening_on)
    except (Invalid, Conflict) as error:
        return _page(session, tonight(session), error), 422
    return see_other("rounds.read_rounds", soiree=evening_on.isoformat())


@blueprint.post("/tournees/<uuid:plan_id>/arrets")
@page(Permission.PLAN_EVENINGS)
def edit(session: Session, _: Identity, plan_id: UUID) -> ResponseReturnValue:
    """Give a stop to a team at a rank, or take it out with a reason."""
    evening_on = drafting.own_plan(session, plan_id).evening_on
    form = request.form
    try:
        with session.begin_nested():
            stop_id = uuid_of(form.get("arret"), "arret")
            if form.get("equipe") == GIVE_UP:
                editing.give_up_stop(session, plan_id, stop_id, form.get("motif", ""))
            else:
                rank = form.get("rang")
                where = Where(
                    uuid_of(form.get("equipe"), "equipe"),
                    whole(rank, "rang", least=1, most=MOST_RANK) if rank else None,
                )
                editing.place_stop(session, plan_id, stop_id, where)
    except (Invalid, Conflict) as error:
        return _page(session, evening_on, error), 422
    flash("Tournées modifiées ; les heures sont recalculées.")
    return see_other("rounds.read_rounds", soiree=evening_on.isoformat())


@blueprint.post("/tournees/<uuid:plan_id>/publication")
@page(Permission.PLAN_EVENINGS)
def publish(session: Session, _: Identity, plan_id: UUID) -> ResponseReturnValue:
    """Publish a draft to the teams, and to each bailleur its own visits."""
    evening_on = drafting.own_plan(session, plan_id).evening_on
    try:
        with session.begin_nested():
            publishing.publish_rounds(session, plan_id)
    except (Invalid, Conflict) as error:
        return _page(session, evening_on, error), 422
    flash("Tournées publiées : chaque équipe a la sienne, chaque bailleur ses propres passages.")
    return see_other("rounds.read_rounds", soiree=evening_on.isoformat())


@blueprint.get("/ma-tournee")
@page(Permission.READ_EVENING)
def read_own(session: Session, identity: Identity) -> ResponseReturnValue:
    """The own team's round tonight, in order."""
    evening_on = tonight(session)
    scheme = chosen_scheme(session)
    found = own_round(session, scheme.id, evening_on, identity.account_id)
    book = handover_block(session, scheme.id, evening_on, identity.account_id)
    return render_template("rounds/own.html", evening_on=evening_on, found=found, handover=book)


@blueprint.post("/ma-tournee/<uuid:plan_id>/ouverture")
@page(Permission.READ_EVENING)
def open_own(session: Session, identity: Identity, plan_id: UUID) -> ResponseReturnValue:
    """Say that one has seen the own round; the chief reads it."""
    found = own_round(session, chosen_scheme(session).id, tonight(session), identity.account_id)
    if found is None or found[0].id != plan_id:
        raise NotFound
    publishing.note_opening(session, plan_id)
    flash("Le chef d'équipe sait que vous avez vu votre tournée.")
    return see_other("rounds.read_own")


def _evening(session: Session) -> date:
    asked = request.args.get("soiree")
    try:
        return date_of(asked, "soiree") if asked else tonight(session)
    except Invalid:
        return tonight(session)


def _page(session: Session, evening_on: date, refused: Invalid | Conflict | None = None) -> str:
    scheme = chosen_scheme(session)
    draft = rounds_of(
        session, scheme.id, evening_on, [RoundState.ASKED, RoundState.DRAFT, RoundState.FAILED]
    )
    published = rounds_of(session, scheme.id, evening_on, [RoundState.PUBLISHED])
    if draft and published and published.version > draft.version:
        draft = None
    shown = draft or published
    wanted, closed = _wanted(session, scheme.id, evening_on)
    duty = teams_on_duty(session, scheme.id, evening_on)
    return render_template(
        "rounds/rounds.html",
        scheme=scheme,
        evening_on=evening_on,
        before=evening_on - timedelta(days=1),
        after=evening_on + timedelta(days=1),
        rounds=shown,
        published=published,
        sentence=_sentence(shown, wanted, len(duty)),
        duty=duty,
        wanted=wanted,
        closed=closed,
        editable=shown is not None and shown.state is RoundState.DRAFT,
        past=evening_on < tonight(session),
        rule=RULE,
        give_up=GIVE_UP,
        refused=refused,
    )


def _wanted(session: Session, scheme_id: int, evening_on: date) -> tuple[int, str | None]:
    """How many stops an evening asks for, or why it is not served."""
    try:
        return len(evening(session, scheme_id, evening_on).wanted), None
    except Invalid as error:
        return 0, error.message


def _sentence(shown: RoundsView | None, wanted: int, teams: int) -> str:
    duty = f"{count(teams, 'équipe')} de service" if teams else "aucune équipe de service"
    if shown is None:
        return f"{count(wanted, 'passage demandé', 'passages demandés')}, {duty}."
    if shown.state is RoundState.ASKED:
        return "Calcul en cours : les tournées arrivent dans quelques secondes."
    if shown.state is RoundState.FAILED:
        return f"Le calcul n'a pas abouti. {shown.error or ''}"
    given = f"{count(shown.served, 'arrêt')} sur {shown.wanted} dans les tournées"
    left = len(shown.given_up)
    rest = f", {count(left, 'laissé de côté', 'laissés de côté')}" if left else ""
    return f"{given}{rest} ; {duty}."
