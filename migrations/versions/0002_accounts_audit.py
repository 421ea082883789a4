"""Accounts, sessions, API tokens, sign-in functions, audit trails.

Expand: new tables and functions only. The SQL beside this file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILES = (
    "0002_accounts_audit.sql",
    "0002_sign_in.sql",
    "0002_accounts_audit_policies.sql",
)
DROPS = (
    "drop table presence.session_auth cascade",
    "drop table presence.scheme_audit_entry cascade",
    "drop table presence.api_token cascade",
    "drop table presence.account_role cascade",
    "drop table presence.prestataire_audit_entry cascade",
    "drop table presence.audit_entry cascade",
    "drop table presence.account cascade",
    "drop table presence.platform_audit_entry cascade",
    "drop function app.token_by_hash",
    "drop function app.issue_token",
    "drop function app.session_by_hash",
    "drop function app.close_session",
    "drop function app.open_session",
    "drop function app.identity_of",
    "drop function app.account_for_sign_in",
)


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
