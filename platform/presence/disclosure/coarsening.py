"""Automatic coarsening (maille proposée): the finest table in which enough cells live. Pure.

Blanking is not enough where nearly every cell is small: the period, the place or the category is
widened first, and one sentence says why.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from presence.disclosure.cells import Contributions, Key
from presence.disclosure.rules import Rule

# Below this share of living cells a table is not read as a table. Ours: no source gives one.
ENOUGH_PERCENT = 80


@dataclass(frozen=True)
class Grain:
    """A way to cut a table: its words, in French, and the keys of its cells."""

    words: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Chosen:
    """The grain that is kept, None when no one lives, and why, in one sentence."""

    grain: Grain | None
    sentence: str


def finest(
    grains: Sequence[Grain],
    brought: Callable[[Key], Contributions],
    rule: Callable[[Key], Rule | None],
) -> Chosen:
    """The grain with most cells of which enough may be published; `grains` in order of taste.

    Empty cells tell of nobody and count for nothing.
    """
    ranked = sorted(enumerate(grains), key=lambda item: (-len(item[1].keys), item[0]))
    refused: tuple[Grain, int] | None = None
    for _, grain in ranked:
        share = _living_percent(grain.keys, brought, rule)
        if share is None:
            continue
        if share >= ENOUGH_PERCENT:
            return Chosen(grain, _why(grain, refused))
        refused = refused or (grain, 100 - share)
    if refused is None:
        return Chosen(None, "Aucun fait à répartir sur la période.")
    wide, lost = refused
    return Chosen(
        None,
        f"Aucune maille n'est publiable : {wide.words}, {lost}\u00a0% des cases seraient masquées.",
    )


def _living_percent(
    keys: Collection[Key],
    brought: Callable[[Key], Contributions],
    rule: Callable[[Key], Rule | None],
) -> int | None:
    filled = [key for key in keys if sum(brought(key).values())]
    if not filled:
        return None
    return sum(1 for key in filled if rule(key) is None) * 100 // len(filled)


def _why(grain: Grain, refused: tuple[Grain, int] | None) -> str:
    if refused is None:
        return f"Maille la plus fine : {grain.words}."
    wide, lost = refused
    return (
        f"Maille proposée : {grain.words}. Plus fin, {wide.words}, {lost}\u00a0% des cases "
        "seraient masquées pour protéger les personnes."
    )
