"""Say the owner in the query too: not for safety, which is PostgreSQL's, but for the plan.

With `bailleur_id = :b` beside the policy, the planner merges both: the literal goes into the index
condition and the policy becomes a one-time filter (ADR 0002).
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from tenants.context import Kind
from tenants.database import context_of


def stated(session: Session, table: Any) -> list[ColumnElement[bool]]:
    """The predicates on a table's owner that follow from the session's context."""
    context = context_of(session)
    if context.kind is Kind.BAILLEUR:
        return [table.bailleur_id == context.subject]
    if context.kind is Kind.PRESTATAIRE and hasattr(table, "prestataire_id"):
        return [table.prestataire_id == context.subject]
    return []
