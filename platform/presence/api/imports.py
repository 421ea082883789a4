"""Endpoints of imports of places: deposit, plan, columns, repairs, confirmation, undo."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.api.answers import Refused
from presence.api.door import KEYED, Door, Sent
from presence.api.paging import cursor_of, page, window
from presence.field.usage import entrances_in_use
from presence.imports import confirming, services
from presence.imports.confirming import Confirmation
from presence.imports.fields import Field
from presence.imports.items import Change, EntranceItem, Item
from presence.imports.lines import LineFault
from presence.imports.plan import refused_csv
from presence.imports.preparing import Deposit
from presence.imports.queries import (
    ImportLine,
    ImportView,
    import_lines,
    import_view,
    kept_table,
)
from presence.imports.reading import MOST_BYTES
from presence.kernel.errors import Invalid
from presence.onboarding.queries import covering_of_new_places
from presence.schemas.base import NothingIn, PageIn, page_of
from presence.schemas.imports import (
    ColumnsIn,
    ConfirmationIn,
    FileIn,
    PlaceImportDetailOut,
    PlaceImportOut,
    PlaceImportSummaryOut,
    RepairsIn,
)
from tenants.roles import Permission

door = Door("place-imports", "Les imports de patrimoine : comparés, puis confirmés, annulables.")
DOORS = (door,)
MANAGE = Permission.MANAGE_PLACES
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@door.get("", MANAGE, page_of(PlaceImportOut), Sent(query=PageIn))
def list_imports(session: Session, _: Identity, asked: dict[str, Any]) -> dict[str, object]:
    """Les derniers imports, du plus ancien au plus récent."""
    lines = sorted(import_lines(session), key=_by_date)
    rows = window(lines, asked, _by_date, str, str)
    return page(rows, asked["limit"], _by_date, _line)


@door.post("", MANAGE, (201, PlaceImportSummaryOut), Sent(query=FileIn, key=KEYED, raw=CSV))
def post_import(
    session: Session, _: Identity, key: UUID, asked: dict[str, Any]
) -> dict[str, object]:
    """Déposer un fichier (CSV ou .xlsx, 10 Mo) : il est lu et comparé, rien n'est importé."""
    if request.mimetype not in {CSV, XLSX}:
        message = f"Envoyez un CSV ({CSV}) ou un classeur .xlsx ({XLSX})."
        raise Refused(415, message)
    # One byte more, so that the excess is told in the reading's own words.
    request.max_content_length = MOST_BYTES + 1
    deposit = Deposit(asked["file_name"], request.get_data())
    covering = covering_of_new_places(session)
    services.take_in(session, key, deposit, covering, _choices(asked["columns"]))
    return _summary(import_view(session, key))


@door.get("/<uuid:import_id>", MANAGE, PlaceImportDetailOut, Sent(query=PageIn))
def read_import(
    session: Session, _: Identity, asked: dict[str, Any], import_id: UUID
) -> dict[str, object]:
    """Un import et son plan, résidence par résidence."""
    view = import_view(session, import_id)
    items = list(enumerate(view.plan.items if view.plan else ()))
    after = cursor_of(asked, str)
    start = int(after[0]) + 1 if after and after[0].isdecimal() else 0
    rows = items[start : start + asked["limit"] + 1]
    shown = page(rows, asked["limit"], lambda row: (row[0],), lambda row: _item(row[1]))
    return _summary(view) | shown


@door.put("/<uuid:import_id>/columns", MANAGE, PlaceImportSummaryOut, Sent(body=ColumnsIn))
def put_columns(
    session: Session, _: Identity, body: dict[str, Any], import_id: UUID
) -> dict[str, object]:
    """Dire ce que dit chaque colonne gardée, et l'agence des nouvelles résidences."""
    choices = {each["index"]: each["field"] for each in body["columns"]}
    services.choose_columns(session, import_id, choices, body["agency"])
    return _summary(import_view(session, import_id))


@door.put("/<uuid:import_id>/repairs", MANAGE, PlaceImportSummaryOut, Sent(body=RepairsIn))
def put_repairs(
    session: Session, _: Identity, body: dict[str, Any], import_id: UUID
) -> dict[str, object]:
    """Accepter les corrections proposées, par nature de faute."""
    services.set_repairs(session, import_id, body["repairs"])
    return _summary(import_view(session, import_id))


