"""Read an evening's facts of one bailleur and make the report's content of them.

In the bailleur's own context: nothing of another is read while one's is built.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.anomalies.queries import seen_on
from presence.daily_reports.assembly import Facts, ReportedCall, ReportHead, assemble
from presence.daily_reports.content import AwaitedPlace, Content
from presence.field import queries as field
from presence.kernel.errors import NotFound
from presence.oncall import queries as oncall
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label, places_due
from tenants.database import context_of
from tenants.models import Organisation
from tenants.scheme import scheme as scheme_of

# An evening that is still open has no version yet.
DRAFT = 0


def draft_of(session: Session, scheme_id: int, evening_on: date) -> Content:
    """The report as it stands (brouillon), in the bailleur's context; raises `NotFound`."""
    head = head_of(session, scheme_id, evening_on)
    return assemble(head, facts_of(session, scheme_id, evening_on, context_of(session).own_id))


def head_of(session: Session, scheme_id: int, evening_on: date) -> ReportHead:
    """What names the report of an evening, before anybody signed it; raises `NotFound`."""
    bailleur = session.get_one(Organisation, context_of(session).own_id)
    scheme = scheme_of(session, scheme_id)
    if scheme is None:
        raise NotFound
    return ReportHead(
        bailleur_name=bailleur.name,
        bailleur_code=bailleur.code,
        scheme_name=scheme.name,
        evening_on=evening_on,
        version=DRAFT,
        signed_at=None,
        signer=None,
    )


def facts_of(session: Session, scheme_id: int, evening_on: date, bailleur_id: int) -> Facts:
    """Everything recorded about an evening at one bailleur."""
    # A place archived since, or at noon that very day, keeps its name in the evening's report.
    names = {place.id: place.name for place in patrimoine.residences(session, archived=True)}
    labels = {
        hall.id: place_label(names[hall.residence_id], hall.name)
        for hall in patrimoine.entrances(session, archived=True)
        if hall.residence_id in names
    }
    return Facts(
        activity=field.activity_of_evening(session, evening_on, scheme_id, bailleur_id),
        labels=labels,
        awaited=_awaited(session, scheme_id, evening_on, labels),
        calls=_calls(session, scheme_id, evening_on, bailleur_id, names),
        anomalies=seen_on(session, evening_on, scheme_id, bailleur_id),
    )


def _awaited(
    session: Session, scheme_id: int, evening_on: date, labels: dict[UUID, str]
) -> list[AwaitedPlace]:
    return [
        AwaitedPlace(
            place=labels[due.hall.id],
            residence_id=due.residence.id,
            entrance_id=due.hall.id,
            residence=due.residence.name,
        )
        for due in places_due(session, evening_on, scheme_id)
    ]


def _calls(
    session: Session,
    scheme_id: int,
    evening_on: date,
    bailleur_id: int,
    names: dict[UUID, str],
) -> list[ReportedCall]:
    return [
        ReportedCall(
            id=call.id,
            called_at=call.called_at,
            residence_id=call.residence_id,
            place=names[call.residence_id],
            need=call.need,
            urgency=call.urgency,
            followed_by=call.intervention_id,
        )
        for call in oncall.calls_of_evening(
            session, evening_on, scheme_id=scheme_id, bailleur_id=bailleur_id
        )
    ]
