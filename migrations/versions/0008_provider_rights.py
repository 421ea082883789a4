"""Contexts bound to their backend; the prestataire's perimeter and late deposits; proof tables.

Expand: new tables, functions and policies; a context of the former format (v1) stays valid, so
that processes of both versions may run side by side. Precaution: run `presence migrate` with
SUPERUSER_DATABASE_URL once, so that the owner may read a parallel worker's leader. The SQL beside
this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FILES = (
    "0008_bound_contexts.sql",
    "0008_deposits.sql",
    "0008_proof_tables.sql",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for name in ("0008_down.sql", "0001_tenants_functions.sql", "0001_tenants_resolution.sql"):
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        # The functions of the first revision, put back as they were.
        text = text.replace("create function", "create or replace function")
        op.get_bind().connection.driver_connection.execute(text)
