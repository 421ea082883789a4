"""Days of service (jours de service) of a prestataire at a bailleur: what a certificate says."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.field.models import Visit
from presence.kernel.nomenclature import VisitResult
from presence.kernel.ownership import stated
from presence.patrimoine.queries import residences


@dataclass(frozen=True)
class ServiceDay:
    """An evening: visits made and not made, the first and the last, in which residences."""

    evening_on: date
    visits: int
    not_done: int
    first_at: datetime
    last_at: datetime
    residence_codes: tuple[str, ...]
    disputed: int = 0


def service_days(
    session: Session,
    scheme_id: int,
    prestataire_id: int,
    start: date,
    end: date,
    disputed: Collection[UUID] = (),
) -> list[ServiceDay]:
    """The evenings between two dates, both included, that the prestataire worked (bailleur's).

    A visit that is `disputed` counts apart, neither made nor not made, until it is settled.
    """
    codes = {place.id: place.code for place in residences(session, archived=True)}
    done = Visit.result != VisitResult.NOT_DONE.value
    in_dispute = Visit.id.in_(disputed)
    rows = session.execute(
        select(
            Visit.evening_on,
            func.count().filter(done, ~in_dispute).label("visits"),
            func.count().filter(~done, ~in_dispute).label("not_done"),
            func.count().filter(in_dispute).label("disputed"),
            func.min(Visit.started_at).label("first_at"),
            func.max(Visit.started_at).label("last_at"),
            func.array_agg(Visit.residence_id.distinct()).label("places"),
        )
        .where(
            Visit.scheme_id == scheme_id,
            Visit.prestataire_id == prestataire_id,
            Visit.evening_on >= start,
            Visit.evening_on <= end,
            *stated(session, Visit),
        )
        .group_by(Visit.evening_on)
        .order_by(Visit.evening_on)
    )
    return [
        ServiceDay(
            row.evening_on,
            row.visits,
            row.not_done,
            row.first_at,
            row.last_at,
            tuple(sorted(codes[key] for key in row.places if key in codes)),
            row.disputed,
        )
        for row in rows
    ]
