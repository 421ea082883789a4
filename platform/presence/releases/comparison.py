"""Two published bilans side by side (comparaison), or why they cannot be compared. Pure.

Only frozen figures are used: comparing publishes nothing new. Perimeters and lengths must match;
a rate per month would hide that the months, or the bailleurs, are not the same.
"""

from dataclasses import dataclass

from presence.releases.content import Bilan, Cell
from presence.releases.wording import period_label

COMPARED = (
    "interventions", "action:mediation", "action:house_rules_reminder", "action:police_request",
    "calls", "visits", "visits_due", "families_summoned", "dwellings",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """An indicator in both bilans; the change is None when either is withheld."""

    label: str
    now: Cell
    then: Cell
    change: int | None
    change_permille: int | None


@dataclass(frozen=True)
class Comparison:
    """The lines compared, or the reason why there are none."""

    with_label: str
    lines: tuple[Line, ...]
    refused: str | None


def compare(bilan: Bilan, other: Bilan) -> Comparison:
    """Compare a bilan with another one of the same scheme."""
    label = period_label(other.from_on, other.to_on)
    refused = _refusal(bilan, other)
    if refused:
        return Comparison(label, (), refused)
    lines = tuple(
        _line(row.label, row.cells[0], other.total(row.code))
        for row in bilan.totals
        if row.code in COMPARED
    )
    return Comparison(label, lines, None)


def _refusal(bilan: Bilan, other: Bilan) -> str | None:
    if bilan.months != other.months:
        return (
            f"Comparaison impossible\u00a0: {bilan.months} mois d'un côté, {other.months} de "
            "l'autre. Choisissez deux périodes de même durée."
        )
    joined = set(bilan.perimeter.names) - set(other.perimeter.names)
    left = set(other.perimeter.names) - set(bilan.perimeter.names)
    if joined or left or bilan.perimeter.moves or other.perimeter.moves:
        names = ", ".join(sorted(joined | left)) or "un bailleur arrivé ou parti pendant la période"
        return (
            "Comparaison impossible\u00a0: le périmètre a changé entre les deux périodes "
            f"({names}). Comparez deux périodes de même périmètre."
        )
    if bilan.perimeter.qpv_vintage != other.perimeter.qpv_vintage:
        return "Comparaison impossible\u00a0: la géographie des quartiers prioritaires a changé."
    changed = _redefined(bilan, other)
    if changed:
        return f"Comparaison impossible\u00a0: la définition de « {changed} » a changé."
    return None


def _redefined(bilan: Bilan, other: Bilan) -> str | None:
    before = {item.code: item.version for item in other.definitions}
    for item in bilan.definitions:
        if before.get(item.code, item.version) != item.version:
            return item.label
    return None


def _line(label: str, now: Cell, then: Cell) -> Line:
    if now.value is None or then.value is None:
        return Line(label, now, then, None, None)
    change = now.value - then.value
    share = round(change * 1000 / then.value) if then.value >= 20 else None
    return Line(label, now, then, change, share)
