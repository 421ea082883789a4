"""What the « Cette nuit » page says, computed: the sentence, the figures, the exceptions."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy.orm import Session

from presence.daily_reports.queries import ReportLine, report_of_evening
from presence.field import queries as field
from presence.field.records import RecordedIntervention, RecordedVisit
from presence.followup.queries import followed
from presence.kernel import formats
from presence.kernel.clock import evening_instant, evening_of, now
from presence.kernel.nomenclature import Action, VisitResult
from presence.oncall.queries import calls_of_evening
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label, places_due
from tenants.models import Scheme

# The evening is cut off a quarter of an hour after the last round (screens.md §3).
CUT_OFF = time(23, 15)
WEEKS_COMPARED = 12
_GRAVITY = {Action.POLICE_REQUEST: 0, Action.EMERGENCY_CALL: 0, Action.HOUSE_RULES_REMINDER: 1}


@dataclass(frozen=True)
class Notable:
    """A place where something happened, or that was not visited."""

    place: str
    at: datetime | None
    situation: str
    actions: tuple[Action, ...]
    detail: str
    outcome: str
    residence_id: UUID
    intervention_id: UUID | None
    summoned: bool


@dataclass(frozen=True)
class Dot:
    """A mark of the evening's strip: minutes since it opened, and its shape."""

    minutes: int
    shape: str
    label: str


@dataclass(frozen=True)
class Night:
    """The page, ready to be written."""

    evening_on: date
    title: str
    state: str
    sentence: str
    emphasis: str
    report: ReportLine | None
    late: int
    planned: int
    done: int
    not_done: int
    not_visited: int
    interventions: int
    usual: int | None
    police: int
    police_this_month: int
    calls: int
    calls_followed: int
    exceptions: tuple[Notable, ...]
    quiet: tuple[str, ...]
    dots: tuple[Dot, ...]
    residences: int
    next_is_open: bool


def night_of(session: Session, scheme: Scheme, bailleur_id: int, evening_on: date | None) -> Night:
    """The night of an evening; the last one when none is named."""
    instant = now(session)
    current = evening_of(instant)
    evening_on = evening_on or current
    report = report_of_evening(session, evening_on, scheme.id, bailleur_id)
    visits = field.visits(session, evening_on, scheme_id=scheme.id, bailleur_id=bailleur_id)
    found = field.interventions(session, evening_on, scheme_id=scheme.id, bailleur_id=bailleur_id)
    due = places_due(session, evening_on, scheme.id)
    calls = calls_of_evening(session, evening_on, scheme_id=scheme.id, bailleur_id=bailleur_id)
    names = {place.id: place.name for place in patrimoine.residences(session)}
    labels = {
        hall.id: place_label(names[hall.residence_id], hall.name)
        for hall in patrimoine.entrances(session)
    }
    seen = {visit.entrance_id for visit in visits}
    missed = [place for place in due if place.hall.id not in seen]
    done = [visit for visit in visits if visit.result is not VisitResult.NOT_DONE]
    police = [item for item in found if Action.POLICE_REQUEST in item.actions]
    state = _state(report, bool(due), bool(visits), evening_on, current, instant)
    exceptions = _exceptions(session, found, visits, labels)
    exceptions += [
        Notable(place.label, None, "Passage non effectué", (), "aucun passage reçu", "—",
                   place.residence.id, None, summoned=False)
        for place in missed if state in {"signed", "late"}
    ]  # fmt: skip
    troubled = {item.residence_id for item in exceptions}
    month = field.police_requests_between(
        session, bailleur_id, evening_on.replace(day=1), evening_on
    )
    late = [v for v in visits if report is not None and v.received_at > report.signed_at]
    sentence, emphasis = _sentence(state, len(done), len(due), len(found), len(police))
    return Night(
        evening_on=evening_on,
        title=formats.night(evening_on, evening_on + timedelta(days=1)),
        state="late" if late and state == "signed" else state,
        sentence=sentence,
        emphasis=emphasis,
        report=report,
        late=len(late),
        planned=len(due),
        done=len(done),
        not_done=len(visits) - len(done),
        not_visited=len(missed),
        interventions=len(found),
        usual=_usual(session, bailleur_id, evening_on),
        police=len(police),
        police_this_month=month,
        calls=len(calls),
        calls_followed=sum(call.intervention_id is not None for call in calls),
        exceptions=tuple(exceptions),
        quiet=tuple(sorted({p.residence.name for p in due if p.residence.id not in troubled})),
        dots=tuple(_dots(visits, found, labels, evening_on)),
        residences=len(names),
        next_is_open=evening_on < current,
    )


