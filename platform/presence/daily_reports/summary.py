"""What a report says in five seconds: the sentence, the figures, the exceptions. Pure.

One function makes it, for the page, the printed page, the e-mail and the list, so that they
cannot differ. « Rien à signaler », « Non effectué », « Non reçu » and « Pas de tournée prévue »
are four facts: nothing here turns one into another (screens.md §0.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from presence.daily_reports.content import AnomalyLine, Content, InterventionLine
from presence.daily_reports.wording import (
    Figures,
    NightState,
    completeness,
    sentence,
    subject,
)
from presence.kernel import formats
from presence.kernel.nomenclature import Action

_FIRST = {Action.POLICE_REQUEST: 0, Action.EMERGENCY_CALL: 0, Action.HOUSE_RULES_REMINDER: 1}


class RowKind(StrEnum):
    """What an exception is about."""

    INTERVENTION = "intervention"
    NOT_DONE = "not_done"
    NOT_RECEIVED = "not_received"
    ANOMALY = "anomaly"


@dataclass(frozen=True)
class Row:
    """A place where something happened, or of which a visit is missing; `at` None: no hour."""

    kind: RowKind
    place: str
    at: datetime | None
    what: str
    actions: tuple[Action, ...]
    detail: str
    outcome: str
    residence_id: UUID | None
    entrance_id: UUID | None
    source_id: UUID | None

    @property
    def fact(self) -> str:
        """« Regroupement, 20:42 »: what a follow-up quotes."""
        return f"{self.what}, {formats.hour(self.at)}" if self.at else self.what


@dataclass(frozen=True)
class Summary:
    """The evening as it is told; `emphasis` is the end of the sentence, in bold on a page."""

    state: NightState
    title: str
    sentence: str
    emphasis: str
    subject: str
    completeness: str
    figures: Figures
    rows: tuple[Row, ...]
    quiet: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The whole sentence."""
        return f"{self.sentence} {self.emphasis}".strip()


def state_of(content: Content) -> NightState:
    """What a signed report says of its evening."""
    if not content.awaited and not content.visits:
        return NightState.NO_ROUND
    if content.not_received:
        return NightState.PROVISIONAL
    if content.supersedes:
        return NightState.AMENDED
    eventful = content.interventions or content.anomalies or content.not_done
    return NightState.COMPLETE if eventful else NightState.QUIET


def summarise(content: Content, state: NightState | None = None) -> Summary:
    """The summary of a report, or of a draft whose state the clock gives."""
    state = state or state_of(content)
    figures = figures_of(content)
    rows = tuple(_rows(content))
    troubled = {row.residence_id for row in rows} | {row.place.split(", ")[0] for row in rows}
    told, emphasis = sentence(state, figures)
    return Summary(
        state=state,
        title=formats.night(content.evening_on, content.evening_on + timedelta(days=1)),
        sentence=told,
        emphasis=emphasis,
        subject=subject(content.evening_on, state, figures, content.version),
        completeness=completeness(state, figures),
        figures=figures,
        rows=rows,
        quiet=tuple(
            sorted(
                {
                    place.residence
                    for place in content.awaited
                    if (place.residence_id or place.residence) not in troubled
                }
            )
        ),
    )


def figures_of(content: Content) -> Figures:
    """The numbers of a report."""
    due = {(place.entrance_id, place.place) for place in content.awaited}
    named = {place.place for place in content.awaited}
    visited = {(visit.entrance_id, visit.place) for visit in content.done}
    beside = {key for key in visited if key not in due and key[1] not in named}
    return Figures(
        planned=len(content.awaited),
        done=len(visited - beside),
        off_programme=len(beside),
        not_done=len(content.not_done),
        not_received=len(content.not_received),
        interventions=len(content.interventions),
        police=content.police_requests,
        anomalies=len(content.anomalies),
        calls=len(content.calls),
        calls_followed=sum(call.followed_by is not None for call in content.calls),
    )


def _rows(content: Content) -> Iterator[Row]:
    for item in sorted(content.interventions, key=lambda item: (_rank(item), item.at, item.id)):
        yield Row(
            RowKind.INTERVENTION, item.place, item.at, item.situation.label, item.actions,
            _police(item), item.outcome.label, item.residence_id, item.entrance_id, item.id,
        )  # fmt: skip
    for visit in content.not_done:
        why = f"Motif : {visit.reason.label.lower()}" if visit.reason else ""
        yield Row(
            RowKind.NOT_DONE, visit.place, visit.at, "Passage non effectué", (), why, "—",
            visit.residence_id, visit.entrance_id, visit.id,
        )  # fmt: skip
    for place in content.not_received:
        yield Row(
            RowKind.NOT_RECEIVED, place.place, None, "Passage non reçu", (),
            "Ni fiche, ni motif", "—", place.residence_id, place.entrance_id, place.entrance_id,
        )  # fmt: skip
    for seen in content.anomalies:
        yield Row(
            RowKind.ANOMALY, seen.place, seen.at, seen.equipment.label, (), _since(seen),
            "Anomalie technique", seen.residence_id, seen.entrance_id, seen.id,
        )  # fmt: skip


def _rank(item: InterventionLine) -> int:
    """Police and rescue first, then reminders, then the rest."""
    return min((_FIRST.get(action, 2) for action in item.actions), default=2)


def _police(item: InterventionLine) -> str:
    if item.police_called_at is None or item.police_force is None:
        return ""
    told = f"{item.police_force.label} appelée à {formats.hour(item.police_called_at)}"
    if item.police_arrived_at is not None:
        return f"{told}, sur place à {formats.hour(item.police_arrived_at)}"
    return f"{told}, {item.police_outcome.label.lower()}" if item.police_outcome else told


def _since(seen: AnomalyLine) -> str:
    nights = formats.count(seen.sightings, "soirée")
    since = f"vue {nights}, depuis le {formats.numeric_date(seen.first_seen_on)}"
    told = since if seen.still_there else "constatée réparée"
    return f"{told}. {seen.note}" if seen.note else told
