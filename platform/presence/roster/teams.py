"""Create and disband teams (équipes, binômes) of a scheme under contract."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.ownership import stated
from presence.roster import queries
from presence.roster.models import Shift, Team
from presence.roster.queries import TeamLine
from presence.roster.rules import line_of
from presence.roster.saving import USED_KEY, unless_taken
from tenants.database import context_of
from tenants.models import Commune
from tenants.scheme import schemes

_TAKEN_NAME = "Une équipe porte déjà ce nom dans ce dispositif : choisissez-en un autre."


@dataclass(frozen=True)
class TeamDraft:
    """A team of a scheme, and the commune that it sets out from (Insee code)."""

    scheme_id: int
    name: str
    starts_from: str | None = None


def create_team(session: Session, team_id: UUID, draft: TeamDraft) -> TeamLine:
    """Create a team in a scheme under contract, once per key; raises `Invalid`, `Conflict`."""
    name = line_of(draft.name, "name", "Donnez à l'équipe un nom de 2 à 80 caractères.")
    known = queries.team(session, team_id)
    if known is not None:
        if (known.scheme_id, known.name, known.starts_from) != (
            draft.scheme_id, name, draft.starts_from,
        ):  # fmt: skip
            raise Conflict(USED_KEY)
        return known
    if draft.scheme_id not in {scheme.id for scheme in schemes(session)}:
        raise Invalid("scheme", "Ce dispositif n'existe pas ou ne vous est pas ouvert.")
    if draft.starts_from is not None and session.get(Commune, draft.starts_from) is None:
        raise Invalid("starts_from", "Commune inconnue : donnez son code Insee, par exemple 38053.")
    named = select(Team.id).where(
        *stated(session, Team), Team.scheme_id == draft.scheme_id, Team.name == name
    )
    if session.scalar(named) is not None:
        raise Conflict(_TAKEN_NAME)
    with unless_taken(session, _TAKEN_NAME):
        session.add(
            Team(
                prestataire_id=context_of(session).own_id,
                id=team_id,
                scheme_id=draft.scheme_id,
                name=name,
                starts_from=draft.starts_from,
            )
        )
    audit.record(session, "team.created", team_id)
    return TeamLine(team_id, draft.scheme_id, name, draft.starts_from, None)


def disband_team(session: Session, team_id: UUID) -> None:
    """Disband a team from today; raises `NotFound`, or `Conflict` while shifts are planned."""
    row = session.scalar(select(Team).where(*stated(session, Team), Team.id == team_id))
    if row is None:
        raise NotFound
    if row.disbanded_on is not None:
        return
    refuse_ended(session, row.scheme_id, "team_id")
    day = today(session)
    planned = session.scalar(
        select(func.count()).where(
            *stated(session, Shift),
            Shift.team_id == team_id,
            Shift.cancelled_at.is_(None),
            Shift.evening_on >= day,
        )
    )
    if planned:
        raise Conflict(f"« {row.name} » a encore des vacations : retirez-les d'abord.")
    row.disbanded_on = day
    session.flush()
    audit.record(session, "team.disbanded", team_id)


def refuse_ended(session: Session, scheme_id: int, field: str) -> None:
    """Raise `Invalid` once no contract runs in a scheme: its roster stays as it was."""
    if scheme_id not in {scheme.id for scheme in schemes(session)}:
        told = "Votre contrat dans ce dispositif est terminé : son planning ne se change plus."
        raise Invalid(field, told)
