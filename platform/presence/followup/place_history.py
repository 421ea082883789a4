"""History of a residence (historique): what happened there over a period, and how often.

Facts and codes only: no remark, no result, nothing that somebody wrote freely about people.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from presence.anomalies.queries import anomalies
from presence.field.models import Intervention, InterventionAction, Visit
from presence.followup.codes import PastKind
from presence.followup.queries import follow_ups
from presence.kernel import formats
from presence.kernel.nomenclature import Action, NotDoneReason, Outcome, Situation, VisitResult
from presence.kernel.ownership import stated

# Below, a rate is shown in grey, with the word for it (screens.md §2).
ENOUGH_VISITS = 30


@dataclass(frozen=True)
class Span:
    """A residence, perhaps one of its halls, over evenings, both ends included."""

    residence_id: UUID
    from_on: date
    to_on: date
    entrance_id: UUID | None = None


@dataclass(frozen=True)
class PastFact:
    """A fact: its evening, its hour when it has one, what, done how, with which outcome."""

    kind: PastKind
    day: date
    at: datetime | None
    entrance_id: UUID | None
    what: str
    detail: str
    outcome: str
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Rate:
    """How many interventions for how many visits that were made."""

    interventions: int
    visits: int

    @property
    def per_hundred(self) -> float | None:
        """Interventions per hundred visits; None without a visit."""
        return 100 * self.interventions / self.visits if self.visits else None

    @property
    def enough(self) -> bool:
        """Whether there are visits enough for the rate to say something."""
        return self.visits >= ENOUGH_VISITS


def past_of(session: Session, span: Span, kind: PastKind | None = None) -> list[PastFact]:
    """The facts (faits) of a residence, of one kind if it is named, the latest first."""
    readers = {
        PastKind.INTERVENTION: _interventions,
        PastKind.NOT_DONE: _not_done,
        PastKind.ANOMALY: _anomalies,
        PastKind.FOLLOW_UP: _follow_ups,
    }
    wanted = [readers[kind]] if kind else readers.values()
    found = [fact for read in wanted for fact in read(session, span)]
    return sorted(found, key=_when, reverse=True)


def rate_of(session: Session, span: Span) -> Rate:
    """The interventions and the visits made (taux pour 100 passages) of a residence."""
    made = Visit.result != VisitResult.NOT_DONE.value
    counted = [
        session.scalar(
            select(func.count())
            .select_from(table)
            .where(*_within(span, table), *also, *stated(session, table))
        )
        or 0
        for table, also in ((Intervention, ()), (Visit, (made,)))
    ]
    return Rate(*counted)


def _interventions(session: Session, span: Span) -> Iterator[PastFact]:
    rows = session.scalars(
        select(Intervention).where(*_within(span, Intervention), *stated(session, Intervention))
    ).all()
    told: dict[UUID, set[str]] = defaultdict(set)
    for key, action in session.execute(
        select(InterventionAction.intervention_id, InterventionAction.action).where(
            InterventionAction.intervention_id.in_([row.id for row in rows]),
            InterventionAction.evening_on.between(span.from_on, span.to_on),
            *stated(session, InterventionAction),
        )
    ):
        told[key].add(action)
    for row in rows:
        actions = tuple(action for action in Action if action.value in told[row.id])
        yield PastFact(
            PastKind.INTERVENTION, row.evening_on, row.started_at, row.entrance_id,
            Situation(row.situation).label, "", Outcome(row.outcome).label, actions,
        )  # fmt: skip


def _not_done(session: Session, span: Span) -> Iterator[PastFact]:
    query = select(Visit).where(
        *_within(span, Visit),
        Visit.result == VisitResult.NOT_DONE.value,
        *stated(session, Visit),
    )
    for row in session.scalars(query):
        why = NotDoneReason(row.not_done_reason).label.lower() if row.not_done_reason else ""
        yield PastFact(
            PastKind.NOT_DONE, row.evening_on, row.started_at, row.entrance_id,
            "Passage non effectué", f"Motif : {why}" if why else "", "—",
        )  # fmt: skip


def _anomalies(session: Session, span: Span) -> Iterator[PastFact]:
    found = anomalies(session, residence_id=span.residence_id, entrance_id=span.entrance_id)
    for row in found:
        if row.first_seen_on <= span.to_on and row.last_seen_on >= span.from_on:
            seen = formats.count(row.sightings, "soirée")
            yield PastFact(
                PastKind.ANOMALY, min(row.last_seen_on, span.to_on), None, row.entrance_id,
                row.equipment.label,
                f"vue {seen}, depuis le {formats.numeric_date(row.first_seen_on)}",
                row.state.label,
            )  # fmt: skip


def _follow_ups(session: Session, span: Span) -> Iterator[PastFact]:
    for row in follow_ups(session, residence_id=span.residence_id):
        inside = span.from_on <= row.opened_on <= span.to_on
        if inside and span.entrance_id in {None, row.entrance_id}:
            yield PastFact(
                PastKind.FOLLOW_UP, row.opened_on, None, row.entrance_id, row.kind.label,
                row.fact, row.state.label,
            )  # fmt: skip


def _within(span: Span, table: type[Visit] | type[Intervention]) -> list[ColumnElement[bool]]:
    inside = [
        table.residence_id == span.residence_id,
        table.evening_on.between(span.from_on, span.to_on),
    ]
    if span.entrance_id is not None:
        inside.append(table.entrance_id == span.entrance_id)
    return inside


def _when(fact: PastFact) -> tuple[date, float]:
    return fact.day, fact.at.timestamp() if fact.at else 0.0
