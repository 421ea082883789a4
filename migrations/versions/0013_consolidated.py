"""Figures in finer measures, safe releases, links, quality flags, grant files, register of runs.

Expand: what 0012 wrote is read as before. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PARTS = ("figures", "releases", "contribute", "quality", "links", "grant_files", "runs")


def upgrade() -> None:
    for part in PARTS:
        _run(f"0013_{part}.sql")


def downgrade() -> None:
    for part in reversed(PARTS):
        _run(f"0013_{part}_down.sql")


def _run(name: str) -> None:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)
