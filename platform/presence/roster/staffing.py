"""How many agents a team has at each moment of an evening, in words (effectif d'une soirée). Pure.

A team walks by two. Two agents who follow each other are one at a time: it is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from presence.kernel.formats import hour

# A binôme (CAPI's convention).
COMPLETE = 2
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Gap:
    """A part of an evening with fewer agents than a team needs."""

    starts_at: datetime
    ends_at: datetime
    present: int


def gaps(stints: Iterable[Span], window: Span) -> tuple[Gap, ...]:
    """The parts of a window where fewer than two agents are present, in order."""
    present = list(stints)
    inside = {edge for stint in present for edge in stint if window[0] < edge < window[1]}
    found: list[Gap] = []
    for start, end in pairwise(sorted({*window, *inside})):
        count = sum(begun <= start and end <= over for begun, over in present)
        if count >= COMPLETE:
            continue
        same = bool(found) and (found[-1].ends_at, found[-1].present) == (start, count)
        found.append(Gap(found.pop().starts_at if same else start, end, count))
    return tuple(found)


def words(found: Sequence[Gap], window: Span) -> str:
    """« complète », « 1 agent sur 2 », « personne de 20:00 à 23:00 »."""
    if not found:
        return "complète"
    return ", ".join(_words(gap, window) for gap in found)


def _words(gap: Gap, window: Span) -> str:
    who = f"{gap.present} agent sur {COMPLETE}" if gap.present else "personne"
    if (gap.starts_at, gap.ends_at) == window:
        return who
    return f"{who} de {hour(gap.starts_at)} à {hour(gap.ends_at)}"
