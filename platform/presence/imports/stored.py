"""The row of an import (ligne de l'import): made, locked, given its plan, emptied."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, null, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from presence.imports.items import Plan
from presence.imports.keeping import Choices, Kept
from presence.imports.models import PlaceImport
from presence.imports.preparing import Deposit, ReadFile, gathered, planned
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, NotFound
from presence.kernel.nomenclature import ImportState
from presence.kernel.ownership import stated
from presence.patrimoine.services import Covering
from tenants.database import context_of

MOST_NAME = 120
# As long as an import can be undone (docs/retention.md).
KEPT_FOR = timedelta(days=7)
UNFINISHED = (ImportState.READING, ImportState.PLANNED, ImportState.FAILED)
_LOCK_NOT_AVAILABLE = "55P03"


def new_import(
    session: Session,
    import_id: UUID,
    deposit: Deposit,
    read: ReadFile,
    covering: Covering | None,
) -> PlaceImport:
    """The row of a file that was read: its needed columns only."""
    row = PlaceImport(
        bailleur_id=context_of(session).own_id,
        id=import_id,
        file_name=_short_name(deposit.name),
        file_hash=hash_of(deposit.content),
        format=read.format,
        header=list(read.header),
        table_data=read.kept.pack(),
        mapping=read.choices.to_json(),
        repairs=[],
        archive_absent=[],
        state=ImportState.READING.value,
        progress_done=0,
        progress_total=0,
        days_to_undo=KEPT_FOR.days,
        scheme_id=covering.scheme_id if covering else None,
        covered_from_on=covering.from_on if covering else None,
        created_at=now(session),
        account_id=context_of(session).account,
    )
    session.add(row)
    session.flush()
    return row


def own_row(import_id: UUID, session: Session) -> Select[PlaceImport]:
    """The query of one of the bailleur's imports."""
    return select(PlaceImport).where(PlaceImport.id == import_id, *stated(session, PlaceImport))


def locked(session: Session, import_id: UUID) -> PlaceImport:
    """The row of an import, for whoever changes it; raises `NotFound` for another's."""
    query = own_row(import_id, session).with_for_update()
    try:
        with session.begin_nested():
            row = session.scalar(query.execution_options(populate_existing=True))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        message = "Cet import est en cours d'enregistrement : rechargez la page dans un instant."
        raise Conflict(message) from error
    if row is None:
        raise NotFound
    return row


def plan_of(session: Session, row: PlaceImport) -> Plan:
    """What the kept file would do now; raises `Invalid` when a column is missing."""
    if row.table_data is None:
        raise Conflict("Ce qui était gardé de ce fichier est effacé : déposez-le de nouveau.")
    choices = Choices.from_json(row.mapping)
    kept, choices = gathered(session, Kept.unpack(row.table_data), choices)
    return planned(session, kept, choices, row.repairs, row.scheme_id)


def show_plan(session: Session, row: PlaceImport, plan: Plan, said: str | None = None) -> None:
    """Keep a plan to be shown, then confirmed; `said` is told above it."""
    choices = Choices.from_json(row.mapping)
    row.mapping = replace(choices, counts=plan.counts).to_json()
    row.plan = plan.to_json()
    row.fingerprint = plan.fingerprint()
    row.state = ImportState.PLANNED.value
    row.planned_at = now(session)
    row.error = said
    session.flush()


def hide_plan(session: Session, row: PlaceImport, state: ImportState, said: str | None) -> None:
    """There is no plan to show: the file is read, or waits for a choice, or cannot be used."""
    row.state = state.value
    row.plan = null()
    row.fingerprint = None
    row.error = said
    session.flush()


def empty(row: PlaceImport) -> None:
    """Forget the file's content and the plan; the counts stay."""
    row.table_data = None
    row.plan = null()


def forget_old(session: Session) -> None:
    """Empty the imports whose week is over; those that nobody confirmed are given up."""
    limit = now(session) - KEPT_FOR
    rows = session.scalars(
        select(PlaceImport).where(
            PlaceImport.table_data.is_not(None),
            PlaceImport.created_at < limit,
            *stated(session, PlaceImport),
        )
    )
    for row in rows:
        if row.state in UNFINISHED:
            row.state = ImportState.ABANDONED.value
        if row.applied_at is None or row.applied_at < limit:
            empty(row)
    session.flush()


def hash_of(content: bytes) -> str:
    """The name of a content: the same file is the same import."""
    return hashlib.sha256(content).hexdigest()


def _short_name(name: str) -> str:
    """The file's own name, without its folders."""
    last = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())
    return " ".join(last.split())[-MOST_NAME:] or "fichier"
