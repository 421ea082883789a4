"""Frequency ledger (compte des passages): a week's visits, due and made, by place and owner. Pure.

A place owes nothing to another: a visit above what was due is counted apart (`extra`) and never
fills a deficit elsewhere, so that an owner's figures are the sums of its places'. `as_of` is the
last evening that is over; the evenings after it remain. An evening counts once for a place.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import islice
from uuid import UUID

from presence.kernel.formats import count, percent
from presence.planning.frequency import longest_run
from presence.planning.hours import SUNDAY, WEEKDAYS

# How the evenings left are shared out when the team cannot hold them all: shown, and logged.
RULE = (
    "Soirée par soirée, les passages de l'équipe vont d'abord aux lieux qui ont le moins de "
    "soirées d'avance, puis au bailleur le moins servi par rapport à son dû, puis selon "
    "l'identifiant du lieu."
)
# Beyond these differences an owner is told. No contract gives a figure; ten points are less than
# one evening lost out of seven (14 points): an evening that one owner bears alone is seen.
SERVED_TOLERANCE = Fraction(10, 100)
SHARE_TOLERANCE = Fraction(10, 100)


class OtherWeek(ValueError):
    """A date of another week was given: a deficit would be counted in the wrong one."""


@dataclass(frozen=True)
class PlaceWeek:
    """A place's week: what is due, made, missed (by reason), planned, and still allowed.

    `due_on` are the evenings that the frequency gave; `due` may be more, when the contract asks
    for more than the week could hold. `possible_on` are those that the frequency's rules allow.
    """

    place_id: UUID
    owner: int
    due: int
    due_on: tuple[date, ...] = ()
    done_on: tuple[date, ...] = ()
    missed: Mapping[str, int] = field(default_factory=dict)
    planned_on: tuple[date, ...] = ()
    possible_on: tuple[date, ...] = ()
    min_gap_days: int = 0
    dwellings: int = 0

    @property
    def served(self) -> int:
        """Visits made that count towards what is due."""
        return min(self.due, len(set(self.done_on)))

    def evenings_left(self, as_of: date) -> list[date]:
        """The evenings on which it can still be visited, in order."""
        return sorted({day for day in self.possible_on if day > as_of} - set(self.done_on))

    def holdable(self, as_of: date) -> int:
        """Visits still due that can be held if every evening left is used."""
        evenings = longest_run(self.evenings_left(as_of), self.min_gap_days)
        return min(self.due - self.served, len(evenings))

    def due_to(self, as_of: date) -> int:
        """What the frequency had given by an evening; on the week's last, all that is due."""
        if as_of.isoweekday() == SUNDAY:
            return self.due
        return min(self.due, sum(day <= as_of for day in set(self.due_on)))


@dataclass(frozen=True)
class Balance:
    """Balance (solde) of a place or of an owner, in visits.

    `missing`: not held if the plan is followed. `short`: cannot be held any more, whatever is
    done. `at_risk`: could be held, but the team has not enough stops. `last_on`: the last
    evening that can still change it, or the last one over.
    """

    due: int
    due_to_date: int
    done: int
    served: int
    extra: int
    planned: int
    missed: Mapping[str, int]
    remaining: int
    missing: int
    short: int
    at_risk: int
    last_on: date


@dataclass(frozen=True)
class Ledger:
    """The balances of a week at a date."""

    as_of: date
    places: Mapping[UUID, Balance]
    owners: Mapping[int, Balance]
    overall: Balance


@dataclass(frozen=True)
class Fairness:
    """Whether an owner is served like the others (équité), and the sentence that says it."""

    owner: int
    served_ratio: Fraction
    overall_ratio: Fraction
    share_of_stops: Fraction
    share_of_dwellings: Fraction
    warned: bool
    sentence: str


