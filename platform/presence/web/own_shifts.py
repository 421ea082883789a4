"""« Mes vacations »: an agent's own shifts with the team, and the swaps asked or to be answered."""

from datetime import date, timedelta
from itertools import groupby
from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import now, tonight
from presence.kernel.errors import Conflict, DomainError, Invalid
from presence.kernel.nomenclature import SwapState
from presence.roster import queries
from presence.roster.queries import AgentLine, ShiftLine
from presence.roster.rules import SwapAnswer
from presence.roster.swaps import SwapDraft, answer_swap, ask_swap, swaps, withdraw_swap
from presence.web.edge import page, see_other
from presence.web.forms import member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("own_shifts", __name__, url_prefix="/mes-vacations")
AHEAD = timedelta(weeks=4)
LAST_ANSWERED = 5


@blueprint.get("")
@page(Permission.RECORD_ACTIVITY)
def read_own(session: Session, identity: Identity) -> ResponseReturnValue:
    """The next four weeks."""
    return _page(session, identity)


@blueprint.post("/echanges")
@page(Permission.RECORD_ACTIVITY)
def ask(session: Session, identity: Identity) -> ResponseReturnValue:
    """Ask a colleague to take a shift, with a reason."""
    form = request.form
    try:
        draft = SwapDraft(
            uuid_of(form.get("vacation"), "vacation"),
            uuid_of(form["agent"], "agent") if form.get("agent") else _nobody(),
            form.get("motif", ""),
        )
        with session.begin_nested():
            line = ask_swap(session, uuid_of(form.get("cle"), "cle"), draft, planner=False)
    except (Invalid, Conflict) as error:
        return _refused(session, identity, error)
    flash(f"Demande envoyée à {line.to_agent.display_name} et à ceux qui tiennent le planning.")
    return see_other("own_shifts.read_own")


@blueprint.post("/echanges/<uuid:swap_id>")
@page(Permission.RECORD_ACTIVITY)
def answer(session: Session, identity: Identity, swap_id: UUID) -> ResponseReturnValue:
    """Answer a swap that one is asked for."""
    try:
        told = member(SwapAnswer, request.form.get("reponse"), "reponse")
        with session.begin_nested():
            answer_swap(session, swap_id, told, planner=False)
    except (Invalid, Conflict) as error:
        return _refused(session, identity, error)
    flash("La vacation est à vous." if told is SwapAnswer.ACCEPTED else "Échange refusé.")
    return see_other("own_shifts.read_own")


@blueprint.post("/echanges/<uuid:swap_id>/retirer")
@page(Permission.RECORD_ACTIVITY)
def withdraw(session: Session, identity: Identity, swap_id: UUID) -> ResponseReturnValue:
    """Take one's own request back."""
    try:
        withdraw_swap(session, swap_id, planner=False)
    except Conflict as error:
        return _refused(session, identity, error)
    flash("Demande retirée : la vacation reste à vous.")
    return see_other("own_shifts.read_own")


def _nobody() -> UUID:
    raise Invalid("agent", "Choisissez à qui vous le demandez.")


def _refused(
    session: Session, identity: Identity, error: Invalid | Conflict
) -> ResponseReturnValue:
    return _page(session, identity, error), 409 if isinstance(error, Conflict) else 422


def _page(session: Session, identity: Identity, refused: DomainError | None = None) -> str:
    own = queries.agent_of_account(session, identity.account_id)
    if own is None:
        return render_template("roster/own_none.html")
    evening_on = tonight(session)
    evenings = _evenings(session, own, evening_on)
    found = swaps(session, agent_id=own.id, limit=50)
    asked = [line for line in found if line.state is SwapState.ASKED]
    return render_template(
        "roster/own.html",
        own=own,
        evenings=evenings,
        busy=_busy(session, [line for line, _ in evenings]),
        tonight=evening_on,
        now=now(session),
        to_answer=[line for line in asked if line.to_agent.id == own.id],
        mine={line.shift_id: line for line in asked if line.from_agent.id == own.id},
        answered=[line for line in found if line.state is not SwapState.ASKED][:LAST_ANSWERED],
        colleagues=[person for person in queries.agents(session) if person.id != own.id],
        answers=list(SwapAnswer),
        new_key=uuid4,
        refused=refused,
        given=request.form,
    )


def _evenings(
    session: Session, own: AgentLine, first_on: date
) -> list[tuple[ShiftLine, list[ShiftLine]]]:
    """Each of one's shifts, with those of the people of the team that evening."""
    lines = queries.shifts_beside(session, own.id, first_on, first_on + AHEAD)
    found = []
    for _, group in groupby(lines, key=lambda line: (line.evening_on, line.team.id)):
        together = list(group)
        mates = [line for line in together if line.agent.id != own.id]
        found += [(line, mates) for line in together if line.agent.id == own.id]
    return found


def _busy(session: Session, own: list[ShiftLine]) -> set[tuple[UUID, date]]:
    """Who is on duty already on the evenings of one's shifts, in the same schemes."""
    if not own:
        return set()
    first_on, last_on = own[0].evening_on, own[-1].evening_on
    lines = [
        line
        for scheme_id in {line.scheme_id for line in own}
        for line in queries.shifts_between(session, scheme_id, first_on, last_on)
    ]
    return {(line.agent.id, line.evening_on) for line in lines}
