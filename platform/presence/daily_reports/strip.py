"""The marks of the evening's strip (frise de la soirée). Pure."""

from dataclasses import dataclass
from datetime import datetime

from presence.daily_reports.content import Content
from presence.kernel.nomenclature import Action, VisitResult


@dataclass(frozen=True)
class Dot:
    """A mark of the evening's strip (frise): minutes since it opened, its shape, where."""

    minutes: int
    shape: str
    label: str


SHAPED = (Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST)


def dots(content: Content, opens: datetime, closes: datetime) -> list[Dot]:
    """The marks of the strip between two hours; what comes before or after stands at its ends."""
    whole = int((closes - opens).total_seconds() // 60)

    def minutes(instant: datetime) -> int:
        return min(whole, max(0, int((instant - opens).total_seconds() // 60)))

    marks = [
        Dot(minutes(visit.at), "visit", visit.place)
        for visit in content.done
        if visit.result in {VisitResult.NOTHING_TO_REPORT, VisitResult.ANOMALY}
    ]
    marks += [Dot(minutes(seen.at), "anomaly", seen.place) for seen in content.anomalies]
    for item in content.interventions:
        shapes = [action.value for action in item.actions if action in SHAPED] or ["other"]
        marks += [
            Dot(min(whole, minutes(item.at) + 5 * rank), shape, item.place)
            for rank, shape in enumerate(shapes)
        ]
    return marks
