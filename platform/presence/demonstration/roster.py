"""The demonstration's roster: three teams, seven agents, the week that runs, one swap asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.demonstration.cast import Cast
from presence.demonstration.places import BOURGOIN, ISLE, NAMESPACE, VILLEFONTAINE
from presence.kernel.clock import today
from presence.kernel.nomenclature import JobKind
from presence.roster.calendars import create_link
from presence.roster.rules import days_of_week, monday_of
from presence.roster.services import AgentDraft, TrainingDraft, add_agent, add_training
from presence.roster.shifts import ShiftDraft, plan_shift
from presence.roster.swaps import SwapDraft, ask_swap
from presence.roster.teams import TeamDraft, create_team
from tenants.context import Context, Kind
from tenants.database import transaction

# Where they set out from, and who walks from Monday to Sunday, by initials.
TEAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Bourgoin Ouest": (BOURGOIN, ("KN", "KN", "KN", "KN", "KN", "KN", "YE")),
    "Villefontaine Nord": (VILLEFONTAINE, ("SC", "SC", "SC", "SC", "SC", "C", "S")),
    "L'Isle-d'Abeau": (ISLE, ("YE", "YE", "YE", "YE", "YE", "", "")),
}


@dataclass(frozen=True)
class Walker:
    """Somebody of the roster: days that the card still holds, None for a mediator without one."""

    name: str
    job_kind: JobKind
    card_days: int | None
    # Label, days since it was taken, days until it ends.
    training: tuple[str, int, int]
    email: str | None = None


_SST = "Sauveteur secouriste du travail"
WALKERS: dict[str, Walker] = {
    "K": Walker(
        "Karim Agent", JobKind.SECURITY, 1680, (_SST, 200, 530), "agent@prestataire.example"
    ),
    "N": Walker(
        "Nadia Chef-d'équipe", JobKind.SECURITY, 1240, (_SST, 340, 390), "chef@prestataire.example"
    ),
    "S": Walker("Samir Toussaint", JobKind.SECURITY, 23, (_SST, 150, 580)),
    "C": Walker("Chloé Fayard", JobKind.MEDIATOR, None, ("Gestion des conflits", 90, 1005)),
    "Y": Walker("Yanis Perrot", JobKind.SECURITY, 905, (_SST, 400, 330)),
    "E": Walker("Élodie Brun", JobKind.MEDIATOR, None, (_SST, 684, 46)),
    "B": Walker("Bruno Vial", JobKind.SECURITY, -20, ("Maintien des compétences", 1845, -20)),
}


def seed_roster(cast: Cast) -> None:
    """Write the roster as the team leader would; the accounts must be open."""
    (leader,) = call("account_for_sign_in", "chef@prestataire.example")
    context = Context(Kind.PRESTATAIRE, cast.prestataire, leader.account_id)
    with transaction(context) as session:
        day = today(session)
        for initial, walker in WALKERS.items():
            _walker(session, initial, walker, day)
        for name, (starts_from, _) in TEAMS.items():
            create_team(session, _key(name), TeamDraft(cast.scheme_id, name, starts_from))
        for rank, evening_on in enumerate(days_of_week(monday_of(day))):
            for name, (_, turns) in TEAMS.items():
                for initial in turns[rank]:
                    draft = ShiftDraft(_key(name), _key(initial), evening_on)
                    plan_shift(session, _shift(initial, rank), draft)
        swap = SwapDraft(_shift("E", 6), _key("K"), "Formation de secouriste ce jour-là.")
        ask_swap(session, _key("swap"), swap, planner=True)
        create_link(session, _key("link"), _key("Bourgoin Ouest"))


def _walker(session: Session, initial: str, walker: Walker, day: date) -> None:
    until = None if walker.card_days is None else day + timedelta(days=walker.card_days)
    number = None if until is None else f"038-{until:%Y-%m-%d}-{20130012340 + ord(initial)}"
    account = call("account_for_sign_in", walker.email)[0].account_id if walker.email else None
    add_agent(
        session, _key(initial), AgentDraft(walker.name, walker.job_kind, number, until, account)
    )
    label, since, left = walker.training
    training = TrainingDraft(label, day - timedelta(days=since), day + timedelta(days=left))
    add_training(session, _key(initial), training)


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE, f"roster {name}")


def _shift(initial: str, rank: int) -> UUID:
    return _key(f"{initial} {rank}")
