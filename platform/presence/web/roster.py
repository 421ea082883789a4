"""« Équipes » (P2): the week, team by evening; shifts, last week copied, swaps answered."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.formats import long_date
from presence.patrimoine.queries import communes
from presence.roster import calendars, queries
from presence.roster.copying import repeat_last_week
from presence.roster.rules import DAYS, SwapAnswer, card_refusal, monday_of
from presence.roster.shifts import ShiftDraft, cancel_shift, plan_shift
from presence.roster.swaps import answer_swap, swaps
from presence.roster.teams import TeamDraft, create_team, disband_team
from presence.roster.weeks import Week, week_of
from presence.web.edge import page, see_other
from presence.web.forms import date_of, hour_of, member, uuid_of
from presence.web.scheme_choice import chosen_scheme
from tenants.roles import Permission

blueprint = Blueprint("roster", __name__, url_prefix="/equipes")
# What waits for the next page travels in a cookie: it holds no more.
MOST_REASONS = 6


@blueprint.get("")
@page(Permission.MANAGE_ROSTER)
def read_week(session: Session, _: Identity) -> ResponseReturnValue:
    """A week, by any of its days (`?semaine=`): who walks, what is missing."""
    asked = request.args.get("semaine")
    return _week_page(session, date_of(asked, "semaine") if asked else None)


@blueprint.post("")
@page(Permission.MANAGE_ROSTER)
def create(session: Session, _: Identity) -> ResponseReturnValue:
    """Create a team."""
    form = request.form
    try:
        draft = TeamDraft(
            chosen_scheme(session).id, form.get("nom", ""), form.get("commune") or None
        )
        with session.begin_nested():
            create_team(session, uuid_of(form.get("cle"), "cle"), draft)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash("Équipe créée : affectez-lui deux agents par soirée.")
    return _back()


@blueprint.post("/<uuid:team_id>/dissoudre")
@page(Permission.MANAGE_ROSTER)
def disband(session: Session, _: Identity, team_id: UUID) -> ResponseReturnValue:
    """Disband a team that has nothing planned."""
    try:
        disband_team(session, team_id)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash("Équipe dissoute.")
    return _back()


@blueprint.post("/vacations")
@page(Permission.MANAGE_ROSTER)
def plan(session: Session, _: Identity) -> ResponseReturnValue:
    """Assign an agent to a team for an evening."""
    form = request.form
    try:
        draft = ShiftDraft(
            uuid_of(form.get("equipe"), "equipe"),
            uuid_of(form["agent"], "agent") if form.get("agent") else _nobody(),
            date_of(form.get("soiree"), "soiree"),
            hour_of(form["de"], "de") if form.get("de") else None,
            hour_of(form["a"], "a") if form.get("a") else None,
        )
        with session.begin_nested():
            line = plan_shift(session, uuid_of(form.get("cle"), "cle"), draft)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash(f"{line.agent.display_name} est de service avec « {line.team.name} ».")
    return _back(line.evening_on)


@blueprint.post("/vacations/<uuid:shift_id>/annuler")
@page(Permission.MANAGE_ROSTER)
def cancel(session: Session, _: Identity, shift_id: UUID) -> ResponseReturnValue:
    """Cancel a shift."""
    try:
        cancel_shift(session, shift_id)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash("Vacation annulée.")
    return _back()


@blueprint.post("/reprendre")
@page(Permission.MANAGE_ROSTER)
def repeat(session: Session, _: Identity) -> ResponseReturnValue:
    """Copy the week before; what was left is listed with its reasons."""
    try:
        monday = date_of(request.form.get("semaine"), "semaine")
        copied = repeat_last_week(session, chosen_scheme(session).id, monday)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash(copied.words)
    for reason in copied.reasons[:MOST_REASONS]:
        flash(reason, "error")
    if len(copied.reasons) > MOST_REASONS:
        flash(f"Et {len(copied.reasons) - MOST_REASONS} autres raisons.", "error")
    return _back(monday)


@blueprint.post("/echanges/<uuid:swap_id>")
@page(Permission.MANAGE_ROSTER)
def decide(session: Session, _: Identity, swap_id: UUID) -> ResponseReturnValue:
    """Accept or refuse a swap: the shift changes hands at once."""
    try:
        answer = member(SwapAnswer, request.form.get("reponse"), "reponse")
        with session.begin_nested():
            answer_swap(session, swap_id, answer, planner=True)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    flash("Échange accepté." if answer is SwapAnswer.ACCEPTED else "Échange refusé.")
    return _back()


@blueprint.post("/<uuid:team_id>/agenda")
@page(Permission.MANAGE_ROSTER)
def create_link(session: Session, _: Identity, team_id: UUID) -> ResponseReturnValue:
    """Create a calendar's secret address: shown on this page, and never again."""
    try:
        secret = calendars.create_link(session, uuid_of(request.form.get("cle"), "cle"), team_id)
    except (Invalid, Conflict) as error:
        return _refused(session, error)
    path = url_for("calendar.read_calendar", secret=secret)
    return render_template(
        "roster/link.html",
        team=queries.team(session, team_id),
        address=current_app.config["PUBLIC_URL"].rstrip("/") + path,
    )


