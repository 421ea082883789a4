"""Primary and complementary suppression (secret primaire et secondaire) of tied tables. Pure.

Which cells are withdrawn besides the small ones is a heuristic: the cheapest neighbour of each
cell that could still be bounded. Whether the result is safe is not: the attack that ends the
search is exact, for an outsider and for each contributor in turn.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from presence.disclosure.attack import OUTSIDER, Exposure, Tables, exposures
from presence.disclosure.cells import Contributions, Equation, Key, Shape, equations
from presence.disclosure.rules import Nature, Policy, Rule, Span, broken, protection


@dataclass(frozen=True)
class Request:
    """What is to be published, and all that decides what may be.

    `wanted` may be withdrawn; `already` was published before and cannot be. `brought` gives each
    contributor's value of any key, `nature` says what an indicator counts, `agreed` whether a
    sharing agreement opens a key. `small_areas` are the places with too few dwellings, `precious`
    the keys that are withdrawn for others' sake when nothing else will do.
    """

    wanted: Collection[Key]
    already: Collection[Key]
    shape: Shape
    policy: Policy
    brought: Callable[[Key], Contributions]
    nature: Callable[[str], Nature]
    agreed: Callable[[Key], bool]
    small_areas: Collection[str] = ()
    precious: Collection[Key] = ()


@dataclass(frozen=True)
class Plan:
    """What may be published: the rule of each cell withdrawn for itself, the others withdrawn.

    `left` is what earlier publications already expose and no withdrawal here can mend.
    """

    shown: frozenset[Key]
    primary: Mapping[Key, Rule]
    complementary: frozenset[Key]
    left: tuple[Exposure, ...]


def protect(request: Request) -> Plan:
    """Withdraw what the rules forbid, then what would reveal it, until the attack finds nothing."""
    ground = _Ground(request)
    rules = ground.rules
    already = set(request.already)
    shown = {key for key in request.wanted if key not in rules} | already
    complementary: set[Key] = set()
    # What earlier publications expose by themselves: no withdrawal here can mend it.
    left = tuple(ground.audit(already))
    hopeless = {exposure.key for exposure in left}
    while found := [e for e in ground.audit(shown) if e.key not in hopeless]:
        withdrawn = _complements(found, ground.neighbours, shown - already, ground)
        if not withdrawn:
            break
        shown -= withdrawn
        complementary |= withdrawn
    _restore(complementary, shown, ground, hopeless)
    primary = {key: rules[key] for key in sorted(request.wanted) if key in rules}
    return Plan(frozenset(shown), primary, frozenset(complementary), left)


def audit(request: Request, shown: Collection[Key]) -> list[Exposure]:
    """Every cell that the rules hide and that somebody can still bound, whatever hid it."""
    return list(_Ground(request).audit(set(shown) | set(request.already)))


def attackers(request: Request) -> tuple[int, ...]:
    """Who attacks: an outsider, then each contributor."""
    return (OUTSIDER, *_Ground(request).contributors)


class _Ground:
    """The tied tables of a request: equations, truth, and the rule of every key."""

    def __init__(self, request: Request) -> None:
        self.request = request
        keys = {*request.wanted, *request.already}
        self.equations = equations(keys, request.shape)
        keys |= {key for equation in self.equations for key in equation.keys}
        self.truth = {key: request.brought(key) for key in sorted(keys)}
        self.rules = {
            key: rule
            for key, values in self.truth.items()
            if key not in request.already and (rule := self._rule(key, values))
        }
        self.contributors = sorted({who for values in self.truth.values() for who in values})
        self.neighbours: dict[Key, list[Equation]] = defaultdict(list)
        for equation in self.equations:
            for key in equation.keys:
                self.neighbours[key].append(equation)

    def _rule(self, key: Key, values: Contributions) -> Rule | None:
        nature = self.request.nature(key.indicator)
        if key.area in self.request.small_areas and nature is not Nature.SERVICE:
            return Rule.SMALL_PLACE
        return broken(self.request.policy, values, nature, agreed=self.request.agreed(key))

    def _wanted(self, key: Key, attacker: int) -> Span | None:
        """What must stay unknown to an attacker; None when there is nothing to protect from it.

        A small count to which the others brought nothing is the contributor's own: that the
        others have none tells it of nobody.
        """
        rule, value = self.rules[key], self.value(key)
        own = None if attacker == OUTSIDER else self.truth[key].get(attacker, 0)
        if rule is Rule.SMALL and own == value:
            return None
        nature = self.request.nature(key.indicator)
        return protection(self.request.policy, value, own, nature, rule)

    def value(self, key: Key) -> int:
        """The true total of a key."""
        return sum(self.truth[key].values())

    def audit(self, shown: Collection[Key]) -> Iterator[Exposure]:
        """One attack for an outsider, one for each contributor."""
        tables = Tables(self.truth, self.equations, frozenset(shown))
        for attacker in (OUTSIDER, *self.contributors):
            wanted = {
                key: span
                for key in self.rules
                if key in self.neighbours and key not in shown
                if (span := self._wanted(key, attacker)) is not None
            }
            yield from exposures(tables, attacker, wanted)


def _complements(
    found: Iterable[Exposure],
    neighbours: Mapping[Key, list[Equation]],
    free: Collection[Key],
    ground: _Ground,
) -> set[Key]:
    """For each exposed cell, the cheapest shown neighbour; one serves every cell of its sums."""
    chosen: set[Key] = set()
    served: set[int] = set()
    for key in sorted({exposure.key for exposure in found}):
        tied = neighbours[key]
        if any(id(equation) in served for equation in tied):
            continue
        near = {k for equation in tied for k in equation.keys} & set(free)
        if not near:
            near = _further(tied, neighbours) & set(free)
        if near:
            best = min(near, key=lambda k: (_cost(k, ground), k))
            chosen.add(best)
            served |= {id(equation) for equation in neighbours[best]}
    return chosen or set(_last_resort(found, neighbours, free))


def _restore(
    complementary: set[Key], shown: set[Key], ground: _Ground, hopeless: Collection[Key]
) -> None:
    """Show again, the largest first, what the later withdrawals have made useless to hide."""
    for key in sorted(complementary, key=lambda k: (_cost(k, ground), k), reverse=True):
        if all(exposure.key in hopeless for exposure in ground.audit(shown | {key})):
            shown.add(key)
            complementary.discard(key)


def _cost(key: Key, ground: _Ground) -> tuple[int, int, int, int]:
    """What is lost: totals that others rest on last, zeros (which protect nothing) after counts."""
    rests = sum(1 for equation in ground.neighbours[key] if equation.total == key)
    value = ground.value(key)
    return int(key in ground.request.precious), rests, int(value == 0), value


def _further(tied: Iterable[Equation], neighbours: Mapping[Key, list[Equation]]) -> set[Key]:
    near = {key for equation in tied for key in equation.keys}
    return {key for k in near for equation in neighbours[k] for key in equation.keys}


def _last_resort(
    found: Iterable[Exposure], neighbours: Mapping[Key, list[Equation]], free: Collection[Key]
) -> Iterable[Key]:
    """Anything still tied to an exposed cell, however far: the search always ends."""
    reached = {exposure.key for exposure in found}
    while True:
        wider = {k for key in reached for e in neighbours.get(key, ()) for k in e.keys} | reached
        if near := sorted(wider & set(free)):
            return near[:1]
        if wider == reached:
            return ()
        reached = wider
