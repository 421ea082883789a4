"""Invitations, resets, second factor, scoped and dated roles, token scopes, security journal.

Expand: new columns, tables and functions; the functions of sign-in keep the columns that the
former code reads. Precaution: the operator may no longer insert an account; the first
administrator of an organisation is invited. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FILES = (
    "0009_accounts_rights.sql",
    "0009_identity.sql",
    "0009_second_factor.sql",
    "0009_members.sql",
    "0009_secrets.sql",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for name in ("0009_down.sql", "0002_sign_in.sql"):
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)