def ledger(places: Sequence[PlaceWeek], as_of: date, capacity: Mapping[date, int]) -> Ledger:
    """The balances of places and owners; `capacity` is the team's stops of each evening left."""
    for place in places:
        _require_week(place, as_of)
    allotted = allot(places, as_of, capacity)
    balances = {
        place.place_id: _balance(place, as_of, len(allotted[place.place_id])) for place in places
    }
    owners = {
        owner: _total([balances[p.place_id] for p in places if p.owner == owner], as_of)
        for owner in sorted({place.owner for place in places})
    }
    return Ledger(as_of, balances, owners, _total(balances.values(), as_of))


def allot(
    places: Sequence[PlaceWeek], as_of: date, capacity: Mapping[date, int]
) -> dict[UUID, tuple[date, ...]]:
    """Share the evenings left between the places by the written rule (`RULE`)."""
    given: dict[UUID, tuple[date, ...]] = {place.place_id: () for place in places}
    held, due = Counter[int](), Counter[int]()
    for place in places:
        held[place.owner] += place.served
        due[place.owner] += place.due
    for evening in sorted(day for day in capacity if day > as_of):
        waiting: dict[int, dict[int, list[UUID]]] = {}
        for place in sorted(places, key=lambda place: place.place_id):
            spare = _spare(place, evening, as_of, given)
            if spare is not None:
                waiting.setdefault(spare, {}).setdefault(place.owner, []).append(place.place_id)
        for owner, place_id in islice(_in_order(waiting, held, due), max(0, capacity[evening])):
            held[owner] += 1
            given[place_id] += (evening,)
    return given


def _in_order(
    waiting: Mapping[int, Mapping[int, Sequence[UUID]]], held: Counter[int], due: Counter[int]
) -> Iterator[tuple[int, UUID]]:
    """The places that wait, by the rule; an owner's place in it moves with each visit it gets."""
    for spare in sorted(waiting):
        queues = {owner: deque(ids) for owner, ids in waiting[spare].items()}
        heads = [(Fraction(held[o], due[o]), ids[0], o) for o, ids in queues.items()]
        heapify(heads)
        while heads:
            _, place_id, owner = heappop(heads)
            queues[owner].popleft()
            yield owner, place_id
            if queues[owner]:
                heappush(heads, (Fraction(held[owner], due[owner]), queues[owner][0], owner))