@blueprint.post("/agendas/<uuid:link_id>/revoquer")
@page(Permission.MANAGE_ROSTER)
def revoke_link(session: Session, _: Identity, link_id: UUID) -> ResponseReturnValue:
    """Revoke a calendar's address."""
    calendars.revoke_link(session, link_id)
    flash("Adresse révoquée : l'agenda ne se met plus à jour.")
    return _back()


def _nobody() -> UUID:
    raise Invalid("agent", "Choisissez un agent dans la liste.")


def _back(day: date | None = None) -> ResponseReturnValue:
    week = monday_of(day) if day else request.form.get("semaine") or None
    return see_other("roster.read_week", semaine=week, dispositif=request.form.get("dispositif"))


def _refused(session: Session, error: Invalid | Conflict) -> ResponseReturnValue:
    try:
        day = date_of(request.form.get("soiree") or request.form.get("semaine"), "semaine")
    except Invalid:
        day = None
    return _week_page(session, day, error), 409 if isinstance(error, Conflict) else 422


def _week_page(session: Session, day: date | None, refused: DomainError | None = None) -> str:
    try:
        scheme = chosen_scheme(session)
    except NotFound:
        return render_template("roster/none.html")
    now = today(session)
    week = week_of(session, scheme.id, day or now)
    return render_template(
        "roster/week.html",
        scheme=scheme,
        week=week,
        title=_title(week),
        today=now,
        before=week.monday - timedelta(days=DAYS),
        after=week.monday + timedelta(days=DAYS),
        missing=week.missing_from(now),
        open=week.monday >= monday_of(now),
        choices=_choices(session, week, now),
        waiting=swaps(session, waiting=True),
        links=calendars.links(session),
        communes=sorted(communes(session).items(), key=lambda item: item[1]),
        answers=list(SwapAnswer),
        new_key=uuid4,
        refused=refused,
        given=request.form,
    )


def _title(week: Week) -> str:
    """« Semaine du 2 au 8 décembre 2013 »."""
    first, last = week.days[0], week.days[-1]
    if first.month == last.month:
        return f"Semaine du {first.day if first.day > 1 else '1er'} au {_plain(last)}"
    return f"Semaine du {long_date(first, weekday=False, year=False)} au {_plain(last)}"


def _plain(day: date) -> str:
    return long_date(day, weekday=False)


def _choices(
    session: Session, week: Week, now: date
) -> dict[date, list[tuple[queries.AgentLine, str, bool]]]:
    """For each evening, the agents with what keeps them from it, and whether they may be chosen."""
    people = queries.agents(session)
    busy = {
        (cell.evening_on, line.agent.id): f"avec {row.team.name}"
        for row in week.rows
        for cell in row.cells
        for line in cell.shifts
    }
    return {
        day: [
            (person, busy.get((day, person.id), ""), True)
            if card_refusal(person.display_name, person.card_valid_until, day, now) is None
            else (person, "carte expirée", False)
            for person in people
            if person.is_there_on(day)
        ]
        for day in week.days
    }
