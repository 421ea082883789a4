"""Costs, subsidies, sharing keys, frozen bases, allocations.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FILES = (
    "0006_finance.sql",
    "0006_finance_policies.sql",
    "0006_snapshot_bases.sql",
)
DROPS = (
    "drop table presence.allocation_share cascade",
    "drop table presence.allocation_slice cascade",
    "drop table presence.subsidy cascade",
    "drop table presence.sharing_key cascade",
    "drop table presence.scheme_year_total cascade",
    "drop table presence.cost cascade",
    "drop table presence.basis_snapshot cascade",
    "drop table presence.allocation cascade",
    "drop function app.snapshot_bases",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
