"""What may happen to an anomaly (cycle de vie d'une anomalie), and what a sighting changes. Pure.

Signalée → prise en charge → réparée: the bailleur says so. Réparée → vérifiée: either side, or the
agents who see it repaired. Réparée → signalée: the agents see it again. Vérifiée closes it: what is
seen afterwards is another anomaly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import AnomalyState
from presence.kernel.plain import literal

MOST_NOTE = 280


class Side(StrEnum):
    """Who acts on an anomaly."""

    BAILLEUR = "bailleur"
    PRESTATAIRE = "prestataire"


_ALLOWED: dict[Side, dict[AnomalyState, frozenset[AnomalyState]]] = {
    Side.BAILLEUR: {
        AnomalyState.REPORTED: frozenset({AnomalyState.ACKNOWLEDGED}),
        AnomalyState.ACKNOWLEDGED: frozenset({AnomalyState.FIXED}),
        AnomalyState.FIXED: frozenset({AnomalyState.VERIFIED}),
    },
    Side.PRESTATAIRE: {
        AnomalyState.FIXED: frozenset({AnomalyState.VERIFIED, AnomalyState.REPORTED}),
    },
}


def next_states(side: Side, state: AnomalyState) -> list[AnomalyState]:
    """Where this side may lead an anomaly from there, in the order of the cycle."""
    allowed = _ALLOWED[side].get(state, frozenset())
    return [reached for reached in AnomalyState if reached in allowed]


def refusal(side: Side, state: AnomalyState, wanted: AnomalyState) -> str | None:
    """Why a step is not allowed, None if it is."""
    allowed = next_states(side, state)
    if wanted in allowed:
        return None
    if state is AnomalyState.VERIFIED:
        return "Cette anomalie est vérifiée : elle est close. Revue, elle sera signalée à nouveau."
    now = state.label.lower()
    if not allowed:
        return f"Cette anomalie est {now} : c'est au bailleur de la faire avancer."
    told = " ou ".join(f"« {reached.label} »" for reached in allowed)
    return f"Cette anomalie est {now} : l'étape suivante est {told}."


def note_of(text: str | None, field: str = "note") -> str | None:
    """A note as it is kept: one line, every sign visible, None if empty; raises `Invalid`."""
    told = " ".join(literal(text or "").split())
    if len(told) > MOST_NOTE:
        raise Invalid(field, f"Une note tient en {MOST_NOTE} caractères : il y en a {len(told)}.")
    return told or None


@dataclass
class Tracked:
    """An anomaly while sightings are being taken in, one after the other."""

    id: UUID
    state: AnomalyState
    state_at: datetime
    last_seen_at: datetime
    note: str | None

    def sees(self, seen_at: datetime, note: str | None, *, still_there: bool) -> bool:
        """Take a sighting in; tells whether it changed the state.

        A sighting that comes late never undoes what was said after it.
        """
        state = self._state_after(seen_at, still_there=still_there)
        changed = state is not self.state
        if changed:
            self.state, self.state_at = state, max(seen_at, self.state_at)
        if seen_at >= self.last_seen_at:
            self.last_seen_at, self.note = seen_at, note or self.note
        return changed

    def _state_after(self, seen_at: datetime, *, still_there: bool) -> AnomalyState:
        if not still_there:
            return AnomalyState.VERIFIED if seen_at >= self.last_seen_at else self.state
        if self.state is AnomalyState.FIXED and seen_at > self.state_at:
            return AnomalyState.REPORTED
        return self.state


def concerned(known: Sequence[Tracked], seen_at: datetime) -> Tracked | None:
    """Which of a place's anomalies of one equipment a sighting is about; None: another one.

    One that was verified after the sighting, else the one that is open.
    """
    closed_after = [
        row for row in known if row.state is AnomalyState.VERIFIED and row.state_at > seen_at
    ]
    if closed_after:
        return min(closed_after, key=lambda row: row.state_at)
    return next((row for row in known if row.state is not AnomalyState.VERIFIED), None)
