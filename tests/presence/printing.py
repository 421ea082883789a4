"""Contents of daily reports, made up for what is printed and exported of them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from presence.daily_reports.content import (
    AnomalyLine,
    AwaitedPlace,
    CallLine,
    Content,
    FieldChange,
    InterventionLine,
    Superseded,
    VisitLine,
)
from presence.kernel.clock import PARIS
from presence.kernel.nomenclature import (
    Action,
    AmendmentCause,
    Area,
    Equipment,
    NotDoneReason,
    Origin,
    Outcome,
    PeopleBand,
    PoliceForce,
    Situation,
    Urgency,
    VisitResult,
)

EVENING = date(2013, 12, 4)
_ROOT = UUID("7d2f3a52-6f0a-4c39-9d51-0f7c3f2f8a11")
SIGNED = datetime(2013, 12, 4, 23, 6, tzinfo=PARIS)
HASH = "8f3c" + "0" * 60


def made(name: str) -> UUID:
    return uuid5(_ROOT, name)


def at(minutes: int) -> datetime:
    return datetime(2013, 12, 4, 17, 0, tzinfo=PARIS) + timedelta(minutes=minutes)


def named(rank: int) -> str:
    return f"Résidence des Marronniers {rank:03}"


def awaited(rank: int) -> AwaitedPlace:
    name = named(rank)
    return AwaitedPlace(f"{name}, hall A", made(name), made(f"hall {rank}"), name)


def visit(
    rank: int,
    result: VisitResult = VisitResult.NOTHING_TO_REPORT,
    reason: NotDoneReason | None = None,
) -> VisitLine:
    place = awaited(rank)
    return VisitLine(
        place.place, place.residence_id, place.entrance_id, made(f"visit {rank}"),
        at(rank % 360), result, reason,
    )  # fmt: skip


def intervention(rank: int, *actions: Action) -> InterventionLine:
    place = awaited(rank)
    police = Action.POLICE_REQUEST in actions
    return InterventionLine(
        place.place, place.residence_id, place.entrance_id, made(f"intervention {rank}"),
        at(rank % 360), Area.HALL, Situation.GATHERING, actions or (Action.MEDIATION,),
        Outcome.DISPERSED, Origin.ROUND, PeopleBand.THREE_FIVE,
        PoliceForce.NATIONAL_POLICE if police else None,
        at(rank % 360 + 6) if police else None, at(rank % 360 + 20) if police else None,
    )  # fmt: skip


def anomaly(rank: int, note: str | None = "ampoule du palier") -> AnomalyLine:
    place = awaited(rank)
    return AnomalyLine(
        place.place, place.residence_id, place.entrance_id, made(f"anomaly {rank}"),
        at(rank % 360), Equipment.LIGHTING, True, date(2013, 12, 2), 3, note,
    )  # fmt: skip


def call(rank: int, *, followed: bool = False) -> CallLine:
    place = awaited(rank)
    return CallLine(
        place.place, place.residence_id, place.entrance_id, made(f"call {rank}"),
        at(rank % 360), Situation.NOISE, Urgency.TONIGHT,
        made(f"intervention {rank}") if followed else None,
    )  # fmt: skip


def report(
    *,
    places: int = 0,
    visits: Iterable[VisitLine] = (),
    interventions: Iterable[InterventionLine] = (),
    anomalies: Iterable[AnomalyLine] = (),
    calls: Iterable[CallLine] = (),
    supersedes: Superseded | None = None,
    signed_at: datetime | None = SIGNED,
) -> Content:
    version = 2 if supersedes else 1
    return Content(
        f"OPAC38-2013-12-04-v{version}", "OPAC 38", "Tranquillité de l'Isère", EVENING, version,
        signed_at, "Nadia Belkacem" if signed_at else None, supersedes,
        tuple(awaited(rank) for rank in range(places)), tuple(visits), tuple(interventions),
        tuple(anomalies), tuple(calls),
    )  # fmt: skip


def twelve_exceptions() -> Content:
    """Thirty places due: seven interventions, two visits not made, one not received, two faults."""
    actions = (Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST)
    found = [intervention(rank, *actions[: 1 + rank % 3]) for rank in range(7)]
    seen = [visit(rank, VisitResult.INTERVENTION) for rank in range(7)]
    missed = [visit(rank, VisitResult.NOT_DONE, NotDoneReason.NO_ACCESS) for rank in (7, 8)]
    return report(
        places=30,
        visits=[*seen, *missed, *(visit(rank) for rank in range(10, 30))],
        interventions=found,
        anomalies=[anomaly(10), anomaly(11)],
        calls=[call(0, followed=True), call(12)],
    )


def amended() -> Content:
    former = Superseded(
        "OPAC38-2013-12-04-v1", "51ab" + "0" * 60, AmendmentCause.DISPUTE,
        "le hall B était ouvert à 20 h", "Nadia Belkacem", SIGNED + timedelta(days=2),
        (
            FieldChange("Résidence des Marronniers 001, hall A", "résultat", "Non effectué",
                        "Rien à signaler"),
            FieldChange("Résidence des Marronniers 002, hall A", "heure", "20:42", "20:24"),
        ),
    )  # fmt: skip
    return report(
        places=4,
        visits=[visit(rank) for rank in range(4)],
        supersedes=former,
        interventions=[intervention(2)],
    )


def long_evening(lines: int = 300) -> Content:
    """An evening whose page has as many lines to read, and as many visits."""
    return report(
        places=lines,
        visits=[visit(rank, VisitResult.INTERVENTION) for rank in range(lines)],
        interventions=[
            intervention(rank, Action.MEDIATION, Action.HOUSE_RULES_REMINDER)
            for rank in range(lines)
        ],
    )
