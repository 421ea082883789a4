"""Where a bailleur's onboarding stands, its trial evening, and what its new places belong to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.finance.queries import key_in_force
from presence.kernel.clock import today
from presence.kernel.ownership import stated
from presence.members.queries import members, pending
from presence.onboarding.models import Onboarding
from presence.onboarding.tasks import Facts
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.models import Coverage
from presence.patrimoine.services import Covering, current_covering
from presence.planning.frequency import is_due
from presence.planning.queries import frequencies_in_force, place_label
from presence.planning.stored import served_by
from tenants.models import Scheme
from tenants.scheme import memberships, schemes


@dataclass(frozen=True)
class Trial:
    """What an evening would have been: the halls due, the bailleur's own only."""

    evening_on: date
    served: bool
    labels: tuple[str, ...]


def onboarding(session: Session) -> Onboarding | None:
    """The bailleur's own statements, None before the first."""
    return session.scalar(select(Onboarding).where(*stated(session, Onboarding)))


def facts_of(session: Session, identity: Identity) -> Facts:
    """All that the tasks look at."""
    row = onboarding(session)
    scheme, member_from_on = own_scheme(session)
    day = today(session)
    places = patrimoine.residences(session)
    first = max(day, member_from_on or day)
    held = {line.residence_id for line in frequencies_in_force(session, first)}
    key = key_in_force(session, scheme.id, first) if scheme else None
    return Facts(
        started=row is not None,
        legal_form=row.legal_form if row else None,
        siret=row.siret if row else None,
        contact=bool(row and row.contact_name and row.contact_email and row.contact_phone),
        agencies=len(patrimoine.agency_names(session)),
        people=sum(person.closed_at is None for person in members(identity)),
        invitations=len(pending(identity)),
        residences=len(places),
        without_frequency=sum(place.id not in held for place in places),
        member_from_on=member_from_on,
        key_words=key.label if key else None,
        key_accepted_on=row.key_accepted_on if row else None,
        convention_on=row.convention_on if row else None,
        data_agreement_on=row.data_agreement_on if row else None,
        trial_evening_on=row.trial_evening_on if row else None,
        live_from_on=row.live_from_on if row and row.live_from_on else _first_covered(session),
    )


def own_scheme(session: Session) -> tuple[Scheme | None, date | None]:
    """The scheme that the bailleur belongs to, or will, and since when."""
    for scheme in schemes(session):
        found = memberships(session, scheme.id)
        if found:
            return scheme, found[-1].valid_during.lower
    return None, None


def _first_covered(session: Session) -> date | None:
    rows = session.scalars(select(Coverage.valid_during).where(*stated(session, Coverage)))
    return min((row.lower for row in rows if row.lower is not None), default=None)


def is_live(session: Session) -> bool:
    """Whether something of the bailleur's was ever in a perimeter."""
    return bool(session.scalar(select(exists().where(*stated(session, Coverage)))))


def covering_of_new_places(session: Session) -> Covering | None:
    """What new residences belong to: in the perimeter at once when the bailleur is live."""
    if is_live(session):
        return current_covering(session)
    scheme, _ = own_scheme(session)
    return Covering(scheme.id, None) if scheme else None


def trial_evening(session: Session, evening_on: date) -> Trial:
    """The halls that would be due on an evening, as if everything were in the perimeter."""
    scheme, _ = own_scheme(session)
    served_on = served_by(session, scheme.id if scheme else None)
    lines = {line.place_id: line.frequency for line in frequencies_in_force(session, evening_on)}
    places = {place.id: place for place in patrimoine.residences(session)}
    due: list[str] = []
    for hall in patrimoine.entrances(session, places):
        place_id: UUID = hall.id if hall.id in lines else hall.residence_id
        frequency = lines.get(place_id)
        if frequency is not None and is_due(frequency, place_id, evening_on, served_on):
            due.append(place_label(places[hall.residence_id].name, hall.name))
    return Trial(evening_on, served_on(evening_on) is not None, tuple(sorted(due)))
