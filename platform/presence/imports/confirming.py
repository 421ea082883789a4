"""Confirming an import (confirmation): exactly the plan shown, once; then undoing it for a week.

The plan is made again from the kept file and what is held now. If its fingerprint is another,
nothing is applied: the new plan is shown instead.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from presence.audit import services as audit
from presence.imports.applying import Done, apply_plan
from presence.imports.items import Plan, Verdict
from presence.imports.models import PlaceImport
from presence.imports.preparing import Deposit, ReadFile, gathered, planned, read_deposit
from presence.imports.stored import locked, new_import, plan_of, show_plan
from presence.imports.undoing import InUse, undo_plan
from presence.kernel import outbox
from presence.kernel.clock import now
from presence.kernel.errors import Conflict, Fault, Invalid
from presence.kernel.formats import count, moment, number
from presence.kernel.nomenclature import ImportState
from presence.patrimoine.services import Covering

# Places that are written while a person waits; a longer plan is for the worker.
LONG = 2_000
# What is imported in one request, all or nothing; more goes through the four steps.
MOST_AT_ONCE = 5_000
# The share of the portfolio above which the number to archive is typed (screens.md §3), in %.
ARCHIVED_UNTYPED = 10
CHANGED = "Votre patrimoine a changé depuis : le plan a été refait, rien n'a été importé."

STALE = "Ce plan a été refait depuis que vous l'avez ouvert : rien n'a été importé."


@dataclass(frozen=True)
class Confirmation:
    """What a person confirms: the plan shown, the absent places to archive, their number typed."""

    fingerprint: str
    archived: tuple[UUID, ...] = ()
    typed: int | None = None


def confirm(
    session: Session, import_id: UUID, asked: Confirmation, covering: Covering | None
) -> PlaceImport:
    """Apply the plan that was shown, once; a long one is handed to the worker."""
    row = locked(session, import_id)
    if row.state in {ImportState.APPLIED, ImportState.APPLYING}:
        if row.fingerprint != asked.fingerprint:
            raise Conflict("Cet import a déjà été confirmé.")
        return row
    if row.state != ImportState.PLANNED or row.plan is None:
        raise Conflict("Cet import n'a pas de plan à confirmer.")
    if row.fingerprint != asked.fingerprint:
        row.error = STALE
        session.flush()
        return row
    plan = Plan.from_json(row.plan)
    _check_archived(plan, asked)
    if not plan.counts.to_apply and not asked.archived:
        raise Conflict("Ce fichier ne change rien : il n'y a rien à importer.")
    row.archive_absent = sorted({str(key) for key in asked.archived})
    if touched(plan) > LONG:
        row.state = ImportState.APPLYING.value
        session.flush()
        outbox.announce(session, "imports.confirmed", place_import=row.id)
    else:
        _apply_if_same(session, row, covering)
    return row


def apply_confirmed(session: Session, import_id: UUID, covering: Covering | None) -> str:
    """Apply a long plan that was confirmed (worker); the import's state."""
    row = locked(session, import_id)
    if row.state == ImportState.APPLYING:
        _apply_if_same(session, row, covering)
    return row.state


def undo(session: Session, import_id: UUID, in_use: InUse) -> PlaceImport:
    """Put back what an import changed, within its week, once; what stays is told."""
    row = locked(session, import_id)
    if row.state == ImportState.UNDONE:
        return row
    if row.state != ImportState.APPLIED or row.applied_at is None:
        raise Conflict("Seul un import enregistré s'annule.")
    until = row.applied_at + timedelta(days=row.days_to_undo)
    if now(session) > until or row.plan is None or row.undo is None:
        raise Conflict(f"L'annulation était possible jusqu'au {moment(until)}.")
    left = undo_plan(session, Plan.from_json(row.plan), Done.from_json(row.undo), in_use)
    row.state, row.undone_at = ImportState.UNDONE.value, now(session)
    row.undo = {**row.undo, "left": left}
    session.flush()
    audit.record(
        session, "place_import.undone", row.id, bailleur_id=row.bailleur_id, left=len(left)
    )
    return row


def import_at_once(
    session: Session, deposit: Deposit, covering: Covering | None, *, dry_run: bool = False
) -> Plan:
    """Import a file in one go, all or nothing; raises `Invalid` with each faulty line.

    `dry_run`: only what it would do, faults included.
    """
    read, plan = _preview(session, deposit, covering)
    if dry_run:
        return plan
    _refuse_faults(plan)
    if plan.counts.to_apply:
        row = new_import(session, uuid4(), deposit, read, covering)
        show_plan(session, row, plan)
        _apply(session, row, plan, covering)
    return plan


def touched(plan: Plan) -> int:
    """How many residences and entrances a plan would write."""
    written = (Verdict.CREATED, Verdict.CHANGED)
    return sum(
        1 + sum(each.verdict in written for each in item.entrances)
        for item in plan.items
        if item.verdict in written
    )


def must_type(plan: Plan) -> int:
    """How many places may be archived before their number must be typed."""
    held = sum(item.id is not None for item in plan.items)
    return held * ARCHIVED_UNTYPED // 100


def _apply_if_same(session: Session, row: PlaceImport, covering: Covering | None) -> None:
    plan = plan_of(session, row)
    if plan.fingerprint() != row.fingerprint:
        show_plan(session, row, plan, CHANGED)
        return
    _apply(session, row, plan, covering)


def _apply(session: Session, row: PlaceImport, plan: Plan, covering: Covering | None) -> None:
    archived = [UUID(key) for key in row.archive_absent]
    done = apply_plan(session, plan, archived, covering, row.id)
    row.state, row.applied_at, row.error = ImportState.APPLIED.value, now(session), None
    row.undo = done.to_json()
    session.flush()
    audit.record(
        session, "place_import.applied", row.id, bailleur_id=row.bailleur_id,
        **asdict(plan.counts), archived=len(archived),
    )  # fmt: skip


def _check_archived(plan: Plan, asked: Confirmation) -> None:
    absent = {item.id for item in plan.items if item.verdict is Verdict.ABSENT}
    archived = set(asked.archived)
    if not archived <= absent:
        raise Invalid("archive", "Seule une résidence absente du fichier s'archive ici.")
    if len(archived) > must_type(plan) and asked.typed != len(archived):
        message = (
            f"Vous archivez {count(len(archived), 'résidence')}, plus de {ARCHIVED_UNTYPED} % de "
            "votre patrimoine : écrivez leur nombre pour confirmer."
        )
        raise Invalid("archive_count", message)


def _preview(
    session: Session, deposit: Deposit, covering: Covering | None
) -> tuple[ReadFile, Plan]:
    read = read_deposit(session, deposit)
    if read.choices.lines > MOST_AT_ONCE and not read.choices.columns.rpls:
        message = (
            f"Le fichier dépasse {number(MOST_AT_ONCE)} lignes : coupez-le en plusieurs, ou "
            "passez par l'import en quatre étapes."
        )
        raise Invalid("fichier", message)
    kept, choices = gathered(session, read.kept, read.choices)
    scheme_id = covering.scheme_id if covering else None
    plan = planned(session, kept, choices, scheme_id=scheme_id)
    return replace(read, kept=kept, choices=choices), plan


def _refuse_faults(plan: Plan) -> None:
    if not plan.faults:
        return
    faults = [Fault(f"ligne {f.line}, {f.column}", f.reason) for f in plan.faults]
    told = count(plan.counts.refused_lines, "ligne à corriger", "lignes à corriger")
    raise Invalid.several(f"Rien n'a été importé : {told} dans le fichier.", faults)
