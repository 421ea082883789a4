"""Schemas, signed contexts, organisations, schemes, memberships, contracts, outbox, jobs.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FILES = (
    "0001_schemas.sql",
    "0001_tenants.sql",
    "0001_tenants_functions.sql",
    "0001_tenants_resolution.sql",
    "0001_communes.sql",
    "0001_tenants_policies.sql",
)
DROPS = (
    "drop schema presence cascade",
    "drop function app.schema_revision",
    "drop function app.signed_schemes",
    "drop function app.signed_bailleurs",
    "drop function app.evening_of",
    "drop function app.today",
    "drop function app.now",
    "drop function app.lookup_key",
    "drop function app.signed_relay",
    "drop function app.signed_operator",
    "drop function app.signed_reader",
    "drop function app.signed_scheme",
    "drop function app.signed_prestataire",
    "drop function app.signed_bailleur",
    "drop function app.signed_account",
    "drop function app.signed_kind",
    "drop function app.verify",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
