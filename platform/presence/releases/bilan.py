"""The bilan as a document (bilan publié): one writing for the API, the command and the pages."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from presence.finance.queries import year_totals
from presence.kernel.nomenclature import Action
from presence.releases.models import Release
from presence.releases.privacy import Cell
from presence.releases.queries import PublishedRelease, published_release
from tenants.scheme import scheme as scheme_of

# What the published bilan always tells, even at zero.
MAIN_ACTIONS = frozenset({Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST})


class YearTotal(Protocol):
    """A year's totals, wherever they come from."""

    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def cost_cents(self) -> int: ...  # noqa: D102
    @property
    def grant_cents(self) -> int: ...  # noqa: D102
    @property
    def net_cents(self) -> int: ...  # noqa: D102


def bilan_of(session: Session, release_id: UUID) -> dict[str, object] | None:
    """A published bilan with its money, None if it is another's or does not exist."""
    release = published_release(session, release_id)
    if release is None:
        return None
    scheme = scheme_of(session, release.scheme_id)
    totals = year_totals(session, release.scheme_id)
    return bilan_document(release, totals, scheme.name if scheme else None)


def bilan_document(
    release: PublishedRelease, totals: Sequence[YearTotal], scheme_name: str | None = None
) -> dict[str, object]:
    """The document of a bilan: withheld figures are null and say why; years stay apart."""
    interventions = release.cell("interventions")
    families = release.cell("families_summoned")
    withheld = {"interventions": interventions.withheld, "families_summoned": families.withheld}
    return bilan_head(release, scheme_name) | {
        "interventions": interventions.value,
        "actions": _actions(release, interventions),
        "families_summoned": families.value,
        "evenings": {
            "due": release.evenings_due,
            "signed": release.evenings_signed,
            "missing": release.evenings_due - release.evenings_signed,
        },
        "finance": [
            {
                "year": total.year,
                "status": total.status,
                "cost_cents": total.cost_cents,
                "grant_cents": total.grant_cents,
                "net_cents": total.net_cents,
            }
            for total in totals
            if release.from_on.year <= total.year <= release.to_on.year
        ],
        "withheld": {name: reason for name, reason in withheld.items() if reason},
    }


def bilan_head(release: PublishedRelease | Release, scheme_name: str | None) -> dict[str, object]:
    """What names a bilan: its scheme, its period, its version, its fingerprint."""
    start, end = release.from_on, release.to_on
    return {
        "id": release.id,
        "scheme": scheme_name,
        "version": release.version,
        "published_at": release.published_at,
        "content_hash": release.content_hash,
        "period": {
            "from": f"{start:%Y-%m}",
            "to": f"{end:%Y-%m}",
            "months": (end.year - start.year) * 12 + end.month - start.month + 1,
        },
    }


def _actions(release: PublishedRelease, interventions: Cell) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    for action in Action:
        cell = release.cell(f"action:{action.value}")
        line: dict[str, object] = {"code": action.value, "count": cell.value, "percent": None}
        if cell.withheld:
            line["withheld"] = cell.withheld
        elif cell.value is not None and interventions.value:
            line["percent"] = _percent(cell.value, interventions.value)
        if cell.value or cell.withheld or action in MAIN_ACTIONS:
            shown.append(line)
    return shown


def _percent(part: int, whole: int) -> float:
    """To one decimal, halves up: whole numbers until the last division."""
    return (part * 2000 + whole) // (2 * whole) / 10
