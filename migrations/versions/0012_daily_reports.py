"""Daily reports in versions, corrections, visas; anomalies; follow-ups; hand-over; deliveries.

Expand: what 0011 wrote is read as before. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FILES = (
    "0012_handover.sql",
    "0012_anomalies.sql",
    "0012_reports.sql",
    "0012_review.sql",
    "0012_followup.sql",
    "0012_delivery.sql",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    text = Path(__file__).with_name("0012_down.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
