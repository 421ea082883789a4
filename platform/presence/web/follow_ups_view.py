"""What the page of follow-ups says, computed: the sentence, the rows, the filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from presence.followup.queries import FollowUpLine, follow_ups
from presence.kernel import formats
from presence.kernel.nomenclature import FollowUpState
from presence.patrimoine import queries as patrimoine
from presence.web.forms import member, uuid_of

OPEN = (FollowUpState.TO_DO, FollowUpState.IN_PROGRESS)
TITLES = (
    "Résidence", "Soirée", "Fait", "Suite", "Responsable", "Échéance", "Ancienneté (jours)",
    "État", "En retard", "Résultat",
)  # fmt: skip
Choices = list[tuple[UUID, str]]


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; without a state, what is still open."""

    state: FollowUpState | None
    residence_id: UUID | None
    responsible_id: UUID | None

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> "Wanted":
        """Read the address; raises `Invalid`."""
        state, where, who = (arguments.get(k) for k in ("etat", "residence", "responsable"))
        return cls(
            member(FollowUpState, state, "etat") if state else None,
            uuid_of(where, "residence") if where else None,
            uuid_of(who, "responsable") if who else None,
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The address that asks for the same."""
        told = {
            "etat": self.state.value if self.state else None,
            "residence": self.residence_id,
            "responsable": self.responsible_id,
        }
        return {name: str(value) for name, value in told.items() if value is not None}

    @property
    def is_over(self) -> bool:
        """Whether what it asks for can only be reopened."""
        return self.state is not None and self.state not in OPEN

    @property
    def besides(self) -> dict[str, str]:
        """The same without the state: what the chips of the states keep."""
        return {name: value for name, value in self.arguments.items() if name != "etat"}


@dataclass(frozen=True)
class Row:
    """A row of the page."""

    item: FollowUpLine
    place: str
    responsible: str
    age: int
    late: bool


def lines_of(
    session: Session, wanted: Wanted, people: Sequence[tuple[UUID, str]], day: date
) -> list[Row]:
    """The rows that are asked for, those that are late first."""
    found = follow_ups(
        session,
        states=(wanted.state,) if wanted.state else OPEN,
        residence_id=wanted.residence_id,
        responsible_id=wanted.responsible_id,
    )
    return rows_of(session, found, people, day)


def rows_of(
    session: Session,
    found: Sequence[FollowUpLine],
    people: Sequence[tuple[UUID, str]],
    day: date,
) -> list[Row]:
    """Some follow-ups as rows, in the same order."""
    names = {place.id: place.name for place in patrimoine.residences(session, archived=True)}
    known = dict(people)
    return [
        Row(
            item,
            names[item.residence_id],
            # Somebody who has left, or whose role has ended, is not named any more.
            known.get(item.responsible_id, "Ancien membre") if item.responsible_id else "—",
            ((item.closed_on or day) - item.opened_on).days,
            item.late(day),
        )
        for item in found
    ]


def choices_of(session: Session, people: Sequence[tuple[UUID, str]]) -> dict[str, Choices]:
    """What the filters offer: the residences and the people that have follow-ups."""
    found = follow_ups(session)
    places = {item.residence_id for item in found}
    known = dict(people)
    given = {item.responsible_id for item in found if item.responsible_id}
    return {
        "residence": [
            (place.id, place.name)
            for place in patrimoine.residences(session, archived=True)
            if place.id in places
        ],
        "responsable": sorted(
            ((key, known.get(key, "Ancien membre")) for key in given), key=lambda pair: pair[1]
        ),
    }


def sentence_of(session: Session, day: date) -> str:
    """« 4 suites à traiter, dont 1 en retard »: of everything, whatever the filters."""
    found = follow_ups(session, states=OPEN)
    if not found:
        return "Rien à traiter. Les nouvelles suites arrivent chaque matin à 07:00."
    late = sum(item.late(day) for item in found)
    told = formats.count(len(found), "suite à traiter", "suites à traiter")
    return f"{told}, dont {formats.number(late)} en retard." if late else f"{told}."


def cells_of(row: Row) -> tuple[str, ...]:
    """A row of the file."""
    item = row.item
    return (
        row.place,
        formats.numeric_date(item.evening_on) if item.evening_on else "",
        item.fact, item.kind.label, row.responsible, formats.numeric_date(item.due_on),
        str(row.age), item.state.label, "oui" if row.late else "non", item.result or "",
    )  # fmt: skip
