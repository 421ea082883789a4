"""Frequencies of many places at once (fréquences en nombre): fixed, or ended, from a day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from presence.audit.several import record_all
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.ownership import stated
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.amending import insert_all
from presence.patrimoine.coverage import refuse_past
from presence.patrimoine.queries import Place
from presence.planning.frequency import Frequency, check
from presence.planning.models import VisitFrequency
from presence.planning.stored import frequency_to_json, frequency_values, served_by


@dataclass(frozen=True)
class Asked:
    """How often a residence, or one of its halls, is to be visited; None: no rule any more."""

    residence_id: UUID
    entrance_id: UUID | None
    frequency: Frequency | None

    @property
    def place_id(self) -> UUID:
        """The place that the rule is for."""
        return self.entrance_id or self.residence_id


def set_frequencies(session: Session, asked: Sequence[Asked], from_on: date) -> None:
    """Fix the frequency of each place from a day; the former one ends the day before."""
    ids = {each.residence_id for each in asked}
    places = {
        place.id: place
        for place in patrimoine.residences(session, archived=True)
        if place.id in ids
    }
    if len(places) != len(ids):
        raise Conflict("Une des résidences n'est plus dans votre patrimoine.")
    fixed = [(each, each.frequency) for each in asked if each.frequency is not None]
    _check(session, ((places[each.residence_id], rule) for each, rule in fixed), from_on)
    _close(session, ids, {each.place_id for each in asked}, from_on)
    if fixed:
        rows = [
            {
                "bailleur_id": places[each.residence_id].bailleur_id,
                "id": uuid4(),
                "residence_id": each.residence_id,
                "entrance_id": each.entrance_id,
                "scheme_id": places[each.residence_id].scheme_id,
                "valid_during": Range(from_on, None),
                **frequency_values(rule),
            }
            for each, rule in fixed
        ]
        insert_all(session, VisitFrequency, rows)
    record_all(
        session, "frequency.set",
        (
            (each.place_id, {
                "from_on": str(from_on),
                "rule": frequency_to_json(each.frequency) if each.frequency else None,
            })
            for each in asked
        ),
    )  # fmt: skip


def later_frequencies(session: Session, after: date) -> dict[UUID, date]:
    """The residences for which a frequency is fixed from a later day, for them or a hall."""
    rows = session.execute(
        select(VisitFrequency.residence_id, VisitFrequency.valid_during).where(
            *stated(session, VisitFrequency)
        )
    )
    found: dict[UUID, date] = {}
    for residence_id, during in rows:
        if not during.isempty and during.lower is not None and during.lower > after:
            found[residence_id] = min(found.get(residence_id, during.lower), during.lower)
    return found


def _check(session: Session, rules: Iterable[tuple[Place, Frequency]], from_on: date) -> None:
    """Each rule once per scheme: a thousand places share a few."""
    for scheme_id, rule in dict.fromkeys((place.scheme_id, rule) for place, rule in rules):
        if scheme_id is not None:
            check(rule, served_by(session, scheme_id), from_on=from_on)


def _close(
    session: Session, residence_ids: Collection[UUID], place_ids: Collection[UUID], from_on: date
) -> None:
    rows = session.scalars(
        select(VisitFrequency).where(
            VisitFrequency.residence_id.in_(list(residence_ids)),
            *stated(session, VisitFrequency),
        )
    )
    former = [
        row
        for row in rows
        if not row.valid_during.isempty and (row.entrance_id or row.residence_id) in place_ids
    ]
    if former:
        refuse_past(session, from_on, "from_on")
    for row in former:
        start, end = row.valid_during.lower, row.valid_during.upper
        if start is not None and start > from_on:
            message = f"Une fréquence est déjà fixée à partir du {start:%d/%m/%Y}."
            raise Invalid("from_on", message)
        if end is None or end > from_on:
            # What was foreseen from the same day and never began is replaced.
            row.valid_during = Range(start, from_on) if start != from_on else Range(empty=True)
    # The former periods must be cut before the new ones are checked against them.
    session.flush()
