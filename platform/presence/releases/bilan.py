"""The bilan as a document (bilan publié): one writing for the API and the command. Pure."""

from presence.kernel.nomenclature import Action
from presence.releases.content import Bilan, Cell, Table
from presence.releases.models import Release

# What the published bilan always tells, even at zero.
MAIN_ACTIONS = frozenset({Action.MEDIATION, Action.HOUSE_RULES_REMINDER, Action.POLICE_REQUEST})


def bilan_document(bilan: Bilan, head: Release) -> dict[str, object]:
    """The document of a bilan: withheld figures are null and say why; years stay apart."""
    interventions = bilan.total("interventions")
    families = bilan.total("families_summoned")
    withheld = {"interventions": interventions.withheld, "families_summoned": families.withheld}
    return bilan_head(head, bilan.scheme) | {
        "answer": bilan.answer,
        "paragraphs": list(bilan.paragraphs),
        "interventions": interventions.value,
        "actions": _actions(bilan),
        "families_summoned": families.value,
        "evenings": {
            "due": bilan.completeness.due,
            "signed": bilan.completeness.signed,
            "missing": bilan.completeness.missing,
        },
        "finance": [
            {
                "year": year.year,
                "status": year.status,
                "cost_cents": year.cost_cents,
                "grant_cents": year.grant_cents,
                "net_cents": year.net_cents,
            }
            for year in bilan.years
        ],
        "tables": [_table(table) for table in bilan.tables()],
        "cut_off_at": bilan.cut_off_at,
        "code_version": bilan.code_version,
        "withheld": {name: reason for name, reason in withheld.items() if reason},
    }


def bilan_head(release: Release, scheme_name: str | None) -> dict[str, object]:
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


def _actions(bilan: Bilan) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    for action in Action:
        cell = bilan.total(f"action:{action.value}")
        if not (cell.value or cell.withheld or action in MAIN_ACTIONS):
            continue
        line: dict[str, object] = {
            "code": action.value, "count": cell.value, "percent": _percent(cell),
        }  # fmt: skip
        if cell.withheld:
            line["withheld"] = cell.withheld
        shown.append(line)
    return shown


def _table(table: Table) -> dict[str, object]:
    return {
        "id": table.id,
        "title": table.title,
        "measure": table.measure,
        "total": table.total,
        "grain": table.grain,
        "notes": list(table.notes),
        "columns": [
            {"code": item.code, "label": item.label, "unit": item.unit} for item in table.columns
        ],
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "cells": [
                    {"value": cell.value, "withheld": cell.withheld, "percent": _percent(cell)}
                    for cell in row.cells
                ],
            }
            for row in table.rows
        ],
    }


def _percent(cell: Cell) -> float | None:
    return None if cell.permille is None else cell.permille / 10
