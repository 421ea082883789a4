"""Figures, sharing agreements, releases, register of runs.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FILES = (
    "0007_reporting.sql",
    "0007_reporting_policies.sql",
    "0007_fixed_functions.sql",
)
DROPS = (
    "drop table presence.release_cell cascade",
    "drop table presence.contribution cascade",
    "drop table presence.agreement_signature cascade",
    "drop table presence.sharing_agreement cascade",
    "drop table presence.release cascade",
    "drop table presence.monthly_figure cascade",
    "drop table presence.daily_figure cascade",
    "drop table presence.aggregated_evening cascade",
    "drop table presence.run cascade",
    "drop function app.schemes_with_due_releases",
    "drop function app.contribute",
    "drop function app.aggregate",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
