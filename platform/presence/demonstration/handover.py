"""The demonstration's hand-over book: two notes that a team leaves to the next one. Fictional."""

from contextlib import AbstractContextManager
from datetime import date, time
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.accounts.identity import call
from presence.demonstration.cast import Cast
from presence.handover.services import TeamNoteDraft, read_note, write_note
from presence.kernel.clock import evening_instant
from presence.kernel.nomenclature import NoteAudience
from presence.patrimoine import queries as patrimoine
from tenants.context import Context, Kind
from tenants.database import transaction

NAMESPACE = UUID("3b6a8e0c-51f7-4c5e-8a43-9f5d2c7e6b10")
WRITTEN_AT = time(23, 2)
AUTHOR = ("chef@prestataire.example", "Nadia Chef-d'équipe")
READER = ("agent@prestataire.example", "Karim Agent")
# The evening, the place, what is said.
NOTES = (
    (
        date(2013, 12, 3), "Champaret",
        "Entrée par la cour : le passage de la grille est étroit, garder la lampe allumée.",
    ),
    (
        date(2013, 12, 4), "Les Fougères",
        "Le badge du hall 2 répond mal : insister, puis passer par le hall 1.",
    ),
)  # fmt: skip


def seed_handover(cast: Cast) -> None:
    """The chief writes at the end of each evening; an agent has read the first note."""
    with _somebody(cast, AUTHOR[0]) as session:
        places = {place.name: place.id for place in patrimoine.residences(session)}
        for evening_on, residence, body in NOTES:
            draft = TeamNoteDraft(
                _key(evening_on), NoteAudience.NEXT_TEAM, body, AUTHOR[1], places[residence],
                evening_instant(evening_on, WRITTEN_AT),
            )  # fmt: skip
            write_note(session, cast.scheme_id, draft)
    with _somebody(cast, READER[0]) as session:
        read_note(session, _key(NOTES[0][0]), READER[1])


def _somebody(cast: Cast, email: str) -> AbstractContextManager[Session]:
    account = call("account_for_sign_in", email)[0].account_id
    return transaction(Context(Kind.PRESTATAIRE, cast.prestataire, account))


def _key(evening_on: date) -> UUID:
    return uuid5(NAMESPACE, evening_on.isoformat())
