"""`make catalogue`: write what a freshly migrated database holds, to be reviewed and committed."""

import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from devstack.stack import Stack
from presence.migrating import migrate
from tenants.verification.catalogue import read, written

FILE = Path(__file__).resolve().parents[2] / "tenants" / "verification" / "expected.json"


def main() -> int:
    """Migrate an empty database on servers of its own and write the file."""
    home = Path(tempfile.mkdtemp(prefix="presence-catalogue-"))
    stack = Stack(home, durable=False)
    try:
        stack.start()
        stack.create_database()
        migrate(stack.admin_url(), stack.secrets.signing_key())
        engine = sa.create_engine(
            stack.postgres.superuser_url("presence").replace("://", "+psycopg://"),
            poolclass=sa.pool.NullPool,
        )
        with engine.connect() as connection:
            FILE.write_text(written(read(connection)), encoding="utf-8")
    finally:
        stack.stop()
        shutil.rmtree(stack.places.servers, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    print(f"Écrit : {FILE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
