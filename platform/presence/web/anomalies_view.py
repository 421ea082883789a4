"""What the pages of anomalies say, computed: the rows, how long, where each stands, what next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from presence.anomalies.queries import anomalies, steps_of
from presence.anomalies.records import AnomalyLine, StepLine
from presence.anomalies.rules import next_states
from presence.anomalies.steps import side_of
from presence.kernel import formats
from presence.kernel.nomenclature import AnomalyState
from presence.patrimoine import queries as patrimoine
from presence.planning.queries import place_label
from presence.web.forms import member, uuid_of

OPEN = (AnomalyState.REPORTED, AnomalyState.ACKNOWLEDGED, AnomalyState.FIXED)
TITLES = (
    "Lieu", "Équipement", "État", "Depuis le", "Vue la première fois", "Vue la dernière fois",
    "Soirs", "Note", "Historique",
)  # fmt: skip
# What a button says: the state it leads to.
VERBS = {
    AnomalyState.REPORTED: "Signaler à nouveau",
    AnomalyState.ACKNOWLEDGED: "Prendre en charge",
    AnomalyState.FIXED: "Réparée",
    AnomalyState.VERIFIED: "Vérifiée",
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; without a state, what is still open."""

    state: AnomalyState | None
    residence_id: UUID | None

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> "Wanted":
        """Read the address; raises `Invalid`."""
        state, where = arguments.get("etat"), arguments.get("residence")
        return cls(
            member(AnomalyState, state, "etat") if state else None,
            uuid_of(where, "residence") if where else None,
        )

    def arguments(self, *, state: bool = True) -> dict[str, str]:
        """The address that asks for the same, the state left out if it is to be another."""
        told = {
            "etat": self.state.value if self.state and state else None,
            "residence": str(self.residence_id) if self.residence_id else None,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Row:
    """A row of the page."""

    item: AnomalyLine
    place: str
    seen: str
    history: str
    verbs: tuple[tuple[str, str], ...]


def rows_of(session: Session, wanted: Wanted) -> list[Row]:
    """The rows that are asked for, the oldest first."""
    found = anomalies(
        session,
        states=(wanted.state,) if wanted.state else OPEN,
        residence_id=wanted.residence_id,
    )
    return _rows(session, found)


def open_at(session: Session, entrance_id: UUID) -> list[Row]:
    """What is still open at a hall, the oldest first."""
    return _rows(session, anomalies(session, states=OPEN, entrance_id=entrance_id))


def _rows(session: Session, found: Iterable[AnomalyLine]) -> list[Row]:
    lines = list(found)
    places = {line.residence_id for line in lines}
    names = {place.id: place.name for place in patrimoine.residences(session, archived=True)}
    halls = {hall.id: hall.name for hall in patrimoine.entrances(session, places, archived=True)}
    steps = steps_of(session, [line.id for line in lines])
    side = side_of(session)
    return [
        Row(
            line,
            place_label(names[line.residence_id], halls[line.entrance_id]),
            seen_words(line),
            history_words(steps[line.id]),
            tuple((state.value, VERBS[state]) for state in next_states(side, line.state)),
        )
        for line in lines
        # A place outside one's reach today is not named.
        if line.residence_id in names and line.entrance_id in halls
    ]


def seen_words(line: AnomalyLine) -> str:
    """« vue 4 soirs, du 03/12/2013 au 09/12/2013 »."""
    evenings = formats.count(line.sightings, "soir")
    first = formats.numeric_date(line.first_seen_on)
    if line.first_seen_on == line.last_seen_on:
        return f"vue {evenings}, le {first}"
    return f"vue {evenings}, du {first} au {formats.numeric_date(line.last_seen_on)}"


def history_words(steps: Iterable[StepLine]) -> str:
    """« signalée le 03/12/2013, réparée le 09/12/2013 (ampoule changée) »."""
    return ", ".join(
        f"{step.state.label.lower()} le {formats.numeric_date(formats.paris_date(step.taken_at))}"
        + (f" ({step.note})" if step.note and step.side == "bailleur" else "")
        for step in steps
    )


def sentence_of(session: Session) -> str:
    """« 4 anomalies ouvertes, dont 1 réparée à vérifier. »: of everything, whatever the filters."""
    found = anomalies(session, states=OPEN)
    if not found:
        return "Aucune anomalie ouverte. Celles que les agents voient ce soir arrivent ici."
    told = formats.count(len(found), "anomalie ouverte", "anomalies ouvertes")
    fixed = sum(line.state is AnomalyState.FIXED for line in found)
    if not fixed:
        return f"{told}."
    return f"{told}, dont {formats.count(fixed, 'réparée', 'réparées')} à vérifier."


def cells_of(row: Row) -> tuple[str, ...]:
    """A row of the file."""
    item = row.item
    return (
        row.place, item.equipment.label, item.state.label,
        formats.numeric_date(formats.paris_date(item.state_at)),
        formats.numeric_date(item.first_seen_on), formats.numeric_date(item.last_seen_on),
        str(item.sightings), item.note or "", row.history,
    )  # fmt: skip
