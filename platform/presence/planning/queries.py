"""The evening's places due (lieux à visiter), and each residence's frequency."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Hall, Place
from presence.planning.models import VisitFrequency
from presence.planning.rules import is_due


@dataclass(frozen=True)
class DuePlace:
    """An entrance to visit on an evening, with its residence."""

    residence: Place
    hall: Hall

    @property
    def label(self) -> str:
        """« Les Fougères, hall 3 »."""
        return place_label(self.residence.name, self.hall.name)


def place_label(residence: str, hall: str) -> str:
    """The name of a hall in its residence."""
    return f"{residence}, {hall[0].lower()}{hall[1:]}"


def frequencies_on(session: Session, day: date) -> dict[UUID, int]:
    """Evenings a week of each residence, as in force on a day."""
    rows = session.execute(
        select(VisitFrequency.residence_id, VisitFrequency.times).where(
            VisitFrequency.valid_during.contains(day), *stated(session, VisitFrequency)
        )
    )
    return {row.residence_id: row.times for row in rows}


def places_due(session: Session, evening_on: date, scheme_id: int) -> list[DuePlace]:
    """The entrances to visit on an evening, in the order of residences then of halls."""
    frequencies = frequencies_on(session, evening_on)
    perimeter = patrimoine.covered_on(session, evening_on, scheme_id)
    covered = {
        place.id: place
        for place in patrimoine.residences(session, archived=True)
        if place.id in perimeter
        and place.id in frequencies
        and is_due(place.id, frequencies[place.id], evening_on)
    }
    halls = patrimoine.entrances(session, covered, archived=True)
    due = [
        DuePlace(covered[hall.residence_id], hall) for hall in halls if hall.is_there_on(evening_on)
    ]
    return sorted(due, key=lambda place: (place.residence.name, place.hall.rank))


def frequency_from(session: Session, residence_id: UUID, from_on: date) -> int | None:
    """Evenings a week fixed from exactly that date on, None if nothing was."""
    rows = session.execute(
        select(VisitFrequency.times, VisitFrequency.valid_during).where(
            VisitFrequency.residence_id == residence_id, *stated(session, VisitFrequency)
        )
    )
    open_ended = (row for row in rows if row.valid_during.upper is None)
    return next((row.times for row in open_ended if row.valid_during.lower == from_on), None)
