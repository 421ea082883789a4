"""The national return of the social stock (RPLS): one line per dwelling, gathered by entrance.

An entrance is an address with its IMMEU, BAT, ENTREE and ESC; its dwellings are counted, those
that left the stock (SORTIEPATRIM) and those written twice apart. A line outside the territory is
counted and left out: a return covers the whole estate.

The code of a residence is, by order: CODSEGPATRIM, when all its dwellings are in one commune (a
segment may be a class of the whole estate); IMMEU, when all are in one street of one commune (some
returns number the buildings of each residence from 1); else the commune and the address. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from presence.imports import cells
from presence.imports.cells import Faulty
from presence.imports.communes import Communes, Gazetteer
from presence.imports.folding import fold
from presence.imports.lines import EntranceLine, FaultKind, LineFault
from presence.imports.reading import Table
from presence.imports.streets import number_in_street, plain_code, said, street

Progress = Callable[[int, int], None]

# How often the progress is told: often enough to be seen moving, seldom enough to cost nothing.
TOLD_EVERY = 1_000
_IN_QPV, _OUT_OF_QPV = frozenset({"1", "O", "OUI"}), frozenset({"0", "2", "N", "NON"})
_PLACE = (
    "DEPCOM", "CODEPOSTAL", "LIBCOM", "NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "LIEUDIT",
    "COMPLGEO", "IMMEU", "BAT", "ENTREE", "ESC", "CODSEGPATRIM", "LIBSEGPATRIM",
)  # fmt: skip
_PER_DWELLING = ("SORTIEPATRIM", "IDENT_REP", "IDENT_INT", "QPV", "SIRET")


@dataclass(frozen=True)
class Gathered:
    """What a return says, and how many dwellings were left out, and why.

    `sirens` are the owners that it names: another bailleur's return is to be refused.
    """

    lines: list[EntranceLine]
    faults: list[LineFault]
    dwellings: int
    outside: int
    gone: int
    repeated: int
    sirens: frozenset[str]


@dataclass(frozen=True)
class _Place:
    """An entrance as the return tells it; what its first dwelling says of the rest is kept."""

    insee: str
    address: str
    immeu: str
    bat: str
    entree: str
    esc: str
    street: str = field(compare=False)
    label: str = field(compare=False)
    segment: str = field(compare=False)
    segment_name: str = field(compare=False)


@dataclass
class _Count:
    """What its dwellings add up to."""

    line: int
    dwellings: int = 0
    qpv: set[str] = field(default_factory=set)


def gather(table: Table, communes: Communes, progress: Progress | None = None) -> Gathered:
    """The entrances of a return, with their dwellings; `progress` is told lines done and in all."""
    gathering = _Gathering(table.header, Gazetteer(communes))
    for done, (line, texts) in enumerate(table.rows, start=1):
        gathering.take(line, texts)
        if progress and (done % TOLD_EVERY == 0 or done == len(table.rows)):
            progress(done, len(table.rows))
    return gathering.gathered()


class _Gathering:
    """Counts the dwellings one after the other: nothing of a single one is kept."""

    def __init__(self, header: Sequence[str], gazetteer: Gazetteer) -> None:
        titles = {title.strip().upper(): index for index, title in enumerate(header)}
        self.place_at = [titles.get(name) for name in _PLACE]
        self.dwelling_at = [titles.get(name) for name in _PER_DWELLING]
        self.gazetteer = gazetteer
        self.places: dict[tuple[str, ...], _Place | LineFault | None] = {}
        self.counts: dict[_Place, _Count] = {}
        self.faults: list[LineFault] = []
        self.seen: set[str] = set()
        self.sirens: set[str] = set()
        self.outside = self.gone = self.repeated = 0

    def take(self, line: int, texts: Sequence[str]) -> None:
        left, ident, own_ident, qpv, siret = _at(texts, self.dwelling_at)
        ident = said(ident) or said(own_ident)
        if siret:
            self.sirens.add("".join(siret.split())[:9])
        if said(left) not in {"", "0"}:
            self.gone += 1
        elif ident in self.seen:
            self.repeated += 1
        else:
            if ident:
                self.seen.add(ident)
            self._count(line, tuple(_at(texts, self.place_at)), qpv)

    def _count(self, line: int, raw: tuple[str, ...], qpv: str) -> None:
        # A hundred dwellings share an entrance: its texts are read once.
        if raw not in self.places:
            self.places[raw] = self._read(line, raw)
        place = self.places[raw]
        if place is None:
            self.outside += 1
        elif isinstance(place, LineFault):
            self.faults.append(LineFault(line, place.column, place.value, place.kind, place.reason))
        else:
            count = self.counts.setdefault(place, _Count(line))
            count.dwellings += 1
            count.qpv.add(said(qpv).upper())

    def _read(self, line: int, raw: tuple[str, ...]) -> _Place | LineFault | None:
        """The place, what is wrong with it, or nothing when it is out of the territory."""
        told = dict(zip(_PLACE, raw, strict=True))
        column = _PLACE[0]
        try:
            insee = self._commune(told)
            if insee is None:
                return None
            for column in _PLACE:
                cells.clean(said(told[column]))
            column = "NOMVOIE"
            return _place(insee, told)
        except Faulty as fault:
            return LineFault(line, column, told[column], fault.kind, fault.reason)

    def _commune(self, told: dict[str, str]) -> str | None:
        depcom = plain_code(told["DEPCOM"])
        if depcom:
            return self.gazetteer.known(depcom.zfill(5))
        if not said(told["LIBCOM"]):
            raise Faulty(FaultKind.MISSING, "Commune manquante : ni DEPCOM ni LIBCOM.")
        try:
            return self.gazetteer.by_name(said(told["LIBCOM"]), plain_code(told["CODEPOSTAL"]))
        except Faulty:
            return None

    def gathered(self) -> Gathered:
        lines: list[EntranceLine] = []
        faults = self.faults
        for code, places in _residences(self.counts).items():
            total = sum(self.counts[place].dwellings for place in places)
            if total > cells.MOST_DWELLINGS:
                first = min(self.counts[place].line for place in places)
                message = f"La résidence « {code} » atteint {total} logements."
                kind = FaultKind.OUT_OF_BOUNDS
                faults.append(LineFault(first, "CODSEGPATRIM", code, kind, message, code=code))
            else:
                lines += _lines(code, places, self.counts)
        return Gathered(
            lines=sorted(lines, key=lambda line: line.line),
            faults=sorted(faults, key=lambda fault: fault.line),
            dwellings=sum(line.dwellings or 0 for line in lines),
            outside=self.outside,
            gone=self.gone,
            repeated=self.repeated,
            sirens=frozenset(self.sirens),
        )


def _at(texts: Sequence[str], indexes: Iterable[int | None]) -> Iterator[str]:
    return ("" if index is None else texts[index] for index in indexes)


def _place(insee: str, told: dict[str, str]) -> _Place:
    way = street(told["TYPVOIE"], told["NOMVOIE"])
    label = said(told["COMPLGEO"]) or said(told["LIEUDIT"])
    address = f"{number_in_street(told['NUMVOIE'], told['INDREP'])} {way}".strip() if way else label
    if not address:
        raise Faulty(FaultKind.MISSING, "Adresse manquante : ni voie, ni lieu-dit, ni complément.")
    return _Place(
        insee=insee,
        address=address,
        street=way or label,
        label=label,
        immeu=plain_code(told["IMMEU"]),
        bat=plain_code(told["BAT"]),
        entree=plain_code(told["ENTREE"]),
        esc=plain_code(told["ESC"]),
        segment=plain_code(told["CODSEGPATRIM"]),
        segment_name=said(told["LIBSEGPATRIM"]),
    )


def _residences(places: Iterable[_Place]) -> dict[str, list[_Place]]:
    """The places of each residence, under its code (rule at the head of this page)."""
    communes: dict[str, set[str]] = defaultdict(set)
    streets: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place in places:
        communes[place.segment].add(place.insee)
        streets[place.immeu].add((place.insee, place.street))
    segments = {code for code, where in communes.items() if code and len(where) == 1}
    found: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        if place.segment in segments:
            code = place.segment
        elif place.immeu and place.immeu not in segments and len(streets[place.immeu]) == 1:
            code = place.immeu
        else:
            code = f"{place.insee} {fold(place.address)}".upper().replace(" ", "-")
        found[code].append(place)
    return dict(found)


def _lines(
    code: str, places: Sequence[_Place], counts: dict[_Place, _Count]
) -> Iterator[EntranceLine]:
    main = min(places, key=lambda place: (-counts[place].dwellings, place.address))
    by_segment = {place.segment for place in places} == {code}
    names = {place.segment_name if by_segment else place.label for place in places} - {""}
    in_qpv, qpv_name = _qpv(set().union(*(counts[place].qpv for place in places)))
    for place in places:
        yield EntranceLine(
            line=counts[place].line,
            code=code,
            # Complements that differ name something else than the residence.
            name=min(names) if names and (by_segment or len(names) == 1) else None,
            entrance=_entrance_name(place),
            per_entrance=True,
            rough=True,
            address=main.address,
            insee_code=place.insee,
            in_qpv=in_qpv,
            qpv_name=qpv_name,
            dwellings=counts[place].dwellings,
            building_code=place.immeu or None,
            building_name=_worded("Bâtiment", place.bat) or None,
            entrance_address=place.address,
        )


def _qpv(told: set[str]) -> tuple[bool | None, str | None]:
    named = sorted(told - _IN_QPV - _OUT_OF_QPV - {""})
    if named or told & _IN_QPV:
        return True, named[0] if named else None
    return (False if told & _OUT_OF_QPV else None), None


def _entrance_name(place: _Place) -> str:
    parts = (place.address, _worded("Entrée", place.entree), _worded("Escalier", place.esc))
    return " – ".join(filter(None, parts))


def _worded(word: str, code: str) -> str:
    """« A » → « Entrée A »; « ENTREE A » is already said."""
    worded = any(len(part) > 2 and part.isalpha() for part in code.split())
    return code if not code or worded else f"{word} {code}"
