"""Place tree, dated coverage, transfers, site sheets, imports, onboarding.

Expand: new tables and columns, and one contract at once (the residence's two coverage dates become
its periods): no installation runs the former code yet. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FILES = (
    "0010_patrimoine.sql",
    "0010_transfers.sql",
    "0010_fixed_functions.sql",
    "0010_sites.sql",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    text = Path(__file__).with_name("0010_down.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
