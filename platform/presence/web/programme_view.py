"""What « Programme » and « Passages dus » say, computed: sentences, rows, tonight, requests."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from presence.kernel import formats
from presence.kernel.clock import tonight
from presence.kernel.formats import count
from presence.kernel.nomenclature import RequestState, StopSource
from presence.ledger.fulfilment import fulfilment
from presence.ledger.reckoning import Balance, at, deficit_sentence
from presence.ledger.weeks import (
    ResidenceWeek,
    WeekLedger,
    last_over,
    monday_of,
    reason_words,
)
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.queries import Place
from presence.planning.plans import ForeseenVisit, published_plans
from presence.planning.queries import frequencies_on, place_label
from presence.planning.requested import RequestLine
from presence.planning.wording import frequency_words

WEEK = re.compile("20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-3])")
# More rows are shown on demand only; sentences, in the table.
MOST_ROWS, MOST_SENTENCES = 100, 3


@dataclass(frozen=True)
class Row:
    """A residence's week: visits made, to come, missing, out of those due."""

    place: Place
    rule: str | None
    due: int
    made: int
    extra: int
    planned: int
    missing: int
    short: int
    at_risk: int
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Week:
    """The week of the page, and its neighbours by their names."""

    name: str
    before: str
    after: str
    title: str
    is_over: bool
    is_ahead: bool

    @property
    def runs(self) -> bool:
        """Whether tonight is in it."""
        return not (self.is_over or self.is_ahead)


@dataclass(frozen=True)
class TonightLine:
    """A residence of tonight's programme: its halls, within which hours, asked for or not."""

    residence: str
    halls: tuple[str, ...]
    from_time: time
    to_time: time
    asked: bool


@dataclass(frozen=True)
class Tonight:
    """Tonight as published, None when it is not yet; the hours, when they are alike everywhere."""

    evening_on: date
    published: str | None
    visits: int
    lines: tuple[TonightLine, ...]

    @property
    def band(self) -> tuple[time, time] | None:
        """The hours of all visits, None when they differ."""
        held = {(line.from_time, line.to_time) for line in self.lines}
        return held.pop() if len(held) == 1 else None


@dataclass(frozen=True)
class RequestRow:
    """A request with its place's name, and what became of it in words."""

    line: RequestLine
    place: str
    outcome: str

    @property
    def state(self) -> str:
        """Its state's code, for the mark beside the word."""
        return self.line.state.value


def week_asked(session: Session, name: str | None) -> date:
    """The Monday of the week named `2013-W49`; of the one that runs when none is, or none such."""
    if name and WEEK.fullmatch(name):
        try:
            return date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
        except ValueError:
            pass
    return monday_of(tonight(session))


def week_of(ledger: WeekLedger, over: date) -> Week:
    """How a ledger's week is named; `over` is the last evening that is over today."""
    monday, sunday = ledger.days[0], ledger.days[-1]
    return Week(
        name=f"{monday:%G-W%V}",
        before=f"{monday - timedelta(days=7):%G-W%V}",
        after=f"{sunday + timedelta(days=1):%G-W%V}",
        title=f"Semaine du {_span(monday, sunday)}",
        is_over=over >= sunday,
        is_ahead=over < monday - timedelta(days=1),
    )


def sentence_of(balance: Balance, week: Week) -> tuple[str, str]:
    """The answer, and its last part, which is the one to look at."""
    if not balance.due:
        return "Aucun passage n'est dû cette semaine.", ""
    missing, planned = balance.missing, balance.remaining - balance.missing
    made = count(balance.served, "fait")
    if week.is_over:
        told = f"Cette semaine-là, {count(balance.due, 'passage dû', 'passages dus')} : {made},"
        return told, (count(missing, "a manqué", "ont manqué") if missing else "aucun manqué") + "."
    when = "Cette semaine-là" if week.is_ahead else "Cette semaine"
    parts = [] if week.is_ahead else [made]
    parts.append(count(planned, "prévu"))
    told = f"{when}, {count(balance.due, 'passage dû', 'passages dus')} : {', '.join(parts)},"
    return told, (
        count(missing, "manquera", "manqueront") if missing else "aucun ne manquera"
    ) + "."


def rows_of(session: Session, ledger: WeekLedger) -> dict[int, list[Row]]:
    """The residences of each bailleur, deficits first."""
    rules = frequencies_on(session, ledger.days[-1])
    found: dict[int, list[Row]] = {}
    for line in ledger.residences:
        rule = rules.get(line.place.id)
        row = _row(line, frequency_words(rule) if rule else None)
        found.setdefault(line.place.bailleur_id, []).append(row)
    return found


