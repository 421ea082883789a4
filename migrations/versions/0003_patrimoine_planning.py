"""Agencies, residences, entrances, visit frequencies.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILES = (
    "0003_patrimoine_planning.sql",
    "0003_patrimoine_planning_policies.sql",
)
DROPS = (
    "drop table presence.visit_frequency cascade",
    "drop table presence.entrance cascade",
    "drop table presence.residence cascade",
    "drop table presence.agency cascade",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
