"""Interleaved measures: each round runs every variant once, shuffled; a ratio is made per round."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 9
Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Result:
    """A goal, what was found, and whether it holds."""

    goal: str
    what: str
    found: Sequence[float]
    limit: float
    at_least: bool = False
    unit: str = "×"
    note: str = ""

    @property
    def median(self) -> float:
        """The value that is held against the limit."""
        return statistics.median(self.found)

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.median >= self.limit if self.at_least else self.median <= self.limit

    def line(self) -> str:
        """One line of the table."""
        sign = "≥" if self.at_least else "≤"
        spread = f"{_plain(min(self.found))}–{_plain(max(self.found))}"
        return (
            f"{self.goal:<4} {self.what:<60} {sign + ' ' + _plain(self.limit):>8} "
            f"{_plain(self.median):>7}{self.unit} {spread:>13}  "
            f"{'tenu' if self.holds else 'MANQUÉ'}{'  ' + self.note if self.note else ''}"
        )


def interleave(
    variants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS, chunks: int = 1
) -> Samples:
    """Mean seconds of each variant at each round; the first round warms up and is thrown away.

    Short queries are run in several chunks a round, each shuffled: what else the machine does
    then falls on every variant.
    """
    samples: Samples = {name: [] for name in variants}
    order = list(variants)
    for round_number in range(rounds + 1):
        seconds = dict.fromkeys(order, 0.0)
        for _ in range(chunks):
            random.shuffle(order)
            for name in order:
                seconds[name] += variants[name]()
        if round_number:
            for name, total in seconds.items():
                samples[name].append(total / chunks)
    return samples


def ratios(samples: Samples, over: str, under: str) -> list[float]:
    """The ratio of two variants, round by round."""
    return [a / b for a, b in zip(samples[over], samples[under], strict=True)]


def median_ms(samples: Samples) -> str:
    """The medians of all variants, for a note."""
    return " contre ".join(f"{statistics.median(found) * 1e3:.2f} ms" for found in samples.values())


def table(results: Sequence[Result]) -> str:
    """Every result, one line each."""
    head = f"{'but':<4} {'ce qui est comparé':<60} {'limite':>8} {'médiane':>8} {'min–max':>13}"
    return "\n".join([head, "-" * len(head), *(result.line() for result in results)])


def _plain(value: float) -> str:
    return f"{value:.2f}" if value < 20 else f"{value:.0f}"
