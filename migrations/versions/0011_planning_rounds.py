"""Frequencies in full, service windows by season, requests, published plans; roster; rounds.

Expand: the frequency's count changes its name at once, as no installation runs the former code.
The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FILES = (
    "0011_planning.sql",
    "0011_roster.sql",
    "0011_rounds.sql",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    text = Path(__file__).with_name("0011_down.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
