"""The steps of an import before it is confirmed: deposit, choose columns, repair, give up.

Nothing is written but the import's own row. The row is locked by whoever changes it: a second
click waits, and finds the work done.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from presence.imports.fields import Field
from presence.imports.keeping import Choices, Kept
from presence.imports.lines import FaultKind
from presence.imports.models import PlaceImport
from presence.imports.preparing import Deposit, chosen, gathered, planned, read_deposit, watched
from presence.imports.queries import own_import
from presence.imports.rpls import Progress
from presence.imports.stored import (
    UNFINISHED,
    empty,
    forget_old,
    hash_of,
    hide_plan,
    locked,
    new_import,
    plan_of,
    show_plan,
)
from presence.kernel import outbox
from presence.kernel.errors import Conflict, Invalid
from presence.kernel.nomenclature import ImportState
from presence.patrimoine.services import Covering
from tenants.database import context_of

# Lines that are read and compared while a person waits; a longer file is for the worker.
LONG = 2_000


class GivenUp(Exception):
    """Somebody gave the import up while it was being read."""


def take_in(
    session: Session,
    import_id: UUID,
    deposit: Deposit,
    covering: Covering | None,
    choices: Mapping[int, Field | None] = MappingProxyType({}),
) -> PlaceImport:
    """Take a file in, once per key: read, and compared at once unless it is long."""
    own = context_of(session).own_id
    known = session.get(PlaceImport, {"id": import_id, "bailleur_id": own})
    if known is not None:
        if known.file_hash != hash_of(deposit.content):
            raise Conflict("Cette clé a déjà servi pour un autre fichier.")
        return known
    forget_old(session)
    read = read_deposit(session, deposit, lambda columns: chosen(columns, choices))
    row = new_import(session, import_id, deposit, read, covering)
    _compare(session, row)
    return row


def choose_columns(
    session: Session,
    import_id: UUID,
    choices: Mapping[int, Field | None],
    agency: str | None = None,
    content: bytes | None = None,
) -> PlaceImport:
    """Say what each column says, and the agency of new places; the plan is made again.

    A column that was left out was not kept: to read it, the same file is given again.
    """
    row = _editable(session, import_id)
    former = Choices.from_json(row.mapping)
    if former.columns.rpls and choices:
        raise Invalid("colonnes", "Les colonnes d'une déclaration RPLS sont fixées.")
    made = replace(
        former,
        columns=chosen(former.columns, choices),
        agency=" ".join((agency or "").split()) or None,
    )
    if content:
        made = _read_again(session, row, made, content)
    _refuse_unread(made)
    if made != former or row.plan is None:
        row.mapping = made.to_json()
        _compare(session, row)
    return row


def set_repairs(session: Session, import_id: UUID, kinds: Collection[FaultKind]) -> PlaceImport:
    """Correct, or no longer, every fault of some kinds by what is proposed."""
    row = _editable(session, import_id)
    repairs = sorted({kind.value for kind in kinds})
    if repairs != row.repairs:
        row.repairs = repairs
        _compare(session, row)
    return row


def abandon(session: Session, import_id: UUID) -> None:
    """Give an import up before it is confirmed: what was kept of the file is emptied."""
    row = locked(session, import_id)
    if row.state == ImportState.ABANDONED:
        return
    if row.state not in UNFINISHED:
        raise Conflict("Cet import est confirmé : il ne s'abandonne plus.")
    row.state = ImportState.ABANDONED.value
    empty(row)
    session.flush()


def read_file(session: Session, import_id: UUID, progress: Progress) -> str:
    """Gather and compare a long file (worker), telling how far it is; the import's state."""
    row = own_import(session, import_id)
    if row.state != ImportState.READING or row.table_data is None:
        return row.state
    kept, choices = Kept.unpack(row.table_data), Choices.from_json(row.mapping)
    repairs, scheme_id = list(row.repairs), row.scheme_id
    plan, failed = None, None
    try:
        kept, choices = gathered(session, kept, choices, progress)
        read = kept if kept.lines else replace(kept, table=watched(kept.table, progress))
        plan = planned(session, read, choices, repairs, scheme_id)
    except Invalid as error:
        failed = error.message
    except GivenUp:
        return ImportState.ABANDONED.value
    # The row is taken only now: progress was told by other transactions meanwhile.
    row = locked(session, import_id)
    if row.state == ImportState.READING:
        row.table_data = kept.pack()
        row.mapping = choices.to_json()
        if plan is None:
            hide_plan(session, row, _refused_state(choices), failed)
        else:
            show_plan(session, row, plan)
    return row.state


def note_progress(session: Session, import_id: UUID, done: int, total: int) -> None:
    """Say how far a reading is; raises `GivenUp` once nobody waits for it any more."""
    row = locked(session, import_id)
    if row.state != ImportState.READING:
        raise GivenUp
    row.progress_done, row.progress_total = done, total
    session.flush()


def _compare(session: Session, row: PlaceImport) -> None:
    """Make the plan now, or ask the worker for it."""
    choices = Choices.from_json(row.mapping)
    if choices.told is None if choices.columns.rpls else choices.lines > LONG:
        row.progress_done, row.progress_total = 0, choices.lines
        hide_plan(session, row, ImportState.READING, None)
        outbox.announce(session, "imports.uploaded", place_import=row.id)
        return
    try:
        show_plan(session, row, plan_of(session, row))
    except Invalid as error:
        hide_plan(session, row, _refused_state(choices), error.message)


def _refused_state(choices: Choices) -> ImportState:
    """A list whose columns are not understood waits for a choice; a return cannot be mended."""
    return ImportState.FAILED if choices.columns.rpls else ImportState.PLANNED


def _read_again(session: Session, row: PlaceImport, made: Choices, content: bytes) -> Choices:
    if hash_of(content) != row.file_hash:
        raise Invalid("fichier", "Ce n'est pas le fichier déposé : choisissez le même.")
    read = read_deposit(session, Deposit(row.file_name, content), lambda _: made.columns)
    row.table_data = read.kept.pack()
    return replace(made, kept=read.choices.kept)


def _refuse_unread(made: Choices) -> None:
    for column in made.columns.columns:
        if column.field is not None and column.index not in made.kept:
            message = (
                f"Rien n'a été gardé de la colonne « {column.title} » : choisissez de nouveau le "
                "fichier pour la lire."
            )
            raise Invalid("fichier", message)


def _editable(session: Session, import_id: UUID) -> PlaceImport:
    row = locked(session, import_id)
    if row.state == ImportState.READING:
        raise Conflict("Le fichier est en cours de lecture : attendez qu'elle soit finie.")
    if row.state != ImportState.PLANNED:
        raise Conflict("Cet import n'est plus à préparer : déposez le fichier de nouveau.")
    return row
