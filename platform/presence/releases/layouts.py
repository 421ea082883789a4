"""Which cells each table of a bilan asks for (mise en tables), before anything is withheld. Pure.

A layout names keys, never figures: what may be shown is decided on all of them together, then
`filling.py` makes the tables.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from presence.disclosure.cells import EVERYWHERE, Key
from presence.disclosure.coarsening import Chosen, Grain, finest
from presence.disclosure.rules import Rule
from presence.disclosure.spells import merged, months_between
from presence.kernel import formats
from presence.kernel.clock import last_of_month
from presence.releases.content import Chart, Column
from presence.releases.contributions import Ledger
from presence.releases.indicators import FAMILIES, HOURS, OTHER_HOUR, SLOTS, TOTAL, codes, label

SEVERAL = "Une intervention peut comporter plusieurs actions : le total dépasse 100\u00a0%."
MORE_VISITS = "Plus de passages font plus de constats."
# Of a merged or partial spell: drawn hatched.
PARTIAL = "*"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
# Beyond, nobody reads a table, and the attack on it takes minutes.
MOST_CELLS = 600
SIZES = {"month": 1, "quarter": 3, "year": 12}
RuleOf = Callable[[Key], Rule | None]


@dataclass(frozen=True)
class Layout:
    """A table to come: its lines and columns, the key of each cell, and what shares are taken of.

    `over` gives the denominator of a column: another column of the same line, or a key.
    """

    id: str
    section: str
    head: str
    measure: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, str], ...]
    keys: Mapping[tuple[str, str], Key]
    chart: Chart | None = None
    over: Mapping[str, str | Key] | None = None
    notes: tuple[str, ...] = ()
    grain: str | None = None

    def wanted(self) -> set[Key]:
        """Every key that it shows, denominators included."""
        asked = set(self.keys.values())
        return asked | {key for key in (self.over or {}).values() if isinstance(key, Key)}


@dataclass(frozen=True)
class Subject:
    """The period of a bilan, when members joined or left, and the names of places."""

    from_on: date
    to_on: date
    moves: tuple[date, ...]
    places: Mapping[str, str]

    def whole(self, indicator: str, area: str = EVERYWHERE) -> Key:
        """The whole period's key of an indicator."""
        return Key(indicator, self.from_on, self.to_on, area)

    def spells(self, size: int = 1) -> list[tuple[date, date]]:
        """The period in spells of so many months, those of joiners and leavers merged."""
        runs = merged(months_between(self.from_on, self.to_on), self.moves)
        if size == 1:
            return [(run[0], last_of_month(run[-1])) for run in runs]
        months = months_between(self.from_on, self.to_on)
        groups: dict[int, list[date]] = {}
        for month in months:
            groups.setdefault((month.year * 12 + month.month - 1) // size, []).append(month)
        return [(group[0], last_of_month(group[-1])) for group in groups.values()]


def layouts(subject: Subject, ledger: Ledger, rule: RuleOf) -> list[Layout]:
    """The tables of a bilan, in the order of its sections."""
    return [
        *_activity(subject, ledger, rule),
        *_service(subject, ledger),
        *_actions(subject, ledger),
        *_territories(subject, ledger, rule),
        _follow_up(subject),
    ]


def _activity(subject: Subject, ledger: Ledger, rule: RuleOf) -> Iterable[Layout]:
    spells = subject.spells()
    if len(spells) > 1:
        yield _by_spell(subject, spells)
    yield _hours(subject, ledger, rule)
    yield _shares(subject, "situations", "activity", "Situation", codes("situation"))
    yield _shares(subject, "origins", "activity", "Origine", codes("origin"))
    yield _plain(
        subject,
        "calls",
        "activity",
        "Astreinte",
        ("calls", "repeat_entrances"),
        "appels et entrées",
    )


def _by_spell(subject: Subject, spells: list[tuple[date, date]]) -> Layout:
    rows = tuple((_spell_code(*spell), _spell_label(*spell)) for spell in spells)
    keys = {
        (code, indicator): Key(indicator, *spell)
        for (code, _), spell in zip(rows, spells, strict=True)
        for indicator in (TOTAL, "visits")
    }
    partial = any(code.endswith(PARTIAL) for code, _ in rows)
    note = "Les mois d'arrivée ou de départ d'un bailleur sont réunis avec un voisin."
    return Layout(
        "months", "activity", "Mois", "Interventions et passages par mois",
        (Column(TOTAL, "Interventions"), Column("visits", "Passages")),
        rows, keys, "columns", notes=(MORE_VISITS, note) if partial else (MORE_VISITS,),
    )  # fmt: skip


def _hours(subject: Subject, ledger: Ledger, rule: RuleOf) -> Layout:
    """Day × hour where enough cells live, else hours alone."""
    slots = {
        (str(day), hour): subject.whole(SLOTS[hour][day - 1])
        for day in range(1, 8)
        for hour in HOURS
    }
    alone = {(hour, TOTAL): subject.whole(hour) for hour in (*HOURS, OTHER_HOUR)}
    by_day = Grain("par jour et par heure", tuple(slots.values()))
    chosen = finest([by_day, Grain("par heure", tuple(alone.values()))], ledger.brought, rule)
    if chosen.grain is by_day:
        return Layout(
            "hours", "activity", "Jour", "Interventions par jour et par heure",
            tuple(Column(hour, label(hour)) for hour in HOURS),
            tuple((str(day), WEEKDAYS[day - 1]) for day in range(1, 8)),
            slots, "heat", grain=chosen.sentence,
        )  # fmt: skip
    return Layout(
        "hours", "activity", "Heure", "Interventions par heure",
        (Column(TOTAL, "Interventions", share=True),),
        tuple((hour, label(hour)) for hour in (*HOURS, OTHER_HOUR)),
        alone, "ranked", {TOTAL: subject.whole(TOTAL)}, grain=chosen.sentence,
    )  # fmt: skip


def _service(subject: Subject, ledger: Ledger) -> Iterable[Layout]:
    columns = (
        Column("visits", "Effectués", share=True),
        Column("visits_not_done", "Non effectués"),
        Column("visits_due", "Recommandés"),
    )
    areas = ("", *ledger.communes)
    keys = {
        (area or "all", column.code): subject.whole(column.code, area)
        for area in areas
        for column in columns
    }
    yield Layout(
        "coverage", "service", "Commune", "Passages effectués, en part des passages recommandés",
        columns, tuple((area or "all", _place(subject, area)) for area in areas), keys,
        "coverage", {"visits": "visits_due"},
    )  # fmt: skip
    anomalies = ledger.indicators("anomaly")
    if anomalies:
        yield _plain(subject, "anomalies", "service", "Équipement", anomalies, "anomalies")


def _actions(subject: Subject, ledger: Ledger) -> Iterable[Layout]:
    yield replace(
        _shares(subject, "actions", "actions", "Action", codes("action")),
        chart="bars", notes=(SEVERAL,),
    )  # fmt: skip
    combinations = sorted(
        ledger.indicators("combination"),
        key=lambda code: (-ledger.value(subject.whole(code)), code),
    )
    if combinations:
        yield _shares(
            subject, "combinations", "actions", "Actions menées ensemble", tuple(combinations)
        )
    yield _shares(subject, "outcomes", "actions", "Issue au départ", codes("outcome"))
    yield _shares(subject, "people", "actions", "Personnes présentes", codes("people"))
    yield Layout(
        "police", "actions", "Forces de l'ordre", "Demandes d'intervention et venues constatées",
        (Column("count", "Interventions", share=True),),
        (("action:police_request", "Demandes"), ("police_came", "Venues constatées")),
        {
            (code, "count"): subject.whole(code)
            for code in ("action:police_request", "police_came")
        },
        over={"count": subject.whole("action:police_request")},
    )  # fmt: skip


def _territories(subject: Subject, ledger: Ledger, rule: RuleOf) -> Iterable[Layout]:
    columns = (
        Column(TOTAL, "Interventions", share=True), Column("calls", "Appels"),
        Column("visits", "Passages"), Column("dwellings", "Logements"),
    )  # fmt: skip
    for name, head, areas in (
        ("communes", "Commune", ledger.communes),
        ("qpv", "Quartier prioritaire", ledger.priority_areas),
    ):
        if areas:
            yield Layout(
                name, "territories", head, f"Activité par {head.lower()}", columns,
                tuple((area, _place(subject, area)) for area in areas),
                {(a, c.code): subject.whole(c.code, a) for a in areas for c in columns},
                "ranked", {TOTAL: subject.whole(TOTAL)},
            )  # fmt: skip
    if crossing := _crossing(subject, ledger, rule):
        yield crossing


def _crossing(subject: Subject, ledger: Ledger, rule: RuleOf) -> Layout | None:
    """The finest place × period × situation in which enough cells live."""
    grains = {
        grain: (spells, areas, families)
        for spells, areas, families, grain in _grains(subject, ledger)
        if len(grain.keys) <= MOST_CELLS
    }
    chosen: Chosen = finest(list(grains), ledger.brought, rule)
    if chosen.grain is None:
        return None
    spells, areas, categories = grains[chosen.grain]
    rows = [
        (f"{area or 'all'}|{_spell_code(*spell)}", _row_label(subject, area, spell, len(spells)))
        for area in areas
        for spell in spells
    ]
    cells = iter(chosen.grain.keys)
    keys = {(row, category): next(cells) for row, _ in rows for category in categories}
    return Layout(
        "crossing", "territories", "Lieu", "Interventions par lieu et par situation",
        tuple(Column(code, label(code)) for code in categories),
        tuple(rows), keys, None, grain=chosen.sentence,
    )  # fmt: skip


def _grains(
    subject: Subject, ledger: Ledger
) -> Iterable[tuple[list[tuple[date, date]], tuple[str, ...], tuple[str, ...], Grain]]:
    places = (("quartier", ledger.priority_areas), ("commune", ledger.communes))
    periods = [
        (word, subject.spells(size))
        for word, size in (("mois", 1), ("trimestre", 3), ("année", 12))
    ]
    periods.append(("période entière", [(subject.from_on, subject.to_on)]))
    kinds = (
        ("situation", codes("situation")),
        ("famille de situations", tuple(f"family:{code}" for code in FAMILIES)),
    )
    for place, areas in places:
        for period, spells in periods:
            for kind, categories in kinds:
                keys = tuple(
                    Key(category, *spell, area)
                    for area in areas
                    for spell in spells
                    for category in categories
                )
                if areas:
                    words = f"par {place}, {period} et {kind}"
                    yield spells, areas, categories, Grain(words, keys)


def _follow_up(subject: Subject) -> Layout:
    indicators = ("families_summoned", *codes("follow_up"), "follow_ups_closed")
    return _plain(
        subject, "follow_ups", "follow_up", "Suite", indicators, "familles et suites, des comptes"
    )


def _shares(
    subject: Subject, name: str, section: str, head: str, indicators: tuple[str, ...]
) -> Layout:
    """A list of codes, counted and told as a share of the interventions."""
    return Layout(
        name, section, head, f"Interventions selon : {head[0].lower()}{head[1:]}",
        (Column("count", "Interventions", share=True),),
        tuple((code, label(code)) for code in indicators),
        {(code, "count"): subject.whole(code) for code in indicators},
        "ranked", {"count": subject.whole(TOTAL)},
    )  # fmt: skip


def _plain(
    subject: Subject, name: str, section: str, head: str, indicators: tuple[str, ...], measure: str
) -> Layout:
    return Layout(
        name, section, head, measure[0].upper() + measure[1:], (Column("count", "Nombre"),),
        tuple((code, label(code)) for code in indicators),
        {(code, "count"): subject.whole(code) for code in indicators},
    )  # fmt: skip


def _place(subject: Subject, area: str) -> str:
    return subject.places.get(area, area) if area else "Ensemble du territoire"


def _spell_code(from_on: date, to_on: date) -> str:
    alone = (from_on.year, from_on.month) == (to_on.year, to_on.month)
    return f"{from_on:%Y-%m}" if alone else f"{from_on:%Y-%m}/{to_on:%Y-%m}{PARTIAL}"


def _spell_label(from_on: date, to_on: date) -> str:
    alone = (from_on.year, from_on.month) == (to_on.year, to_on.month)
    return formats.month(from_on) if alone else f"{formats.month(from_on)} – {formats.month(to_on)}"


def _row_label(subject: Subject, area: str, spell: tuple[date, date], spells: int) -> str:
    place = _place(subject, area)
    return place if spells == 1 else f"{place}, {_spell_label(*spell)}"
