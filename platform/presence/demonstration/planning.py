"""The demonstration's requests of visits: one in each state, for each of the two bailleurs.

About places only. Written as the bailleurs' people would, answered as the team leader would.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.demonstration.cast import Cast
from presence.kernel.clock import today
from presence.kernel.nomenclature import RequestState
from presence.patrimoine import queries as patrimoine
from presence.planning.requests import (
    Asked,
    Decision,
    answer_request,
    ask_for_visit,
    withdraw_request,
)
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("b1f4c8a2-3e0d-4f6b-8d57-1c9a2e7f5d43")
ACCEPTED, PENDING = RequestState.ACCEPTED, RequestState.PENDING
REFUSED, WITHDRAWN = RequestState.REFUSED, RequestState.WITHDRAWN


@dataclass(frozen=True)
class Wish:
    """A request: where (residence, hall or whole), in how many days, what became of it."""

    residence: str
    hall: str | None
    in_days: int
    note: str
    state: RequestState
    answer: str | None = None


OPAC38 = (
    Wish("Les Glycines", None, 0, "Porte du hall 2 réparée : vérifier qu'elle ferme.", ACCEPTED),
    Wish("Les Acacias", "Hall A", 1, "Après 21 h si possible, minuterie remise en route.", PENDING),
    Wish(
        "Les Noyers", None, 2, "Local vélos rouvert ce matin.", REFUSED,
        "Deux équipes seulement samedi ; proposez un soir de la semaine prochaine.",
    ),
    Wish("Le Verger", "Hall 1", 3, "", WITHDRAWN),
)  # fmt: skip
PLURALIS = (
    Wish("Les Érables", None, 0, "Éclairage des abords changé hier.", ACCEPTED),
    Wish("Les Platanes", "Hall 1", 1, "Porte du hall bloquée en position ouverte.", PENDING),
    Wish(
        "Les Bouleaux", None, 2, "Passage demandé après travaux.", REFUSED,
        "Travaux encore en cours samedi : l'accès est fermé.",
    ),
    Wish("Le Moulin", None, 3, "", WITHDRAWN),
)  # fmt: skip


def seed_requests(cast: Cast) -> None:
    """Ask, withdraw, answer; before tonight's rounds, which take in what was accepted."""
    for bailleur_id, email, wishes in (
        (cast.opac38, "responsable@opac38.example", OPAC38),
        (cast.pluralis, "responsable@pluralis.example", PLURALIS),
    ):
        with _person(Kind.BAILLEUR, bailleur_id, email) as session:
            for wish in wishes:
                _ask(session, wish)
        with _person(Kind.PRESTATAIRE, cast.prestataire, "chef@prestataire.example") as session:
            for wish in wishes:
                if wish.state in {ACCEPTED, REFUSED}:
                    answer_request(session, _key(wish), Decision(wish.state.value), wish.answer)


def _ask(session: Session, wish: Wish) -> None:
    (place,) = [p for p in patrimoine.residences(session) if p.name == wish.residence]
    halls = {hall.name: hall.id for hall in patrimoine.entrances(session, [place.id])}
    evening = today(session) + timedelta(days=wish.in_days)
    hall = halls[wish.hall] if wish.hall else None
    ask_for_visit(session, Asked(_key(wish), place.id, evening, hall, wish.note))
    if wish.state is WITHDRAWN:
        withdraw_request(session, _key(wish))


def _key(wish: Wish) -> UUID:
    return uuid5(NAMESPACE, f"{wish.residence} {wish.in_days}")


def _person(kind: Kind, subject: int, email: str) -> AbstractContextManager[Session]:
    (account,) = call("account_for_sign_in", email)
    return transaction(Context(kind, subject, account.account_id))
