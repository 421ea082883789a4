"""Amounts in whole euro cents, and exact proportional splitting.

A split always sums to what was split: the cents left by rounding go to the largest remainders,
then to the lowest key, so that the same inputs give the same parts in any order.
"""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key", int, str)


class WeighsNothing(ValueError):
    """There is nothing to split by: every weight is zero."""


def split(amount_cents: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Split an amount by whole weights; raises `WeighsNothing`, `ValueError` on a negative."""
    if amount_cents < 0 or any(weight < 0 for weight in weights.values()):
        message = "Un montant ou un poids négatif ne se partage pas."
        raise ValueError(message)
    total = sum(weights.values())
    if total == 0:
        message = "La clé ne pèse rien : aucun membre n'a de poids."
        raise WeighsNothing(message)
    parts = {key: amount_cents * weight // total for key, weight in weights.items()}
    left = amount_cents - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: (-(amount_cents * weights[key] % total), key))
    for key in by_remainder[:left]:
        parts[key] += 1
    return parts