@door.put(
    "/<uuid:import_id>/confirmation", MANAGE, PlaceImportSummaryOut, Sent(body=ConfirmationIn)
)
def put_confirmation(
    session: Session, _: Identity, body: dict[str, Any], import_id: UUID
) -> dict[str, object]:
    """Confirmer le plan lu. S'il a changé depuis, rien n'est fait : le nouveau plan est rendu."""
    asked = Confirmation(body["fingerprint"], tuple(body["archive"]), body["archive_count"])
    confirming.confirm(session, import_id, asked, covering_of_new_places(session))
    return _summary(import_view(session, import_id))


@door.put("/<uuid:import_id>/undo", MANAGE, PlaceImportSummaryOut, Sent(body=NothingIn))
def put_undo(
    session: Session, _: Identity, __: dict[str, Any], import_id: UUID
) -> dict[str, object]:
    """Annuler un import dans les 7 jours ; ce qui reste est dit dans « left »."""
    confirming.undo(session, import_id, entrances_in_use)
    return _summary(import_view(session, import_id))


@door.delete("/<uuid:import_id>", MANAGE)
def delete_import(session: Session, _: Identity, import_id: UUID) -> None:
    """Abandonner un import qui n'est pas confirmé."""
    services.abandon(session, import_id)


@door.file("/<uuid:import_id>/refusals.csv", MANAGE, CSV)
def read_refusals(session: Session, _: Identity, import_id: UUID) -> Response:
    """Les lignes rejetées, leur motif et la correction proposée, à corriger puis redéposer."""
    return Response(refused_csv(*kept_table(session, import_id)), mimetype=CSV)


def _choices(text: str | None) -> dict[int, Field | None]:
    """« 2:dwellings,5: » by column."""
    found: dict[int, Field | None] = {}
    for part in text.split(",") if text else ():
        index, _, code = part.partition(":")
        if code and code not in Field.__members__.values():
            raise Invalid("columns", f"Champ inconnu : « {code} ».")
        found[int(index)] = Field(code) if code else None
    return found


def _by_date(line: ImportLine) -> tuple[str, str]:
    return line.created_at.isoformat(), str(line.id)


def _line(line: ImportLine) -> dict[str, object]:
    return asdict(line)


def _summary(view: ImportView) -> dict[str, object]:
    shown = (
        "id", "file_name", "format", "state", "lines", "agency", "repairs", "fingerprint",
        "progress_done", "progress_total", "created_at", "planned_at", "applied_at", "undone_at",
        "undo_until", "left",
    )  # fmt: skip
    repairable: Mapping[Any, int] = view.plan.repairable if view.plan else {}
    return {name: getattr(view, name) for name in shown} | {
        "counts": asdict(view.counts) if view.counts else None,
        "message": view.error,
        "repairable": [{"kind": kind, "lines": lines} for kind, lines in repairable.items()],
        "columns": [
            {
                "index": column.index, "title": column.title, "field": column.field,
                "confidence": column.confidence, "kept": column.index in view.kept,
            }
            for column in view.columns.columns
        ],
    }  # fmt: skip


def _item(item: Item) -> dict[str, object]:
    return {
        "verdict": item.verdict,
        "code": item.code,
        "name": item.name,
        "residence_id": item.id,
        "lines": item.lines,
        "changes": [_change(change) for change in item.changes],
        "entrances": [_entrance(entrance) for entrance in item.entrances],
        "faults": [_fault(fault) for fault in item.faults],
        "notes": item.notes,
    }


def _entrance(item: EntranceItem) -> dict[str, object]:
    return {
        "verdict": item.verdict,
        "name": item.name,
        "entrance_id": item.id,
        "line": item.line,
        "changes": [_change(change) for change in item.changes],
    }


def _change(change: Change) -> dict[str, object]:
    before, after = (
        None if value is None else str(value) for value in (change.before, change.after)
    )
    return {"field": change.field, "before": before, "after": after}


def _fault(fault: LineFault) -> dict[str, object]:
    return {name: value for name, value in asdict(fault).items() if name != "code"}