def _state(
    report: ReportLine | None,
    due: bool,
    visited: bool,
    evening_on: date,
    current: date,
    instant: datetime,
) -> str:
    """`signed`, `running`, `to_come`, `no_round` or `missing`: five different facts."""
    if report is not None:
        return "signed"
    if evening_on > current:
        return "to_come"
    if not due and not visited:
        return "no_round"
    return "running" if instant < evening_instant(evening_on, CUT_OFF) else "missing"


def _sentence(state: str, done: int, planned: int, found: int, police: int) -> tuple[str, str]:
    if state == "missing":
        return "Rapport non reçu.", ""
    if state == "to_come":
        return "Cette soirée n'a pas encore eu lieu.", ""
    if state == "no_round":
        return "Pas de tournée prévue ce soir-là.", ""
    passages = (
        f"{formats.count(done, 'passage fait', 'passages faits')} "
        f"sur {formats.count(planned, 'prévu', 'prévus')}."
    )
    if found == 0:
        calm = "Nuit calme : " if state == "signed" and done >= planned else ""
        return (
            f"{calm}{passages if not calm else passages[0].lower() + passages[1:]}",
            "Rien à signaler.",
        )
    told = formats.count(found, "intervention")
    if police:
        told += f", dont {formats.count(police, 'appel')} aux forces de l'ordre"
    return passages, told + "."


def _exceptions(
    session: Session,
    found: list[RecordedIntervention],
    visits: list[RecordedVisit],
    labels: dict[UUID, str],
) -> list[Notable]:
    summoned = followed(session, [item.id for item in found])
    ordered = sorted(
        found, key=lambda item: (min(_GRAVITY.get(a, 2) for a in item.actions), item.started_at)
    )
    rows = [
        Notable(
            labels[item.entrance_id], item.started_at, item.situation.label, item.actions, "",
            item.outcome.label, item.residence_id, item.id, summoned=item.id in summoned,
        )
        for item in ordered
    ]  # fmt: skip
    rows += [
        Notable(
            labels[visit.entrance_id], visit.started_at, "Passage non effectué", (),
            f"motif : {visit.not_done_reason.label.lower()}" if visit.not_done_reason else "",
            "—", visit.residence_id, None, summoned=False,
        )
        for visit in visits
        if visit.result is VisitResult.NOT_DONE
    ]  # fmt: skip
    return rows


def _usual(session: Session, bailleur_id: int, evening_on: date) -> int | None:
    """Median of the interventions on the same weekday, over the twelve weeks before."""
    days = [evening_on - timedelta(weeks=n) for n in range(1, WEEKS_COMPARED + 1)]
    counted = dict(field.interventions_between(session, bailleur_id, min(days), max(days)))
    return round(median(counted.get(day, 0) for day in days)) if counted else None


def _dots(
    visits: list[RecordedVisit],
    found: list[RecordedIntervention],
    labels: dict[UUID, str],
    evening_on: date,
) -> list[Dot]:
    opens = evening_instant(evening_on, time(17, 0))

    def minutes(instant: datetime) -> int:
        return min(360, max(0, int((instant - opens).total_seconds() // 60)))

    marks = [
        Dot(minutes(visit.started_at), "visit", labels[visit.entrance_id])
        for visit in visits
        if visit.result in {VisitResult.NOTHING_TO_REPORT, VisitResult.ANOMALY}
    ]
    for item in found:
        shapes = [a.value for a in item.actions if a in SHAPED] or ["other"]
        marks += [
            Dot(minutes(item.started_at) + 5 * rank, shape, labels[item.entrance_id])
            for rank, shape in enumerate(shapes)
        ]
    return marks


SHAPED = (Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST)