def deficits_of(ledger: WeekLedger) -> list[str]:
    """What will be missing, in sentences; nothing once the week is over."""
    if ledger.as_of >= ledger.days[-1]:
        return []
    return [
        deficit_sentence(line.balance, ledger.as_of, at(line.place.name))
        for line in ledger.residences
        if line.balance.missing
    ]


def tonight_of(session: Session, scheme_id: int, bailleur_id: int) -> Tonight:
    """Tonight's own visits, by residence; neither order nor team."""
    evening_on = tonight(session)
    plans = published_plans(session, evening_on, evening_on, scheme_id)
    own = [plan for plan in plans if plan.bailleur_id == bailleur_id]
    if not own:
        return Tonight(evening_on, None, 0, ())
    (plan,) = own
    lines = _lines(session, plan.visits)
    same_day = formats.paris_date(plan.published_at) == evening_on
    told = "à {}" if same_day else "le {}"
    when = (formats.hour if same_day else formats.moment)(plan.published_at)
    return Tonight(evening_on, told.format(when), sum(len(line.halls) for line in lines), lines)


def requests_of(session: Session, lines: Sequence[RequestLine]) -> list[RequestRow]:
    """Requests with the names of their places: those that wait, then the latest evening first."""
    places = {place.id: place.name for place in patrimoine.residences(session, archived=True)}
    asked = [line.entrance_id for line in lines if line.entrance_id]
    halls = {key: hall.name for key, hall in patrimoine.entrances_by_id(session, asked).items()}
    done = fulfilment(session, lines, last_over(session))
    return [
        RequestRow(line, _place(line, places, halls), _outcome(line, done[line.id]))
        for line in sorted(lines, key=_latest, reverse=True)
    ]


def _row(line: ResidenceWeek, rule: str | None) -> Row:
    balance = line.balance
    return Row(
        place=line.place,
        rule=rule,
        due=balance.due,
        made=balance.served,
        extra=balance.extra,
        planned=balance.remaining - balance.missing,
        missing=balance.missing,
        short=balance.short,
        at_risk=balance.at_risk,
        missed=tuple(
            f"{label.lower()}{f' × {number}' if number > 1 else ''}"
            for _, label, number in reason_words(balance.missed)
        ),
    )


def _lines(session: Session, visits: Sequence[ForeseenVisit]) -> tuple[TonightLine, ...]:
    places = {place.id: place.name for place in patrimoine.residences(session, archived=True)}
    halls = patrimoine.entrances_by_id(session, [visit.entrance_id for visit in visits])

    def where(visit: ForeseenVisit) -> tuple[str, UUID, time, time]:
        name = places.get(visit.residence_id, "")
        return name, visit.residence_id, visit.from_time, visit.to_time

    known = [v for v in visits if v.residence_id in places and v.entrance_id in halls]
    ordered = sorted(known, key=lambda v: (*where(v), halls[v.entrance_id].rank))
    found = []
    for (name, _, from_time, to_time), group in groupby(ordered, key=where):
        held = list(group)
        asked = any(visit.source is StopSource.REQUEST for visit in held)
        names = tuple(halls[visit.entrance_id].name for visit in held)
        found.append(TonightLine(name, names, from_time, to_time, asked))
    return tuple(found)


def _latest(line: RequestLine) -> tuple[bool, date, UUID]:
    return line.state is RequestState.PENDING, line.wanted_on, line.id


def _place(line: RequestLine, places: Mapping[UUID, str], halls: Mapping[UUID, str]) -> str:
    name = places.get(line.residence_id, "Lieu sorti du périmètre")
    hall = halls.get(line.entrance_id) if line.entrance_id else None
    return place_label(name, hall) if hall else name


def _outcome(line: RequestLine, done: bool | None) -> str:
    if line.state is not RequestState.ACCEPTED:
        return line.state.label
    if done is None:
        return "Acceptée"
    return "Acceptée, passage fait" if done else "Acceptée, passage non effectué"


def _span(first: date, last: date) -> str:
    """« 2 au 8 décembre 2013 »."""
    start = formats.long_date(first, weekday=False, year=first.year != last.year)
    if first.month == last.month:
        start = start.split()[0]
    return f"{start} au {formats.long_date(last, weekday=False)}"
