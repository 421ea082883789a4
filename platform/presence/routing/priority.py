"""Who comes first when the teams cannot serve all (règle d'arbitrage). Pure.

Every stop has points. A request that was accepted outweighs everything. Then come the stops that
the contract's frequency makes due, those behind this week before the others, the later the
sooner; a resident's call and recent incidents add a few points, and weigh little alone. To these
a due stop adds up to a thousand points, the more as less of its owner's due stops is served: the
owner least served comes first, so that all are served to the same height. What a stop's reasons
add is never worth more than a hundred points, that is ten points of share; only a request does
more.

Distance counts too: a hundred points are worth six stops nearer by.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from presence.routing.problem import Reason, Stop

# The same rule, in the words shown to users.
RULE = (
    "Une demande de passage acceptée passe avant tout le reste.",
    (
        "Viennent ensuite les passages dus : d'abord les lieux en retard cette semaine, à "
        "commencer par ceux qui ont manqué la plus grande part de leurs passages, puis ceux que "
        "la fréquence prévoit ce soir."
    ),
    (
        "Un appel de locataire, puis des incidents récents, départagent des lieux de même rang ; "
        "à eux seuls, ils viennent après tous les passages dus."
    ),
    (
        "Quand les équipes ne peuvent pas tout faire, le bailleur dont la part de passages dus "
        "est la moins servie passe devant : tous sont servis à la même hauteur. Un retard, un "
        "appel ou des incidents ne font pas gagner à un bailleur plus de dix points de part."
    ),
    (
        "À priorité proche, le lieu qui demande le moins de trajet est préféré : un lieu éloigné "
        "peut céder sa place à plusieurs lieux voisins."
    ),
    "Chaque lieu laissé de côté est nommé, avec son motif.",
)
# No text gives these figures: they only put the rule above in order.
ASKED_POINTS = 1300
DUE_POINTS = 100
BEHIND_POINTS = 10
BEHIND_RATIO_POINTS = 50
CALL_POINTS = 20
HOT_SPOT_POINTS = 15
# What an owner served in nothing gains over one served in full.
LEVEL_POINTS = 1000
# No stop counts more; the solver adds worths up in 64 bits, and this leaves room for 2,000 stops.
MOST_POINTS = 1500
# A hundred points are worth six stops. Measured on 100 stops for 7 owners, with room for 60: at
# three the owners' shares differ by half as much again, for one or two stops more in all.
STOPS_PER_HUNDRED = 6
# Worth of a stop without points, in tenths of a minute: more than any detour of an evening.
WORTH_OF_NOTHING = 10_000


def weigh(reasons: Collection[Reason], *, late: int = 0, due: int = 0) -> int:
    """The points of a stop's own reasons; `late` of the `due` visits of the week are missing."""
    points = 0
    if Reason.ASKED in reasons:
        points += ASKED_POINTS
    if Reason.DUE in reasons or Reason.BEHIND in reasons:
        points += DUE_POINTS
    if Reason.BEHIND in reasons:
        ratio = Fraction(min(late, due), due) if due else Fraction(0)
        points += BEHIND_POINTS + round(BEHIND_RATIO_POINTS * ratio)
    points += CALL_POINTS * (Reason.CALL in reasons)
    points += HOT_SPOT_POINTS * (Reason.HOT_SPOT in reasons)
    return points


def is_levelled(stop: Stop) -> bool:
    """Whether a stop weighs more as its owner is served less: due, and nobody's request."""
    return stop.is_due and Reason.ASKED not in stop.reasons


def worth(weight: int, served: int = 0, due: int = 0) -> int:
    """What serving a stop is worth; for a levelled one, when `served` of its owner's `due` are."""
    level = LEVEL_POINTS * (1 - (served + 0.5) / due) if due else 0
    points = min(weight + level, MOST_POINTS)
    return round(WORTH_OF_NOTHING * math.pow(STOPS_PER_HUNDRED, points / 100))


def worths(stops: Iterable[Stop], first: Collection[UUID] = ()) -> dict[UUID, int]:
    """What each stop is worth when those `first` fill their owners' shares before the others."""
    found: dict[UUID, int] = {}
    due: dict[int, list[Stop]] = defaultdict(list)
    for stop in stops:
        found[stop.id] = worth(stop.weight)
        if stop.is_due:
            due[stop.owner].append(stop)
    for owned in due.values():
        owned.sort(
            key=lambda stop: (is_levelled(stop), stop.id not in first, -stop.weight, stop.id)
        )
        for rank, stop in enumerate(owned):
            if is_levelled(stop):
                found[stop.id] = worth(stop.weight, rank, len(owned))
    return found


def value(stops: Sequence[Stop], served: Collection[UUID]) -> int:
    """What a plan is worth, whoever made it: the best one has the most."""
    each = worths(stops, served)
    return sum(each[stop_id] for stop_id in served)


def shares(stops: Iterable[Stop], served: Collection[UUID]) -> Mapping[int, Fraction]:
    """The part of its due stops that each owner is given (part servie)."""
    due, given = Counter[int](), Counter[int]()
    for stop in stops:
        due[stop.owner] += stop.is_due
        given[stop.owner] += stop.is_due and stop.id in served
    return {owner: Fraction(given[owner], number) for owner, number in due.items() if number}
