"""What would be refused at the time of applying, told in the plan (contrôles). Pure.

A file is applied whole or not at all: one text that is too long, one frequency that no week can
hold, would stop it. Their lines are refused here instead, each with its reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from presence.imports.fields import Field
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.kernel.formats import numeric_date

# The longest text that a page or the API takes for a place.
MOST_TEXT = 200
_TEXTS = (
    (Field.CODE, "code"),
    (Field.NAME, "name"),
    (Field.AGENCY, "agency"),
    (Field.ADDRESS, "address"),
    (Field.QPV_NAME, "qpv_name"),
    (Field.ENTRANCE_NAME, "entrance"),
    (Field.ENTRANCE_CODE, "entrance_code"),
    (Field.ENTRANCE_ADDRESS, "entrance_address"),
    (Field.BUILDING_NAME, "building_name"),
    (Field.BUILDING_CODE, "building_code"),
)
TitleOf = Callable[[Field], str]


@dataclass(frozen=True)
class Rules:
    """What holds for a residence, by its code.

    `refused` says why a number of visits a week cannot be; `held` are those in force, `foreseen`
    the day of a frequency that is already fixed for later.
    """

    refused: Callable[[str, int], str | None]
    held: Mapping[str, int | None]
    foreseen: Mapping[str, date]


def sort_out(
    lines: Iterable[EntranceLine], rules: Rules, title_of: TitleOf
) -> tuple[list[EntranceLine], list[LineFault]]:
    """The lines that can be applied, and why the others cannot."""
    kept: list[EntranceLine] = []
    faults: list[LineFault] = []
    for line in lines:
        found = [*_long(line, title_of), *_frequency(line, rules, title_of)]
        faults += found
        if not found:
            kept.append(line)
    return kept, _once(faults)


def _long(line: EntranceLine, title_of: TitleOf) -> list[LineFault]:
    return [
        _fault(line, title_of(field), f"{text[:80]}…", FaultKind.TOO_LONG, _TOO_LONG)
        for field, name in _TEXTS
        if (text := getattr(line, name)) is not None and len(text) > MOST_TEXT
    ]


_TOO_LONG = f"{MOST_TEXT} signes au plus sont admis."


def _frequency(line: EntranceLine, rules: Rules, title_of: TitleOf) -> list[LineFault]:
    times = line.times_per_week
    if times is None or times == rules.held.get(line.code):
        return []
    title, value = title_of(Field.TIMES_PER_WEEK), str(times)
    later = rules.foreseen.get(line.code)
    if later is not None:
        message = (
            f"Une fréquence est déjà fixée à partir du {numeric_date(later)} : changez-la sur la "
            "fiche de la résidence, ou videz cette case."
        )
        return [_fault(line, title, value, FaultKind.CONTRADICTION, message)]
    why = rules.refused(line.code, times)
    return [_fault(line, title, value, FaultKind.OUT_OF_BOUNDS, why)] if why else []


def _fault(line: EntranceLine, column: str, value: str, kind: FaultKind, reason: str) -> LineFault:
    return LineFault(line.line, column, value, kind, reason, code=line.code)


def _once(faults: Sequence[LineFault]) -> list[LineFault]:
    """A line that lists several entrances is told once."""
    return list({(fault.line, fault.column): fault for fault in faults}.values())
