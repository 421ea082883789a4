"""Comparing a file with what is held (plan d'import). Pure: nothing is written here.

A line is taken whole or refused whole. A new residence with a refused line is not created, and
one that is held keeps its dwellings: a total without one of its halls would move what everybody
pays. What the file does not name is told, and kept; what a line does not say is kept too, be it
an absent column or an empty cell.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from presence.imports.comparing import residence_changes, shared_times, total_dwellings
from presence.imports.entrances import Matched, entrance_items, match, not_named
from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.items import Change, Item, Plan, Verdict
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.portfolio import HeldResidence, Portfolio
from presence.imports.reading import Table
from presence.kernel.formats import numeric_date
from presence.kernel.keys import fingerprint
from presence.kernel.spreadsheets import csv_bytes

# What a residence that is not yet held must say; its name may be its address.
NEEDED = (
    (Field.AGENCY, "agency"),
    (Field.ADDRESS, "address"),
    (Field.INSEE_CODE, "insee_code"),
    (Field.DWELLINGS, "dwellings"),
)
ADDED_TITLES = ("Ligne", "Motif du rejet", "Correction proposée")


def plan(
    lines: Sequence[EntranceLine],
    faults: Sequence[LineFault],
    portfolio: Portfolio,
    *,
    agency: str | None = None,
    title_of: Callable[[Field], str] = attrgetter("label"),
) -> Plan:
    """What the file would do; `agency` is that of new residences whose lines say none.

    `title_of` gives the file's own title of a field (`Columns.title_of`).
    """
    planner = _Planner(portfolio, title_of)
    said: dict[str, list[EntranceLine]] = defaultdict(list)
    refused: dict[str, list[LineFault]] = defaultdict(list)
    for line in lines:
        said[line.code].append(planner.in_agency(line, agency))
    for fault in faults:
        # A line without a code is of no residence: it is refused by itself.
        refused[fault.code or f"\0{fault.line}"].append(fault)
    codes = dict.fromkeys((*said, *refused))
    items = [planner.item(code, said.get(code, []), refused.get(code, [])) for code in codes]
    items.sort(key=lambda item: item.lines)
    absent = [
        Item(Verdict.ABSENT, held.code, held.name, held.id)
        for held in sorted(portfolio.residences, key=lambda held: held.code)
        if held.code not in said and held.code not in refused and held.archived_on is None
    ]
    source = fingerprint({"lines": list(lines), "faults": list(faults), "agency": agency})
    return Plan((*items, *absent), source, portfolio.fingerprint())


def refused_csv(shown: Plan, table: Table) -> bytes:
    """The refused lines as they were, each with why and what is proposed, to be corrected."""
    reasons: dict[int, list[LineFault]] = defaultdict(list)
    for fault in shown.faults:
        reasons[fault.line].append(fault)
    rows = [
        (
            *cells,
            str(line),
            " ".join(f"{fault.column} : {fault.reason}" for fault in reasons[line]),
            " ".join(f"{f.column} : {f.repair}" for f in reasons[line] if f.repair is not None),
        )
        for line, cells in table.rows
        if line in reasons
    ]
    return csv_bytes([(*table.header, *ADDED_TITLES), *rows])


class _Planner:
    """Compares one residence after the other."""

    def __init__(self, portfolio: Portfolio, title_of: Callable[[Field], str]) -> None:
        self.held = {residence.code: residence for residence in portfolio.residences}
        self.agencies = {fold(each.agency): each.agency for each in portfolio.residences}
        self.title_of = title_of

    def in_agency(self, line: EntranceLine, default: str | None) -> EntranceLine:
        """The line with its agency in the spelling that is held, or that came first."""
        said = line.agency or (default if line.code not in self.held else None)
        known = self.agencies.setdefault(fold(said), said) if said else None
        return line if known == line.agency else replace(line, agency=known)

    def item(self, code: str, lines: Sequence[EntranceLine], faults: Sequence[LineFault]) -> Item:
        """What would become of the residence of a code."""
        held = self.held.get(code)
        if held and held.archived_on:
            message = (
                f"Résidence archivée le {numeric_date(held.archived_on)} : "
                "désarchivez-la pour la modifier."
            )
            wrong = self._each(lines, Field.CODE, FaultKind.ARCHIVED, message)
            return _refused(lines, [*faults, *wrong], held)
        if not lines:
            return _refused(lines, faults, held)
        matched, problems = match(lines, held.entrances if held else ())
        wrong = [*faults, *(self._fault(*problem) for problem in problems)]
        if held is None:
            wrong += self._missing(lines)
        # A line that comes twice adds nothing: the first one stands by itself.
        serious = {fault.line for fault in wrong if fault.kind is not FaultKind.DUPLICATE}
        taken = [each for each in matched if each.line.line not in serious]
        if held is None and serious:
            return _refused(lines, [*wrong, *self._companions(lines, serious)], None)
        return _planned(held, taken, wrong) if taken else _refused(lines, wrong, held)

    def _missing(self, lines: Sequence[EntranceLine]) -> list[LineFault]:
        """What a new residence must say; its dwellings, each of its entrances says its own."""
        faults = []
        for field, name in NEEDED:
            silent = [line for line in lines if getattr(line, name) is None]
            each = field is Field.DWELLINGS and lines[0].per_entrance
            if silent and (each or len(silent) == len(lines)):
                message = "Valeur manquante : cette résidence n'est pas encore dans le patrimoine."
                asked = silent if each else silent[:1]
                faults += self._each(asked, field, FaultKind.MISSING, message)
        return faults

    def _companions(self, lines: Sequence[EntranceLine], wrong: set[int]) -> list[LineFault]:
        message = f"La ligne {min(wrong)} de la même résidence est refusée : corrigez-la d'abord."
        others = {line.line: line for line in lines if line.line not in wrong}
        return self._each(others.values(), Field.CODE, FaultKind.COMPANION, message)

    def _each(
        self, lines: Iterable[EntranceLine], field: Field, kind: FaultKind, message: str
    ) -> list[LineFault]:
        return [self._fault(line, field, kind, message) for line in lines]

    def _fault(self, line: EntranceLine, field: Field, kind: FaultKind, message: str) -> LineFault:
        title = self.title_of(field)
        value = {Field.CODE: line.code, Field.ENTRANCE_NAME: line.entrance}.get(field)
        return LineFault(line.line, title, value or "", kind, message, code=line.code)


def _planned(
    held: HeldResidence | None, matched: Sequence[Matched], faults: Sequence[LineFault]
) -> Item:
    """What would become of a residence that has at least one good line."""
    lines = [each.line for each in matched]
    whole = all(fault.kind is FaultKind.DUPLICATE for fault in faults)
    absent = not_named(matched, held.entrances) if held and whole else []
    total, note = total_dwellings(lines, absent, whole=whole)
    times = shared_times(lines, partial=bool(absent) or not whole)
    changes = residence_changes(lines, held)
    if held is None and all(change.field is not Field.NAME for change in changes):
        changes.append(Change(Field.NAME, None, lines[0].address))
    changes += _numbers(held, total, times)
    notes = (note, _set_aside(matched))
    entrances = entrance_items(matched, absent, times or (held.times_per_week if held else None))
    moved = any(each.verdict in (Verdict.CREATED, Verdict.CHANGED) for each in entrances)
    verdict = Verdict.CHANGED if changes or moved else Verdict.UNCHANGED
    return Item(
        verdict if held else Verdict.CREATED,
        lines[0].code,
        held.name if held else next(str(c.after) for c in changes if c.field is Field.NAME),
        held.id if held else None,
        _numbers_of(lines, faults),
        tuple(changes),
        tuple(entrances),
        tuple(faults),
        tuple(filter(None, notes)),
    )


def _set_aside(matched: Sequence[Matched]) -> str | None:
    line = matched[0].line
    told = (line.rnb_id, line.ban_key, line.latitude)
    if matched[0].name is not None or told == (None, None, None):
        return None
    return "Position et identifiants laissés de côté : ils sont ceux d'une entrée à nommer."


def _numbers(held: HeldResidence | None, total: int | None, times: int | None) -> list[Change]:
    before = (held.dwellings, held.times_per_week) if held else (None, None)
    told = zip((Field.DWELLINGS, Field.TIMES_PER_WEEK), before, (total, times), strict=True)
    return [Change(field, old, new) for field, old, new in told if new is not None and new != old]


def _refused(
    lines: Sequence[EntranceLine], faults: Sequence[LineFault], held: HeldResidence | None
) -> Item:
    code = lines[0].code if lines else faults[0].code
    name = held.name if held else next((line.name for line in lines if line.name), "")
    return Item(
        Verdict.REFUSED,
        code,
        name,
        held.id if held else None,
        _numbers_of(lines, faults),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
    )


def _numbers_of(lines: Sequence[EntranceLine], faults: Sequence[LineFault]) -> tuple[int, ...]:
    return tuple(sorted({line.line for line in lines} | {fault.line for fault in faults}))
