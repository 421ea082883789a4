"""Due rules (fréquences de passage): the evenings of a week or a month when a place is due. Pure.

The plain case, n evenings of a week served every evening and nothing else asked, is
`rules.is_due` to the day: signed reports rest on it. Otherwise n evenings are aimed at, spread
over those admitted, and each goes to the nearest that keeps the gap. « Ordered » aims at the
same evenings every time, « random » at others, drawn from the place's id and the period.
A gap holds across periods too: one period in two is fixed first, the others fit between.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate, groupby
from uuid import UUID, uuid5

from presence.kernel.clock import first_of_month, last_of_month
from presence.kernel.errors import Invalid
from presence.kernel.formats import count
from presence.kernel.nomenclature import FrequencyPeriod, StopOrder
from presence.planning import rules
from presence.planning.hours import Hours, evening_order

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# A year and the weeks that it cuts: every season and every month is met.
CHECKED_DAYS = 53 * 7
# Being too near a neighbouring period weighs more than any distance from the evenings aimed at.
BORDER = 10_000
IMPOSSIBLE = 10**9

ServedOn = Callable[[date], Hours | None]
Room = tuple[date, date]
Choice = tuple[int, tuple[date, ...]]
# Days that every period holds: the shortest month has 28.
SHORTEST = {FrequencyPeriod.WEEK: 7, FrequencyPeriod.MONTH: 28}


@dataclass(frozen=True)
class Frequency:
    """Visits asked for; no weekday means any, no hour means those of the service.

    `min_gap_days` counts from one evening to the next: 2 leaves an evening between them.
    """

    times: int
    per: FrequencyPeriod = FrequencyPeriod.WEEK
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    to_time: time | None = None
    pattern: StopOrder = StopOrder.ORDERED
    min_gap_days: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it only asks for a number of evenings a week."""
        asked = (self.weekdays, self.from_time, self.to_time, self.min_gap_days > 1)
        return (
            self.per == FrequencyPeriod.WEEK
            and self.pattern == StopOrder.ORDERED
            and not any(asked)
        )


def period_of(frequency: Frequency, day: date) -> tuple[date, date]:
    """The first and last day of the ISO week or of the month that holds a day."""
    if frequency.per == FrequencyPeriod.MONTH:
        return first_of_month(day), last_of_month(day)
    monday = day - DAY * (day.isoweekday() - 1)
    return monday, monday + 6 * DAY


def band_on(frequency: Frequency, hours: Hours) -> tuple[time, time] | None:
    """The hours of an evening when the place may be visited; None when there are none."""
    opens = [hours.opens_at] + ([] if frequency.from_time is None else [frequency.from_time])
    closes = [hours.closes_at] + ([] if frequency.to_time is None else [frequency.to_time])
    start, end = max(opens, key=evening_order), min(closes, key=evening_order)
    return (start, end) if evening_order(start) < evening_order(end) else None


def is_due(frequency: Frequency, place_id: UUID, day: date, served_on: ServedOn) -> bool:
    """Whether a place is due on an evening."""
    return day in due_days(frequency, place_id, day, served_on)


def due_days(
    frequency: Frequency, place_id: UUID, period_start: date, served_on: ServedOn
) -> list[date]:
    """The evenings of a period when a place is due: as many as asked for, or as can be."""
    first, last = period_of(frequency, period_start)
    if frequency.min_gap_days <= 1 or _fixed_first(frequency, first):
        return _spread(frequency, place_id, first, served_on)
    before = _spread(frequency, place_id, first - DAY, served_on)
    after = _spread(frequency, place_id, last + DAY, served_on)
    gap = DAY * frequency.min_gap_days
    room = (before[-1] + gap if before else first, after[0] - gap if after else last)
    return _spread(frequency, place_id, first, served_on, room)


def admitted(frequency: Frequency, days: Iterable[date], served_on: ServedOn) -> list[date]:
    """The days, of those given, whose weekday and hours suit the frequency."""
    asked = (
        day for day in days if not frequency.weekdays or day.isoweekday() in frequency.weekdays
    )
    found = ((day, served_on(day)) for day in asked)
    return [day for day, hours in found if hours and band_on(frequency, hours)]


def possible_days(
    frequency: Frequency, days: Iterable[date], done_on: Sequence[date], served_on: ServedOn
) -> tuple[date, ...]:
    """The days, of those given, still open to a visit: admitted, and far enough from those made."""
    apart = max(frequency.min_gap_days, 1)
    return tuple(
        day
        for day in admitted(frequency, days, served_on)
        if all(abs((day - done).days) >= apart for done in done_on)
    )


def longest_run(days: Iterable[date], min_gap_days: int) -> list[date]:
    """As many of the days as can be kept, a gap apart; the earliest ones."""
    kept: list[date] = []
    for day in sorted(set(days)):
        if not kept or (day - kept[-1]).days >= min_gap_days:
            kept.append(day)
    return kept


def check(frequency: Frequency, served_on: ServedOn, *, from_on: date) -> None:
    """Refuse what no period of the year to come could hold; raises `Invalid`."""
    _check_numbers(frequency)
    start, _ = period_of(frequency, from_on)
    days = [start + n * DAY for n in range(CHECKED_DAYS)]
    suitable = admitted(frequency, days, served_on)
    if not suitable:
        raise _nothing_suits(frequency, days, served_on)
    periods = [
        list(held) for _, held in groupby(suitable, lambda day: period_of(frequency, day)[0])
    ]
    evenings = max(len(held) for held in periods)
    visits = max(len(longest_run(held, frequency.min_gap_days)) for held in periods)
    if evenings < frequency.times:
        message = (
            f"{count(frequency.times, 'passage')} {frequency.per.label} pour "
            f"{count(evenings, 'soirée possible', 'soirées possibles')} : "
            "baissez le nombre ou ajoutez des jours."
        )
        raise Invalid("times", message)
    if visits < frequency.times:
        message = (
            f"Un écart de {count(frequency.min_gap_days, 'jour')} ne laisse place qu'à "
            f"{count(visits, 'passage')} {frequency.per.label} : "
            "réduisez l'écart ou le nombre de passages."
        )
        raise Invalid("min_gap_days", message)


