"""The evening's places due (lieux à visiter), and each residence's frequency."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.kernel.nomenclature import RequestState
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Hall, Place
from presence.planning.frequency import Frequency, is_due
from presence.planning.models import EveningPlan, PlannedVisit, VisitFrequency, VisitRequest
from presence.planning.stored import frequency_of_row, served_by


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


@dataclass(frozen=True)
class FrequencyLine:
    """A frequency in force: of a residence, or of one of its halls."""

    residence_id: UUID
    entrance_id: UUID | None
    frequency: Frequency
    from_on: date

    @property
    def place_id(self) -> UUID:
        """The place that the rule is for."""
        return self.entrance_id or self.residence_id


def frequencies_in_force(session: Session, day: date) -> list[FrequencyLine]:
    """Every frequency in force on a day, of residences and of halls."""
    rows = session.scalars(
        select(VisitFrequency).where(
            VisitFrequency.valid_during.contains(day), *stated(session, VisitFrequency)
        )
    )
    return [
        FrequencyLine(
            row.residence_id,
            row.entrance_id,
            frequency_of_row(row),
            row.valid_during.lower or day,
        )
        for row in rows
    ]


def frequencies_on(session: Session, day: date) -> dict[UUID, Frequency]:
    """The frequency of each residence, as in force on a day."""
    lines = frequencies_in_force(session, day)
    return {line.residence_id: line.frequency for line in lines if line.entrance_id is None}


def places_due(session: Session, evening_on: date, scheme_id: int) -> list[DuePlace]:
    """The entrances to visit on an evening, in the order of residences then of halls.

    Of a bailleur whose plan is published, those of the plan; of the others, what the frequencies
    make due.
    """
    perimeter = patrimoine.covered_on(session, evening_on, scheme_id)
    places = {
        place.id: place
        for place in patrimoine.residences(session, archived=True)
        if place.id in perimeter
    }
    halls = [
        hall
        for hall in patrimoine.entrances(session, places, archived=True)
        if hall.is_there_on(evening_on)
    ]
    published = published_visits(session, evening_on, scheme_id)
    due_ids = _due_by_frequency(session, evening_on, scheme_id, halls)
    due = [
        DuePlace(places[hall.residence_id], hall)
        for hall in halls
        if hall.id in published.get(hall.bailleur_id, due_ids)
    ]
    return sorted(due, key=lambda place: (place.residence.name, place.hall.rank))


def published_visits(session: Session, evening_on: date, scheme_id: int) -> dict[int, set[UUID]]:
    """The entrances of each bailleur whose plan of the evening is published, by the last version.

    A bailleur with a plan and no visit has an empty set: nobody is awaited there.
    """
    last = (
        select(EveningPlan.bailleur_id, func.max(EveningPlan.version).label("version"))
        .where(
            EveningPlan.evening_on == evening_on,
            EveningPlan.scheme_id == scheme_id,
            *stated(session, EveningPlan),
        )
        .group_by(EveningPlan.bailleur_id)
        .subquery()
    )
    rows = session.execute(
        select(EveningPlan.bailleur_id, PlannedVisit.entrance_id)
        .join(
            last,
            (last.c.bailleur_id == EveningPlan.bailleur_id)
            & (last.c.version == EveningPlan.version),
        )
        .outerjoin(
            PlannedVisit,
            (PlannedVisit.bailleur_id == EveningPlan.bailleur_id)
            & (PlannedVisit.evening_plan_id == EveningPlan.id),
        )
        .where(
            EveningPlan.evening_on == evening_on,
            EveningPlan.scheme_id == scheme_id,
            *stated(session, EveningPlan),
        )
    )
    found: dict[int, set[UUID]] = {}
    for row in rows:
        found.setdefault(row.bailleur_id, set())
        if row.entrance_id is not None:
            found[row.bailleur_id].add(row.entrance_id)
    return found


def _due_by_frequency(
    session: Session, evening_on: date, scheme_id: int, halls: list[Hall]
) -> set[UUID]:
    """The halls that frequencies make due; a hall's own frequency wins over its residence's."""
    served_on = served_by(session, scheme_id)
    lines = {line.place_id: line.frequency for line in frequencies_in_force(session, evening_on)}
    due = {
        place_id
        for place_id, frequency in lines.items()
        if is_due(frequency, place_id, evening_on, served_on)
    }
    return {
        hall.id for hall in halls if (hall.id if hall.id in lines else hall.residence_id) in due
    }


def frequency_from(
    session: Session, residence_id: UUID, entrance_id: UUID | None, from_on: date
) -> Frequency | None:
    """The place's frequency fixed from exactly that date on, None if nothing was."""
    rows = session.scalars(
        select(VisitFrequency).where(
            VisitFrequency.residence_id == residence_id,
            VisitFrequency.entrance_id.is_not_distinct_from(entrance_id),
            *stated(session, VisitFrequency),
        )
    )
    found = [row for row in rows if row.valid_during.lower == from_on]
    open_ended = [row for row in found if row.valid_during.upper is None]
    return frequency_of_row(open_ended[0]) if open_ended else None


def frequency_line(session: Session, residence_id: UUID, day: date) -> FrequencyLine | None:
    """The residence's own frequency in force on a day."""
    lines = frequencies_in_force(session, day)
    own = (line for line in lines if line.residence_id == residence_id)
    return next((line for line in own if line.entrance_id is None), None)


def accepted_requests(session: Session, evening_on: date, scheme_id: int) -> dict[UUID, UUID]:
    """The accepted request of each place asked for on an evening: a hall's, or a residence's."""
    rows = session.execute(
        select(VisitRequest.id, VisitRequest.residence_id, VisitRequest.entrance_id).where(
            VisitRequest.wanted_on == evening_on,
            VisitRequest.scheme_id == scheme_id,
            VisitRequest.state == RequestState.ACCEPTED.value,
            *stated(session, VisitRequest),
        )
    )
    return {row.entrance_id or row.residence_id: row.id for row in rows}
