"""What a residence's sheet says, computed: the sentence, the notes and who read them, the codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy.orm import Session

from presence.kernel import formats
from presence.kernel.nomenclature import NoteKind, VisitResult
from presence.members.queries import cards
from presence.patrimoine.queries import CoveredPeriod, HallDetail
from presence.sites import history, queries
from presence.sites.history import PastVisit
from presence.sites.queries import MaskedCode, Note, Reading, RevealLine
from presence.web.charts import Columns, columns
from tenants.roles import Role
from tenants.scheme import contracts

# Who walks, hence who has to read: a desk does not.
_WALKERS = frozenset({Role.AGENT, Role.TEAM_LEADER})


@dataclass(frozen=True)
class NoteCard:
    """A version that applies tonight or later, who has read it, and what was said before."""

    note: Note
    readings: tuple[Reading, ...]
    walkers: int
    to_come: bool
    latest: bool
    former: tuple[Note, ...]

    @property
    def share(self) -> str:
        """« Lue par 2 agents sur 3 »; one who has left since counts, so never more than all."""
        read = len(self.readings)
        if not read:
            return "Pas encore lue"
        return f"Lue par {formats.count(read, 'agent')} sur {max(read, self.walkers)}"

    @property
    def all_read(self) -> bool:
        """Whether every agent has read it."""
        return 0 < self.walkers <= len(self.readings)


@dataclass(frozen=True)
class Notes:
    """A residence's notes: those of tonight and later, and those that are over."""

    cards: tuple[NoteCard, ...]
    past: tuple[Note, ...]

    def of(self, kind: NoteKind) -> list[NoteCard]:
        """The cards of a kind."""
        return [card for card in self.cards if card.note.kind is kind]


@dataclass(frozen=True)
class CodeCard:
    """A masked code, whether it should have been changed, and who saw it."""

    code: MaskedCode
    overdue: bool
    reveals: tuple[RevealLine, ...]


@dataclass(frozen=True)
class Year:
    """Twelve months of interventions: what they say, and their chart."""

    finding: str
    chart: Columns


def notes_of_sheet(session: Session, residence_id: UUID, evening_on: date, walkers: int) -> Notes:
    """The notes of a residence with their readings (bailleur)."""
    everything = queries.notes_of(session, residence_id)
    live = [n for n in everything if n.ends_on is None or n.ends_on > max(evening_on, n.starts_on)]
    read = queries.readings_of(session, [note.id for note in live])
    last = {note.thread_id: note.version for note in sorted(everything, key=lambda n: n.version)}
    made = []
    for note in live:
        readings = tuple(read.get(note.id, ()))
        former = tuple(
            n
            for n in everything
            if n.thread_id == note.thread_id and n.version < note.version and n not in live
        )
        made.append(
            NoteCard(
                note, readings, walkers, note.starts_on > evening_on,
                note.version == last[note.thread_id], former,
            )
        )  # fmt: skip
    threads = {note.thread_id for note in live}
    return Notes(tuple(made), tuple(n for n in everything if n.thread_id not in threads))


def walkers_on(session: Session, day: date) -> int:
    """How many people walk for the bailleur's prestataires today."""
    serving = {c.prestataire_id for c in contracts(session) if day in c.valid_during}
    return sum(bool(card.roles & _WALKERS) for key in serving for card in cards(key))


def codes_of_sheet(session: Session, residence_id: UUID, day: date) -> list[CodeCard]:
    """The codes of a residence, masked, each with who saw it (bailleur)."""
    lines = queries.reveals_of(session, residence_id)
    return [
        CodeCard(code, code.is_overdue(day), tuple(x for x in lines if x.access_code_id == code.id))
        for code in queries.codes_of(session, residence_id)
    ]


def year_of(session: Session, residence_id: UUID, day: date) -> Year:
    """The twelve months that end with a day's own."""
    months = history.interventions_by_month(session, residence_id, day)
    values = [value for _, value in months]
    total, most = sum(values), max(values)
    told = f"{formats.count(total, 'intervention')} en douze mois"
    if total:
        when = next(month for month, value in months if value == most)
        told += f", le plus en {formats.month(when)} ({most})"
    return Year(told, columns([month for month, _ in months], values, round(median(values))))


def sentence_of(notes: Notes, codes: Sequence[CodeCard]) -> tuple[str, str]:
    """What agents will read tonight, and what is left to be done about it."""
    tonight = [card for card in notes.cards if not card.to_come]
    hazards = sum(card.note.kind is NoteKind.HAZARD for card in tonight)
    told = []
    if hazards:
        told.append(formats.count(hazards, "danger"))
    if len(tonight) > hazards:
        told.append(formats.count(len(tonight) - hazards, "consigne"))
    first = f"Ce soir : {' et '.join(told)}." if told else "Aucune consigne pour ce soir."
    left = []
    unread = sum(not card.readings for card in tonight)
    if unread:
        said = "n'a pas encore été lue" if unread == 1 else "n'ont pas encore été lues"
        left.append(f"{unread} {said}.")
    overdue = sum(card.overdue for card in codes)
    if overdue:
        left.append(f"{formats.count(overdue, 'code')} à changer sans attendre.")
    return first, " ".join(left)


def period_words(period: CoveredPeriod, day: date) -> str:
    """« depuis le 1er janvier 2012 », « du … au … », « à partir du … »."""
    start = formats.long_date(period.from_on, weekday=False)
    if period.to_on is not None:
        # Written with its last day, as a reader expects; kept with the day after.
        last = formats.long_date(period.to_on - timedelta(days=1), weekday=False)
        return f"du {start} au {last}"
    return f"depuis le {start}" if period.from_on <= day else f"à partir du {start}"


def visit_words(visit: PastVisit) -> str:
    """What a past visit was: « rien à signaler », « non effectué : accès impossible »."""
    if visit.result is VisitResult.NOT_DONE and visit.not_done_reason is not None:
        return f"non effectué : {visit.not_done_reason.label.lower()}"
    return visit.result.label.lower()


def hall_names(halls: Sequence[HallDetail]) -> dict[UUID | None, str]:
    """The name of each hall, archived ones too, by id."""
    return {hall.id: hall.name for hall in halls}
