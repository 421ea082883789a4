"""« Agents »: cards and trainings, what expires first; one agent's own page."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.nomenclature import JobKind
from presence.members.queries import Member, members
from presence.roster import files, queries
from presence.roster.services import (
    AgentDraft,
    TrainingDraft,
    add_agent,
    add_training,
    change_agent,
)
from presence.web.edge import page, see_other
from presence.web.forms import date_of, member, uuid_of
from tenants.roles import Permission

blueprint = Blueprint("agents", __name__, url_prefix="/equipes/agents")
# How far ahead an agent's page shows shifts.
AHEAD = timedelta(weeks=4)


@blueprint.get("")
@page(Permission.MANAGE_ROSTER)
def read_agents(session: Session, identity: Identity) -> ResponseReturnValue:
    """Everybody; whose card or training expires within sixty days comes first."""
    return _page(session, identity)


@blueprint.post("")
@page(Permission.MANAGE_ROSTER)
def add(session: Session, identity: Identity) -> ResponseReturnValue:
    """Take an agent in."""
    try:
        with session.begin_nested():
            add_agent(session, uuid_of(request.form.get("cle"), "cle"), _draft())
    except (Invalid, Conflict) as error:
        return _page(session, identity, error), _status(error)
    flash("Agent ajouté.")
    return see_other("agents.read_agents")


@blueprint.get("/<uuid:agent_id>")
@page(Permission.MANAGE_ROSTER)
def read_agent(session: Session, identity: Identity, agent_id: UUID) -> ResponseReturnValue:
    """One agent: card, account, trainings, shifts to come."""
    return _agent_page(session, identity, agent_id)


@blueprint.post("/<uuid:agent_id>")
@page(Permission.MANAGE_ROSTER)
def change(session: Session, identity: Identity, agent_id: UUID) -> ResponseReturnValue:
    """Change what is kept of an agent."""
    try:
        with session.begin_nested():
            change_agent(session, agent_id, _draft())
    except (Invalid, Conflict) as error:
        return _agent_page(session, identity, agent_id, error), _status(error)
    flash("Fiche enregistrée.")
    return see_other("agents.read_agent", agent_id=agent_id)


@blueprint.post("/<uuid:agent_id>/formations")
@page(Permission.MANAGE_ROSTER)
def train(session: Session, identity: Identity, agent_id: UUID) -> ResponseReturnValue:
    """Note a training."""
    form = request.form
    try:
        draft = TrainingDraft(
            form.get("formation", ""), date_of(form.get("suivie"), "suivie"), _day("fin")
        )
        with session.begin_nested():
            add_training(session, agent_id, draft)
    except (Invalid, Conflict) as error:
        return _agent_page(session, identity, agent_id, error), _status(error)
    flash("Formation notée.")
    return see_other("agents.read_agent", agent_id=agent_id)


def _draft() -> AgentDraft:
    form = request.form
    return AgentDraft(
        form.get("nom", ""),
        member(JobKind, form.get("metier"), "metier"),
        form.get("carte") or None,
        _day("valable"),
        uuid_of(form["compte"], "compte") if form.get("compte") else None,
        _day("depart"),
    )


def _day(field: str) -> date | None:
    text = request.form.get(field)
    return date_of(text, field) if text else None


def _status(error: DomainError) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _page(session: Session, identity: Identity, refused: DomainError | None = None) -> str:
    found = files.agent_files(session)
    return render_template(
        "roster/agents.html",
        files=found,
        urgent=[item for item in found if item.alerts],
        refused=refused,
        **_choices(session, identity, None),
    )


def _agent_page(
    session: Session, identity: Identity, agent_id: UUID, refused: DomainError | None = None
) -> str:
    found = files.agent_file(session, agent_id)
    if found is None:
        raise NotFound
    now = today(session)
    return render_template(
        "roster/agent.html",
        file=found,
        agent=found.agent,
        shifts=queries.shifts_of_agent(session, agent_id, now, now + AHEAD),
        refused=refused,
        **_choices(session, identity, found.agent),
    )


def _choices(
    session: Session, identity: Identity, own: queries.AgentLine | None
) -> dict[str, object]:
    linked = {row.account_id for row in queries.agents(session, left=True)}
    free = linked - {own.account_id} if own else linked
    people: list[Member] = [
        person
        for person in members(identity)
        if person.closed_at is None and person.account_id not in free
    ]
    return {
        "kinds": list(JobKind),
        "accounts": people,
        "today": today(session),
        "new_key": uuid4,
        "given": request.form,
    }
