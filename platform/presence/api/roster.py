"""Endpoints of the roster (effectif): agents, teams, shifts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import page, window
from presence.api.schemes import only_scheme, public_ids
from presence.kernel.clock import today
from presence.kernel.errors import NotFound
from presence.roster import queries, services, teams
from presence.roster.queries import AgentLine, ShiftLine, TeamLine
from presence.roster.rules import days_of_week, monday_of
from presence.roster.shifts import ShiftDraft, cancel_shift, plan_shift
from presence.schemas.base import PageIn, page_of
from presence.schemas.roster import (
    AgentIn,
    AgentOut,
    ShiftIn,
    ShiftOut,
    TeamIn,
    TeamOut,
    WeekIn,
)
from tenants.roles import Permission
from tenants.scheme import schemes

agents_door = Door("agents", "Les agents du prestataire, leurs cartes et leurs formations.")
teams_door = Door("teams", "Les équipes (binômes) d'un dispositif.")
shifts_door = Door("shifts", "Les vacations : qui, dans quelle équipe, quelle soirée.")
DOORS = (agents_door, teams_door, shifts_door)
# One shape in the document, whichever route answers it.
SHIFTS = page_of(ShiftOut)
PLANNER, WALKER = Permission.MANAGE_ROSTER, Permission.RECORD_ACTIVITY


@agents_door.get("", PLANNER, page_of(AgentOut), Sent(query=PageIn))
def list_agents(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Agents, par nom, avec leurs formations."""
    rows = sorted(queries.agents(session), key=_by_name)
    rows = window(rows, asked, _by_name, str, UUID)
    trainings = queries.trainings(session)
    return page(rows, asked["limit"], _by_name, lambda row: _agent(row, trainings.get(row.id, ())))


@agents_door.post("", PLANNER, (201, AgentOut), Sent(body=AgentIn, key=KEYED))
def add_agent(session: Session, _: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Ajouter un agent."""
    services.add_agent(session, key, _draft(body))
    return _read_agent(session, key)


@agents_door.put("/<uuid:agent_id>", PLANNER, AgentOut, Sent(body=AgentIn))
def put_agent(
    session: Session, _: Identity, body: dict[str, Any], agent_id: UUID
) -> dict[str, object]:
    """Modifier la fiche d'un agent : toutes ses données à la fois."""
    services.change_agent(session, agent_id, _draft(body))
    return _read_agent(session, agent_id)


@teams_door.get("", PLANNER, page_of(TeamOut), Sent(query=PageIn))
def list_teams(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Équipes, par nom."""
    rows = sorted(queries.teams(session), key=_by_team)
    known = public_ids(session)
    return page(
        window(rows, asked, _by_team, str, UUID),
        asked["limit"],
        _by_team,
        lambda row: _team(row, known.get(row.scheme_id)),
    )


@teams_door.post("", PLANNER, (201, TeamOut), Sent(body=TeamIn, key=KEYED))
def create_team(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Créer une équipe."""
    scheme = only_scheme(schemes(session), body["scheme"])
    draft = teams.TeamDraft(scheme.id, body["name"], body["starts_from"])
    return _team(teams.create_team(session, key, draft), scheme.public_id)


@shifts_door.get("", PLANNER, SHIFTS, Sent(query=WeekIn))
def list_shifts(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Vacations d'une semaine, dans l'ordre."""
    scheme = only_scheme(schemes(session), asked["scheme"])
    days = days_of_week(monday_of(asked["week"] or today(session)))
    return _shifts(queries.shifts_between(session, scheme.id, days[0], days[-1]), asked)


@shifts_door.get("/own", WALKER, SHIFTS, Sent(query=WeekIn))
def list_own_shifts(
    session: Session, identity: Identity, asked: dict[str, Any]
) -> dict[str, object]:
    """Ses propres vacations d'une semaine, et celles de son binôme."""
    own = queries.agent_of_account(session, identity.account_id)
    days = days_of_week(monday_of(asked["week"] or today(session)))
    found = queries.shifts_beside(session, own.id, days[0], days[-1]) if own else []
    return _shifts(found, asked)


@shifts_door.post("", PLANNER, (201, ShiftOut), Sent(body=ShiftIn, key=KEYED))
def plan(session: Session, _: Identity, key: UUID, body: dict[str, Any]) -> dict[str, object]:
    """Planifier une vacation, dans les heures du service."""
    draft = ShiftDraft(
        body["team_id"], body["agent_id"], body["evening"], body["from_time"], body["to_time"]
    )
    return _shift(plan_shift(session, key, draft))


@shifts_door.delete("/<uuid:shift_id>", PLANNER)
def cancel(session: Session, _: Identity, shift_id: UUID) -> None:
    """Annuler une vacation ; l'échange demandé pour elle tombe."""
    cancel_shift(session, shift_id)


def _draft(body: dict[str, Any]) -> services.AgentDraft:
    return services.AgentDraft(
        body["name"], body["job_kind"], body["card_number"], body["card_valid_until"],
        body["account_id"], body["left_on"],
    )  # fmt: skip


def _read_agent(session: Session, agent_id: UUID) -> dict[str, object]:
    row = queries.agent(session, agent_id)
    if row is None:
        raise NotFound
    return _agent(row, queries.trainings(session, agent_id).get(agent_id, ()))


def _agent(row: AgentLine, trainings: Sequence[queries.TrainingLine]) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.display_name,
        "job_kind": row.job_kind,
        "card_number": row.card_number,
        "card_valid_until": row.card_valid_until,
        "account_id": row.account_id,
        "left_on": row.left_on,
        "trainings": [
            {"label": item.label, "taken_on": item.taken_on, "expires_on": item.expires_on}
            for item in trainings
        ],
    }


def _team(row: TeamLine, scheme: UUID | None) -> dict[str, object]:
    return {"id": row.id, "name": row.name, "starts_from": row.starts_from, "scheme": scheme}


def _shifts(found: Sequence[ShiftLine], asked: dict[str, Any]) -> dict[str, object]:
    rows = window(sorted(found, key=_by_start), asked, _by_start, datetime, UUID)
    return page(rows, asked["limit"], _by_start, _shift)


def _shift(row: ShiftLine) -> dict[str, object]:
    return {
        "id": row.id,
        "team_id": row.team.id,
        "team": row.team.name,
        "agent_id": row.agent.id,
        "evening": row.evening_on,
        "starts_at": row.starts_at.astimezone(UTC),
        "ends_at": row.ends_at.astimezone(UTC),
    }


def _by_name(row: AgentLine) -> tuple[str, UUID]:
    return row.display_name, row.id


def _by_team(row: TeamLine) -> tuple[str, UUID]:
    return row.name, row.id


def _by_start(row: ShiftLine) -> tuple[datetime, UUID]:
    return row.starts_at.astimezone(UTC), row.id
