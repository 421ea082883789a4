"""What changed between two versions of a report, field by field, in French. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from presence.daily_reports.content import (
    AnomalyLine,
    CallLine,
    Content,
    FieldChange,
    InterventionLine,
    VisitLine,
)
from presence.kernel import formats
from presence.kernel.nomenclature import Coded

NOTHING = "—"
Reader = Callable[[Any], str]


def _hour(value: datetime | None) -> str:
    return formats.hour(value) if value else NOTHING


def _label(value: Coded | None) -> str:
    return value.label if value else NOTHING


_VISIT: dict[str, Reader] = {
    "lieu": lambda line: line.place,
    "heure": lambda line: _hour(line.at),
    "résultat": lambda line: _label(line.result),
    "motif": lambda line: _label(line.reason),
}
_INTERVENTION: dict[str, Reader] = {
    "lieu": lambda line: line.place,
    "heure": lambda line: _hour(line.at),
    "partie commune": lambda line: _label(line.area),
    "situation": lambda line: _label(line.situation),
    "actions": lambda line: ", ".join(action.label for action in line.actions),
    "à notre départ": lambda line: _label(line.outcome),
    "origine": lambda line: _label(line.origin),
    "personnes": lambda line: _label(line.people_band),
    "force appelée": lambda line: _label(line.police_force),
    "heure de l'appel": lambda line: _hour(line.police_called_at),
    "arrivée": lambda line: _hour(line.police_arrived_at),
    "réponse": lambda line: _label(line.police_outcome),
}
_ANOMALY: dict[str, Reader] = {
    "équipement": lambda line: _label(line.equipment),
    "constat": lambda line: "toujours là" if line.still_there else "réparée",
    "précision": lambda line: line.note or NOTHING,
}
_CALL: dict[str, Reader] = {
    "besoin": lambda line: _label(line.need),
    "urgence": lambda line: _label(line.urgency),
    "suivi": lambda line: "par une intervention" if line.followed_by else NOTHING,
}


def differences(before: Content, after: Content) -> tuple[FieldChange, ...]:
    """Every field that differs, in the order of the report; lines added and withdrawn too."""
    return tuple(
        change
        for old, new, fields, word in (
            (before.visits, after.visits, _VISIT, _visit_word),
            (before.interventions, after.interventions, _INTERVENTION, _intervention_word),
            (before.anomalies, after.anomalies, _ANOMALY, _anomaly_word),
            (before.calls, after.calls, _CALL, _call_word),
        )
        for change in _between(old, new, fields, word)
    )


def figures_changed(before: Content, after: Content) -> bool:
    """Whether a count differs: only then are the readers told."""
    return before.counts() != after.counts()


def _between(
    old: tuple[Any, ...], new: tuple[Any, ...], fields: dict[str, Reader], word: Reader
) -> Iterator[FieldChange]:
    known = {line.id: line for line in old}
    kept = {line.id for line in new}
    for line in new:
        former = known.get(line.id)
        if former is None:
            yield FieldChange(line.place, "fiche", NOTHING, word(line))
            continue
        for name, told in fields.items():
            if told(former) != told(line):
                yield FieldChange(line.place, name, told(former), told(line))
    for line in old:
        if line.id not in kept:
            yield FieldChange(line.place, "fiche", word(line), NOTHING)


def _visit_word(line: VisitLine) -> str:
    reason = f" ({line.reason.label.lower()})" if line.reason else ""
    return f"Passage de {_hour(line.at)} : {line.result.label}{reason}"


def _intervention_word(line: InterventionLine) -> str:
    return f"Intervention de {_hour(line.at)} : {line.situation.label}"


def _anomaly_word(line: AnomalyLine) -> str:
    return f"Anomalie : {line.equipment.label}"


def _call_word(line: CallLine) -> str:
    return f"Appel de {_hour(line.called_at)} : {line.need.label}"
