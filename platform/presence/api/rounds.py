"""Endpoints of rounds (tournées): prepared, edited and published by the prestataire."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.door import KEYED, Door, Sent
from presence.api.schemes import only_scheme
from presence.kernel.errors import Invalid, NotFound
from presence.rounds import drafting, editing, publishing
from presence.rounds.editing import Where
from presence.rounds.view import RoundsView, StopView, rounds_by_id, rounds_of_evening
from presence.schemas.base import NothingIn, Shape
from presence.schemas.fields import Day, Id
from presence.schemas.rounds import AddedStopIn, RoundsIn, RoundsOut, StopIn
from tenants.roles import Permission
from tenants.scheme import schemes

door = Door("rounds", "Les tournées d'une soirée, tous bailleurs ensemble : chez le prestataire.")
DOORS = (door,)


class EveningAsked(Shape):
    """Which evening, of which scheme."""

    evening = Day(required=True)
    scheme = Id(load_default=None, allow_none=True)


@door.get("", Permission.PLAN_EVENINGS, RoundsOut, Sent(query=EveningAsked))
def read_rounds(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les dernières tournées préparées pour une soirée."""
    scheme = only_scheme(schemes(session), asked["scheme"])
    return _dumped(rounds_of_evening(session, scheme.id, asked["evening"]))


@door.post("", Permission.PLAN_EVENINGS, (202, RoundsOut), Sent(body=RoundsIn, key=KEYED))
def post_rounds(
    session: Session, _: Identity, key: UUID, body: dict[str, Any]
) -> dict[str, object]:
    """Demander les tournées d'une soirée ; le calcul suit dans les secondes qui viennent."""
    scheme = only_scheme(schemes(session), body["scheme"])
    evening: date = body["evening"]
    made = drafting.ask_for_rounds(session, scheme.id, evening, key)
    return _dumped(rounds_by_id(session, made.id))


@door.get("/<uuid:plan_id>", Permission.PLAN_EVENINGS, RoundsOut)
def read_plan(session: Session, _: Identity, plan_id: UUID) -> dict[str, object]:
    """Une version des tournées d'une soirée."""
    return _dumped(rounds_by_id(session, plan_id))


@door.put(
    "/<uuid:plan_id>/stops/<uuid:stop_id>", Permission.PLAN_EVENINGS, RoundsOut, Sent(body=StopIn)
)
def put_stop(
    session: Session, _: Identity, body: dict[str, Any], plan_id: UUID, stop_id: UUID
) -> dict[str, object]:
    """Donner un arrêt à une équipe, ou le retirer avec un motif."""
    if not editing.has_stop(session, plan_id, stop_id):
        raise NotFound
    if (body["team_id"] is None) == (body["why"] is None):
        raise Invalid("team_id", "Donnez une équipe, ou le motif du retrait.")
    if body["why"] is not None:
        editing.give_up_stop(session, plan_id, stop_id, body["why"])
    else:
        editing.place_stop(session, plan_id, stop_id, Where(body["team_id"], body["rank"]))
    return _dumped(rounds_by_id(session, plan_id))


@door.put("/<uuid:plan_id>/stops", Permission.PLAN_EVENINGS, RoundsOut, Sent(body=AddedStopIn))
def put_added_stop(
    session: Session, _: Identity, body: dict[str, Any], plan_id: UUID
) -> dict[str, object]:
    """Ajouter un hall qui n'était pas demandé ce soir-là."""
    where = Where(body["team_id"], body["rank"])
    editing.add_stop(session, plan_id, body["entrance_id"], where)
    return _dumped(rounds_by_id(session, plan_id))


@door.put("/<uuid:plan_id>/publication", Permission.PLAN_EVENINGS, RoundsOut, Sent(body=NothingIn))
def put_publication(
    session: Session, _: Identity, __: dict[str, Any], plan_id: UUID
) -> dict[str, object]:
    """Publier : chaque équipe a sa tournée, chaque bailleur ses propres passages."""
    if rounds_by_id(session, plan_id).published_at is None:
        publishing.publish_rounds(session, plan_id)
    return _dumped(rounds_by_id(session, plan_id))


def _dumped(view: RoundsView) -> dict[str, object]:
    return {
        "id": view.id,
        "evening": view.evening_on,
        "version": view.version,
        "state": view.state,
        "method": view.method,
        "published_at": view.published_at,
        "error": view.error,
        "teams": [
            {
                "id": team.id,
                "name": team.name,
                "opened": len(team.opened),
                "awaited": team.awaited,
                "stops": [_stop(stop) for stop in team.stops],
            }
            for team in view.teams
        ],
        "given_up": [_stop(stop) for stop in view.given_up],
    }


def _stop(stop: StopView) -> dict[str, object]:
    shown = (
        "id", "entrance_id", "label", "bailleur", "rank", "arrives_at", "source", "reasons",
        "given_up_why",
    )  # fmt: skip
    told = asdict(stop)
    return {name: told[name] for name in shown} | {"reasons": list(stop.reasons)}
