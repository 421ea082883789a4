"""Visits, interventions and actions by month, evening markers, calls.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILES = (
    "0004_field_oncall.sql",
    "0004_months.sql",
    "0004_field_oncall_policies.sql",
)
DROPS = (
    "drop table presence.intervention_action cascade",
    "drop table presence.call cascade",
    "drop table presence.intervention cascade",
    "drop table presence.visit cascade",
    "drop table presence.evening_marker cascade",
    "drop function app.prepare_months",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