def _check_numbers(frequency: Frequency) -> None:
    if frequency.times < 1:
        raise Invalid("times", "Demandez au moins un passage.")
    longest = SHORTEST[frequency.per]
    if not 0 <= frequency.min_gap_days <= longest:
        message = f"L'écart entre deux passages va de 0 à {longest} jours : corrigez-le."
        raise Invalid("min_gap_days", message)
    start, end = frequency.from_time, frequency.to_time
    if start is not None and end is not None and evening_order(end) <= evening_order(start):
        message = "La tranche horaire finit avant de commencer : corrigez l'une des deux heures."
        raise Invalid("to_time", message)


def _nothing_suits(frequency: Frequency, days: Sequence[date], served_on: ServedOn) -> Invalid:
    asked = frequency.weekdays or range(1, 8)
    if not any(served_on(day) for day in days if day.isoweekday() in asked):
        message = "Aucune soirée n'est servie les jours choisis : choisissez d'autres jours."
        return Invalid("weekdays", message)
    message = "La tranche horaire est hors du service tous les jours choisis : changez ses heures."
    return Invalid("from_time", message)


def _fixed_first(frequency: Frequency, first: date) -> bool:
    """One period in two does not look at its neighbours."""
    if frequency.per == FrequencyPeriod.MONTH:
        return (first.year * 12 + first.month) % 2 == 0
    return first.toordinal() // 7 % 2 == 0


def _spread(
    frequency: Frequency, place_id: UUID, day: date, served_on: ServedOn, room: Room | None = None
) -> list[date]:
    """The evenings due in the period of a day, inside the room as far as can be."""
    first, last = period_of(frequency, day)
    period = [first + n * DAY for n in range((last - first).days + 1)]
    days = admitted(frequency, period, served_on)
    if frequency.is_plain and len(days) == rules.DAYS:
        return [day for day in days if rules.is_due(place_id, frequency.times, day)]
    times = min(frequency.times, len(longest_run(days, frequency.min_gap_days)))
    if frequency.per == FrequencyPeriod.WEEK and frequency.pattern == StopOrder.ORDERED:
        # A weekday closed this week only keeps its turn: a holiday moves no other visit.
        usual = [d for d in period if admitted(frequency, (d - WEEK, d, d + WEEK), served_on)]
        aims = _in_turn(usual, times, place_id)
    else:
        aims = _drawn(days, times, _draws(frequency, place_id, first))
    room = room or _own_room(frequency, place_id, first)
    return _nearest(aims, days, frequency.min_gap_days, room, place_id.int % 2 == 0)


def _in_turn(days: Sequence[date], times: int, place_id: UUID) -> list[date]:
    """`rules.is_due` over any number of evenings."""
    size = len(days)
    slots = [(index + place_id.int) % size for index in range(size)]
    return [
        day
        for day, slot in zip(days, slots, strict=True)
        if (slot + 1) * times // size > slot * times // size
    ]


def _drawn(days: Sequence[date], times: int, draws: Sequence[int]) -> list[date]:
    """An evening in each of as many equal parts of the period, at the thousandth drawn."""
    size = len(days)
    return [days[(n * 1000 + draws[n]) * size // (times * 1000)] for n in range(times)]


def _draws(frequency: Frequency, place_id: UUID, first: date) -> list[int]:
    if frequency.pattern == StopOrder.ORDERED:
        return [place_id.int % 1000] * frequency.times
    return [uuid5(place_id, f"{first}/{n}").int % 1000 for n in range(frequency.times)]


def _own_room(frequency: Frequency, place_id: UUID, first: date) -> Room | None:
    """The part of a period fixed first that leaves its neighbours the gap on both sides."""
    gap, shortest = frequency.min_gap_days, SHORTEST[frequency.per]
    # n visits between two such periods need n + 1 gaps, out of two lengths less what is kept.
    widest = max(2 * shortest - (frequency.times + 1) * gap, (frequency.times - 1) * gap)
    if gap <= 1 or frequency.pattern == StopOrder.ORDERED or widest >= shortest - 1:
        return None
    start = first + DAY * (place_id.int % (shortest - widest))
    return start, start + DAY * widest


def _nearest(
    aims: Sequence[date], days: Sequence[date], gap: int, room: Room | None, early: bool
) -> list[date]:
    """One day for each aim, in order, a gap apart, and the least far from the aims in all."""
    apart = DAY * max(gap, 1)
    best: list[Choice] = [(0, ())]
    for rank, aim in enumerate(aims):
        reached = list(accumulate(best, min))
        row: list[Choice] = []
        for day in days:
            known = bisect_right(days, day - apart) if rank else 1
            strain, path = reached[known - 1] if known else (IMPOSSIBLE, ())
            row.append((strain + _strain(day, aim, room, early), (*path, day)))
        best = row
    return list(min(best)[1])


def _strain(day: date, aim: date, room: Room | None, early: bool) -> int:
    """How far a day is from its aim; one side costs less, so that a closed day is shared out."""
    start, end = room or (day, day)
    outside = max((start - day).days, (day - end).days, 0)
    unliked = int(day != aim and (day < aim) != early)
    return BORDER * outside + 2 * abs((day - aim).days) + unliked
