"""Draw up an evening's rounds (préparation d'une soirée): asked for, computed by the worker.

A former draft gives way to the new one; what was published stays in force until the next
publication. The chance of the rounds comes from the evening and the version: two versions differ.
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.kernel import outbox
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Conflict, DomainError, Invalid, NotFound
from presence.kernel.nomenclature import RoundState
from presence.kernel.ownership import stated
from presence.rounds.evening import VISIT_MINUTES, Evening, Wanted, evening
from presence.rounds.models import RoundPlan, RoundStop
from presence.routing.drawing import Engine, draw_up
from presence.routing.problem import GivenUp, Plan, PlannedStop
from tenants.database import context_of
from tenants.scheme import schemes

OPEN = (RoundState.ASKED.value, RoundState.DRAFT.value)
# A chief waits a few seconds for an evening; more gains a stop or two (libraries, rounds).
SOLVER_SECONDS = 4.0


def ask_for_rounds(
    session: Session, scheme_id: int, evening_on: date, client_id: UUID | None = None
) -> RoundPlan:
    """Ask for an evening's rounds, once per key; the worker draws them up in the next moment."""
    known = client_id and session.get(
        RoundPlan, {"id": client_id, "prestataire_id": context_of(session).own_id}
    )
    if known:
        if (known.scheme_id, known.evening_on) != (scheme_id, evening_on):
            raise Conflict("Cette clé a déjà servi pour un autre contenu.")
        return known
    refuse_begun(session, evening_on)
    if scheme_id not in {scheme.id for scheme in schemes(session)}:
        raise NotFound
    # Refused here rather than by the job: the evening must be served.
    evening(session, scheme_id, evening_on)
    _give_way(session, scheme_id, evening_on)
    version = 1 + (
        session.scalar(
            select(func.max(RoundPlan.version)).where(
                *stated(session, RoundPlan),
                RoundPlan.scheme_id == scheme_id,
                RoundPlan.evening_on == evening_on,
            )
        )
        or 0
    )
    made = RoundPlan(
        prestataire_id=context_of(session).own_id,
        id=client_id or uuid4(),
        scheme_id=scheme_id,
        evening_on=evening_on,
        version=version,
        state=RoundState.ASKED.value,
        seed=evening_on.toordinal() * 100 + version,
        account_id=context_of(session).account,
    )
    session.add(made)
    session.flush()
    outbox.announce(session, "rounds.asked", plan=made.id)
    return made


def draw_rounds(
    session: Session, plan_id: UUID, *, seconds: float = SOLVER_SECONDS, engine: Engine = "auto"
) -> RoundPlan:
    """Draw up the rounds that were asked for; twice is once."""
    row = own_plan(session, plan_id, lock=True)
    if row.state != RoundState.ASKED.value:
        return row
    try:
        asked = evening(session, row.scheme_id, row.evening_on)
    except DomainError as error:
        row.state, row.error = RoundState.FAILED.value, error.message
        session.flush()
        return row
    drawn = draw_up(asked.problem(row.seed), seconds=seconds, engine=engine)
    _keep(session, row, asked, drawn)
    row.state, row.method, row.seconds = RoundState.DRAFT.value, drawn.method, drawn.seconds
    row.drawn_at = now(session)
    session.flush()
    audit.record(
        session, "rounds.drawn", row.id, on=str(row.evening_on), method=drawn.method,
        served=len(drawn.planned), given_up=len(drawn.given_up),
    )  # fmt: skip
    return row


def own_plan(session: Session, plan_id: UUID, *, lock: bool = False) -> RoundPlan:
    """A plan of the prestataire's; raises `NotFound`."""
    query = select(RoundPlan).where(*stated(session, RoundPlan), RoundPlan.id == plan_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def draft(session: Session, plan_id: UUID) -> RoundPlan:
    """A plan that may still be edited; raises `Conflict` once it is not."""
    row = own_plan(session, plan_id, lock=True)
    if row.state != RoundState.DRAFT.value:
        message = "Ces tournées ne se modifient plus : préparez une nouvelle version."
        raise Conflict(message)
    refuse_begun(session, row.evening_on)
    return row


def refuse_begun(session: Session, evening_on: date) -> None:
    """Refuse an evening that is over."""
    if evening_on < evening_of(now(session)):
        message = f"La soirée du {evening_on:%d/%m/%Y} est passée : préparez une soirée à venir."
        raise Invalid("evening", message)


def _give_way(session: Session, scheme_id: int, evening_on: date) -> None:
    former = session.scalars(
        select(RoundPlan).where(
            *stated(session, RoundPlan),
            RoundPlan.scheme_id == scheme_id,
            RoundPlan.evening_on == evening_on,
            RoundPlan.state.in_(OPEN),
        )
    )
    for row in former:
        row.state = RoundState.SUPERSEDED.value
    # The former draft steps down before the new one claims the evening.
    session.flush()


def _keep(session: Session, row: RoundPlan, asked: Evening, drawn: Plan) -> None:
    wanted = {item.hall.id: item for item in asked.wanted}
    found: list[PlannedStop | GivenUp] = [*drawn.planned, *drawn.given_up]
    session.add_all(_stop(row, asked, wanted[stop.stop_id], stop) for stop in found)
    session.flush()


def _stop(row: RoundPlan, asked: Evening, item: Wanted, found: PlannedStop | GivenUp) -> RoundStop:
    served = found if isinstance(found, PlannedStop) else None
    return RoundStop(
        prestataire_id=row.prestataire_id,
        id=uuid4(),
        round_plan_id=row.id,
        team_id=served.team_id if served else None,
        rank=served.rank if served else 0,
        bailleur_id=item.place.bailleur_id,
        residence_id=item.place.id,
        entrance_id=item.hall.id,
        arrives_at=asked.instant(served.arrives) if served else None,
        minutes=VISIT_MINUTES,
        opens_at=item.opens_at,
        closes_at=item.closes_at,
        source=item.source.value,
        reasons=[reason.value for reason in item.reasons],
        request_id=item.request_id,
        given_up_why=None if isinstance(found, PlannedStop) else found.why.label,
    )
