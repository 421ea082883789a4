"""Attack by linear programme (attaque) on published tables: what can a reader still bound? Pure.

The attacker is an outsider, or a contributor who subtracts its own figures from every cell. It
knows each sum that ties the cells and that no count is negative. The two bounds that it can
reach for a hidden cell are found exactly, by GLOP (simplex); a count being whole, they are
rounded inwards.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from ortools.linear_solver import pywraplp

from presence.disclosure.cells import Contributions, Equation, Key
from presence.disclosure.rules import Span

TOLERANCE = 1e-6
OUTSIDER = 0


@dataclass(frozen=True)
class Exposure:
    """A hidden cell that an attacker bounds too closely."""

    key: Key
    attacker: int
    value: int
    low: int
    high: int
    wanted: Span

    @property
    def exact(self) -> bool:
        """Whether the cell is recovered to the unit."""
        return self.low == self.high


@dataclass(frozen=True)
class Tables:
    """What is out: the keys with their contributions, their sums, and which are shown."""

    truth: Mapping[Key, Contributions]
    equations: Sequence[Equation]
    shown: Collection[Key]


def exposures(tables: Tables, attacker: int, wanted: Mapping[Key, Span]) -> Iterator[Exposure]:
    """The targets whose interval, for this attacker, does not hold what is wanted of it."""
    programme = _Programme(tables, attacker)
    programme.look_around()
    for key in sorted(wanted):
        low, high = programme.bounds(key, wanted[key])
        if not wanted[key].holds(low, high):
            value = sum(tables.truth[key].values())
            yield Exposure(key, attacker, value, low, high, wanted[key])


class _Programme:
    """One attacker's linear programme: a variable for what the others bring to a hidden cell.

    A point that the solver meets on its way to one bound is a proof for every other cell: the
    widest values seen are kept, and a cell already seen wide enough is not solved at all.
    """

    def __init__(self, tables: Tables, attacker: int) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._own = {key: values.get(attacker, 0) for key, values in tables.truth.items()}
        self._total = {key: sum(values.values()) for key, values in tables.truth.items()}
        self._shown = set(tables.shown)
        ceiling = 10 * max(self._total.values(), default=0) + 1_000
        hidden = sorted({key for e in tables.equations for key in e.keys} - self._shown)
        self._hidden = {key: self._solver.NumVar(0, ceiling, "") for key in hidden}
        self._seen: dict[Key, tuple[float, float]] = {}
        self._ceiling = ceiling
        for equation in tables.equations:
            self._add(equation)

    def bounds(self, key: Key, wanted: Span) -> tuple[int, int]:
        """The total's bounds: those seen when they are wide enough, else the exact ones."""
        own = self._own[key]
        if key in self._shown:
            return self._total[key], self._total[key]
        variable = self._hidden.get(key)
        if variable is None:
            return own, own + self._ceiling
        if not wanted.holds(*self._told(key)):
            self._solve({key: 1.0}, maximise=True)
        if not wanted.holds(*self._told(key)):
            self._solve({key: 1.0}, maximise=False)
        return self._told(key)

    def look_around(self) -> None:
        """Two points far apart, which spare most of the programmes."""
        if self._hidden:
            everything = dict.fromkeys(self._hidden, 1.0)
            self._solve(everything, maximise=True)
            self._solve(everything, maximise=False)

    def _told(self, key: Key) -> tuple[int, int]:
        low, high = self._seen.get(key, (float(self._ceiling), 0.0))
        return self._own[key] + ceil(low - TOLERANCE), self._own[key] + floor(high + TOLERANCE)

    def _add(self, equation: Equation) -> None:
        """Total - parts = 0 (or at least 0) over what the others bring; shown keys are known."""
        known = 0
        terms = []
        for key, sign in ((equation.total, 1), *((part, -1) for part in equation.parts)):
            if key in self._shown:
                known += sign * (self._total[key] - self._own[key])
            else:
                terms.append((self._hidden[key], sign))
        if not terms:
            return
        most = -known if equation.exact else self._solver.infinity()
        row = self._solver.Constraint(-known, most)
        for variable, sign in terms:
            row.SetCoefficient(variable, row.GetCoefficient(variable) + sign)

    def _solve(self, weights: Mapping[Key, float], *, maximise: bool) -> None:
        objective = self._solver.Objective()
        objective.Clear()
        for key, weight in weights.items():
            objective.SetCoefficient(self._hidden[key], weight)
        objective.SetOptimizationDirection(maximise)
        if self._solver.Solve() not in {pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE}:
            message = "the published tables contradict each other: no count can satisfy them"
            raise ValueError(message)
        for key, variable in self._hidden.items():
            value = variable.solution_value()
            low, high = self._seen.get(key, (value, value))
            self._seen[key] = min(low, value), max(high, value)
