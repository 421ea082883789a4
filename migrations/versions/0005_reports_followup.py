"""Evening closures, sealed daily reports, summonses.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILES = (
    "0005_reports_followup.sql",
    "0005_reports_followup_policies.sql",
)
DROPS = (
    "drop table presence.summons cascade",
    "drop table presence.evening_closure cascade",
    "drop table presence.daily_report cascade",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