def at(name: str) -> str:
    """« à Champaret », « au Pré », « aux Fougères »."""
    for article, contracted in (("Les ", "aux "), ("Le ", "au ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"à {name}"


def deficit_sentence(balance: Balance, as_of: date, where: str) -> str:
    """The deficit foreseen, in French; `where` is « à Champaret », or « pour Pluralis »."""
    visits = count(balance.missing, "passage")
    made = f"({count(balance.served, 'fait')} sur {balance.due})"
    if balance.last_on <= as_of:
        return f"Il manque {visits} cette semaine {where} {made}, et aucune soirée ne reste."
    weekday = WEEKDAYS[balance.last_on.isoweekday() - 1]
    return f"Au rythme prévu, il manquera {visits} {weekday} {where} {made}."


def fairness(places: Sequence[PlaceWeek], as_of: date) -> list[Fairness]:
    """Each owner against all of them, on what was due to date, on stops and on dwellings."""
    overall = _Part.of(places, as_of)
    owners = sorted({place.owner for place in places})
    return [
        _fairness(owner, _Part.of([p for p in places if p.owner == owner], as_of), overall)
        for owner in owners
    ]


@dataclass(frozen=True)
class _Part:
    due: int
    served: int
    stops: int
    dwellings: int

    @classmethod
    def of(cls, places: Sequence[PlaceWeek], as_of: date) -> "_Part":
        return cls(
            due=sum(place.due_to(as_of) for place in places),
            served=sum(min(place.served, place.due_to(as_of)) for place in places),
            stops=sum(len(place.done_on) for place in places),
            dwellings=sum(place.dwellings for place in places),
        )

    @property
    def ratio(self) -> Fraction:
        """Nothing due is nothing owed."""
        return Fraction(self.served, self.due) if self.due else Fraction(1)


def _fairness(owner: int, part: _Part, overall: _Part) -> Fairness:
    stops = _share(part.stops, overall.stops)
    dwellings = _share(part.dwellings, overall.dwellings)
    late = overall.ratio - part.ratio > SERVED_TOLERANCE
    # Before the team's first stop nobody has been preferred.
    outweighed = (
        overall.stops > 0 and part.served < part.due and dwellings - stops > SHARE_TOLERANCE
    )
    sentence = _sentence(part, overall, late=late, outweighed=outweighed)
    return Fairness(
        owner, part.ratio, overall.ratio, stops, dwellings, late or outweighed, sentence
    )


def _sentence(part: _Part, overall: _Part, *, late: bool, outweighed: bool) -> str:
    if not part.due:
        return "Aucun passage n'était encore dû."
    against = "contre " if late else ""
    served = (
        f"{percent(part.served, part.due)} de ses passages dus sont faits, "
        f"{against}{percent(overall.served, overall.due)} pour l'ensemble des bailleurs."
    )
    if not outweighed:
        return served
    return (
        f"{served} "
        f"Il a reçu {percent(part.stops, overall.stops)} des passages de l'équipe pour "
        f"{percent(part.dwellings, overall.dwellings)} des logements couverts : "
        f"{count(part.due - part.served, 'passage reste dû', 'passages restent dus')}."
    )


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _require_week(place: PlaceWeek, as_of: date) -> None:
    days = (*place.due_on, *place.done_on, *place.planned_on, *place.possible_on)
    if any(day.isocalendar()[:2] != as_of.isocalendar()[:2] for day in days):
        message = f"Une date du lieu {place.place_id} n'est pas dans la semaine du compte."
        raise OtherWeek(message)


def _balance(place: PlaceWeek, as_of: date, allotted: int) -> Balance:
    left = place.evenings_left(as_of)
    # A visit planned on an evening that the frequency's rules refuse promises nothing.
    planned = len(longest_run(set(place.planned_on) & set(left), place.min_gap_days))
    remaining, holdable = place.due - place.served, place.holdable(as_of)
    return Balance(
        due=place.due,
        due_to_date=place.due_to(as_of),
        done=len(place.done_on),
        served=place.served,
        extra=len(place.done_on) - place.served,
        planned=planned,
        missed=dict(place.missed),
        remaining=remaining,
        missing=max(0, remaining - planned),
        short=remaining - holdable,
        at_risk=holdable - allotted,
        last_on=max(left, default=as_of),
    )


def _total(balances: Iterable[Balance], as_of: date) -> Balance:
    held = list(balances)
    missed = Counter[str]()
    for balance in held:
        missed.update(balance.missed)
    return Balance(
        due=sum(balance.due for balance in held),
        due_to_date=sum(balance.due_to_date for balance in held),
        done=sum(balance.done for balance in held),
        served=sum(balance.served for balance in held),
        extra=sum(balance.extra for balance in held),
        planned=sum(balance.planned for balance in held),
        missed=dict(missed),
        remaining=sum(balance.remaining for balance in held),
        missing=sum(balance.missing for balance in held),
        short=sum(balance.short for balance in held),
        at_risk=sum(balance.at_risk for balance in held),
        last_on=max((balance.last_on for balance in held), default=as_of),
    )


def _spare(
    place: PlaceWeek, evening: date, as_of: date, given: Mapping[UUID, Sequence[date]]
) -> int | None:
    """The evenings to spare from one on; None when it is of no use to the place."""
    taken = given[place.place_id]
    wanted = place.holdable(as_of) - len(taken)
    left = [
        day
        for day in place.evenings_left(as_of)
        if day >= evening and not (taken and (day - taken[-1]).days < place.min_gap_days)
    ]
    if wanted <= 0 or evening not in left:
        return None
    return len(longest_run(left, place.min_gap_days)) - wanted
