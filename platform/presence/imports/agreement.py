"""Lines that must agree: those of one residence, in one file (accord entre les lignes). Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from presence.imports.cells import MOST_DWELLINGS
from presence.imports.fields import Field
from presence.imports.folding import fold
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.kernel.formats import number

_SHARED = (
    (Field.NAME, "name"),
    (Field.AGENCY, "agency"),
    (Field.INSEE_CODE, "insee_code"),
    (Field.QPV_NAME, "qpv_name"),
    (Field.QPV_VINTAGE, "qpv_vintage"),
)


@dataclass
class _Residence:
    """What the lines taken so far say of a residence."""

    first: int
    listed: bool
    said: dict[str, tuple[object, int]] = field(default_factory=dict)
    entrances: dict[tuple[str, str], int] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)
    dwellings: int = 0


class Agreement:
    """Compares each line with those before it of the same residence."""

    def __init__(self, title_of: Callable[[Field], str], repairs: frozenset[str]) -> None:
        """The file's own titles, and the kinds of faults to correct."""
        self._title_of = title_of
        self._repairs = repairs
        self._residences: dict[str, _Residence] = {}

    def check(self, lines: list[EntranceLine]) -> tuple[list[EntranceLine], list[LineFault]]:
        """The lines of one row of the file, repaired if asked; or why they are refused."""
        line = lines[0]
        known = self._residences.get(line.code)
        if known is None:
            known = self._residences[line.code] = _Residence(line.line, not line.per_entrance)
        elif known.listed or not line.per_entrance:
            message = f"La résidence « {line.code} » est déjà décrite à la ligne {known.first}."
            return [], [self._fault(line, Field.CODE, line.code, message)]
        line, address = self._own_address(line, known)
        faults = [
            *self._contradictions(line, known),
            *address,
            *self._duplicates(line, known),
            *self._excess(line, known),
        ]
        if faults:
            return [], faults
        self._note(line, known)
        return ([line] if line.per_entrance else lines), []

    def _own_address(
        self, line: EntranceLine, known: _Residence
    ) -> tuple[EntranceLine, list[LineFault]]:
        """An address unlike the residence's may be the entrance's own."""
        said, first = known.said.get("address", (None, 0))
        if said is None or line.address is None or fold(str(said)) == fold(line.address):
            return line, []
        if FaultKind.OTHER_ADDRESS in self._repairs:
            own = line.entrance_address or line.address
            return replace(line, address=str(said), entrance_address=own), []
        message = (
            f"La ligne {first} donne « {said} » à cette résidence : est-ce l'adresse de l'entrée ?"
        )
        kind = FaultKind.OTHER_ADDRESS
        fault = self._fault(line, Field.ADDRESS, line.address, message, kind)
        return line, [replace(fault, repair=str(said))]

    def _contradictions(self, line: EntranceLine, known: _Residence) -> list[LineFault]:
        faults = []
        for shared, name in _SHARED:
            said, first = known.said.get(name, (None, 0))
            value = getattr(line, name)
            if said is not None and value is not None and said != value:
                if fold(str(said)) == fold(str(value)):
                    continue
                message = f"La ligne {first} dit « {said} » pour cette résidence."
                kind = FaultKind.CONTRADICTION
                faults.append(self._fault(line, shared, str(value), message, kind))
        return faults

    def _duplicates(self, line: EntranceLine, known: _Residence) -> list[LineFault]:
        if not line.per_entrance:
            return []
        where = known.entrances.get(_place(line))
        if where:
            message = (
                f"L'entrée « {line.entrance} » de cette résidence est déjà à la ligne {where}."
            )
            return [self._fault(line, Field.ENTRANCE_NAME, line.entrance or "", message)]
        where = known.references.get(line.entrance_code or "")
        if where:
            message = f"La ligne {where} donne cette référence à une autre entrée."
            return [self._fault(line, Field.ENTRANCE_CODE, line.entrance_code or "", message)]
        return []

    def _excess(self, line: EntranceLine, known: _Residence) -> list[LineFault]:
        total = known.dwellings + (line.dwellings or 0)
        if total <= MOST_DWELLINGS:
            return []
        message = (
            f"La résidence « {line.code} » atteint {number(total)} logements : "
            f"{number(MOST_DWELLINGS)} au plus sont admis."
        )
        kind = FaultKind.OUT_OF_BOUNDS
        return [self._fault(line, Field.DWELLINGS, str(line.dwellings), message, kind)]

    def _note(self, line: EntranceLine, known: _Residence) -> None:
        for name in ("name", "agency", "insee_code", "qpv_name", "qpv_vintage", "address"):
            value = getattr(line, name)
            if value is not None:
                known.said.setdefault(name, (value, line.line))
        known.entrances[_place(line)] = line.line
        if line.entrance_code:
            known.references[line.entrance_code] = line.line
        known.dwellings += line.dwellings or 0

    def _fault(
        self,
        line: EntranceLine,
        shown: Field,
        value: str,
        message: str,
        kind: FaultKind = FaultKind.DUPLICATE,
    ) -> LineFault:
        return LineFault(line.line, self._title_of(shown), value, kind, message, code=line.code)


def _place(line: EntranceLine) -> tuple[str, str]:
    return fold(line.building_name or line.building_code or ""), fold(line.entrance or "")
