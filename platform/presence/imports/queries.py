"""Imports (imports de patrimoine) as their bailleur reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.imports.columns import Columns
from presence.imports.items import Counts, Plan
from presence.imports.keeping import Choices, Kept
from presence.imports.models import PlaceImport
from presence.imports.reading import SAMPLE, Row, Table
from presence.kernel.errors import NotFound
from presence.kernel.nomenclature import ImportState
from presence.kernel.ownership import stated

# What the page of a deposit and the API's list show.
LISTED = 200


@dataclass(frozen=True)
class ImportLine:
    """An import in a list: the file, where it stands, the counts of its plan."""

    id: UUID
    file_name: str
    format: str
    state: ImportState
    counts: Counts | None
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None


@dataclass(frozen=True)
class ImportView:
    """An import: what was read, what was chosen, what would be or was done."""

    id: UUID
    file_name: str
    format: str
    state: ImportState
    columns: Columns
    kept: frozenset[int]
    agency: str | None
    lines: int
    told: Mapping[str, int] | None
    repairs: tuple[str, ...]
    archived: tuple[UUID, ...]
    plan: Plan | None
    fingerprint: str | None
    progress_done: int
    progress_total: int
    error: str | None
    created_at: datetime
    planned_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None
    undo_until: datetime | None
    left: tuple[str, ...]

    @property
    def counts(self) -> Counts | None:
        """The counts of the plan."""
        return self.plan.counts if self.plan else None


def import_view(session: Session, import_id: UUID) -> ImportView:
    """An import of the bailleur; raises `NotFound`."""
    return view_of(own_import(session, import_id))


def own_import(session: Session, import_id: UUID) -> PlaceImport:
    """The row of an import; another's and an unknown one are the same: `NotFound`."""
    row = session.scalar(
        select(PlaceImport).where(PlaceImport.id == import_id, *stated(session, PlaceImport))
    )
    if row is None:
        raise NotFound
    return row


def import_sample(session: Session, import_id: UUID) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The titles of the columns that were kept, and the first lines, as they were read."""
    row = own_import(session, import_id)
    if row.table_data is None:
        return (), ()
    table = Kept.unpack(row.table_data).table
    return table.header, table.rows[:SAMPLE]


def kept_table(session: Session, import_id: UUID) -> tuple[Plan, Table]:
    """The plan and the kept table that its refused lines are taken from; raises `NotFound`."""
    row = own_import(session, import_id)
    if row.plan is None or row.table_data is None:
        raise NotFound
    return Plan.from_json(row.plan), Kept.unpack(row.table_data).table


def import_lines(session: Session, most: int = LISTED) -> list[ImportLine]:
    """The last imports, the newest first; those given up are left out."""
    rows = session.execute(
        select(
            PlaceImport.id, PlaceImport.file_name, PlaceImport.format, PlaceImport.state,
            PlaceImport.mapping["counts"].label("counts"), PlaceImport.created_at,
            PlaceImport.applied_at, PlaceImport.undone_at,
        )
        .where(
            PlaceImport.state != ImportState.ABANDONED.value, *stated(session, PlaceImport)
        )
        .order_by(PlaceImport.created_at.desc(), PlaceImport.id)
        .limit(most)
    )  # fmt: skip
    return [
        ImportLine(
            row.id,
            row.file_name,
            row.format,
            ImportState(row.state),
            Counts(**row.counts) if row.counts else None,
            row.created_at,
            row.applied_at,
            row.undone_at,
        )
        for row in rows
    ]


def view_of(row: PlaceImport) -> ImportView:
    """A row as doors read it."""
    choices = Choices.from_json(row.mapping)
    undo: Mapping[str, Any] = row.undo or {}
    applied = row.applied_at if row.undone_at is None else None
    return ImportView(
        id=row.id,
        file_name=row.file_name,
        format=row.format,
        state=ImportState(row.state),
        columns=choices.columns,
        kept=choices.kept,
        agency=choices.agency,
        lines=choices.lines,
        told=choices.told,
        repairs=tuple(row.repairs),
        archived=tuple(UUID(key) for key in row.archive_absent),
        plan=Plan.from_json(row.plan) if row.plan else None,
        fingerprint=row.fingerprint,
        progress_done=row.progress_done,
        progress_total=row.progress_total,
        error=row.error,
        created_at=row.created_at,
        planned_at=row.planned_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
        undo_until=applied + timedelta(days=row.days_to_undo) if applied else None,
        left=tuple(undo.get("left", ())),
    )


def remembered(session: Session, header: Sequence[str]) -> dict[str, str]:
    """The choices of the last applied import whose titles are this file's, or some, or more."""
    titles = list(header)
    mapping = session.scalar(
        select(PlaceImport.mapping)
        .where(
            PlaceImport.state == ImportState.APPLIED.value,
            PlaceImport.header.contains(titles) | PlaceImport.header.contained_by(titles),
            *stated(session, PlaceImport),
        )
        .order_by(PlaceImport.applied_at.desc())
        .limit(1)
    )
    return Choices.from_json(mapping).columns.remembered() if mapping else {}
