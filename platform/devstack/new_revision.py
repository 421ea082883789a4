"""Start a migration: `make revision m="what it does"` writes NNNN_what.py and its NNNN_what.sql."""

import re
import sys
import unicodedata
from pathlib import Path

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
HEAD = VERSIONS.parent / ".current-head"
_TEMPLATE = '''"""{message}.

Expand or contract: say which, and in which release its counterpart ships. The SQL beside this
file is what runs.
"""

from pathlib import Path

from alembic import op

revision = "{revision}"
down_revision = "{former}"
branch_labels = None
depends_on = None

FILES = ("{stem}.sql",)
DROPS: tuple[str, ...] = ()


def upgrade() -> None:
    for name in FILES:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        op.get_bind().connection.driver_connection.execute(text)


def downgrade() -> None:
    if not DROPS:
        raise NotImplementedError("say how to go back, or why there is no way back")
    for statement in DROPS:
        op.execute(statement)
'''


def slug(message: str) -> str:
    """A message as a file name: ASCII, lower case, underscores."""
    ascii_only = unicodedata.normalize("NFKD", message).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")


def create(message: str, versions: Path = VERSIONS, head: Path = HEAD) -> list[Path]:
    """Write the two files and move `.current-head`, on which two parallel revisions collide."""
    former = head.read_text(encoding="utf-8").strip()
    revision = f"{int(former) + 1:04d}"
    stem = f"{revision}_{slug(message)}"
    python, sql = versions / f"{stem}.py", versions / f"{stem}.sql"
    sentence = message.strip().rstrip(".")
    python.write_text(
        _TEMPLATE.format(
            message=sentence[:1].upper() + sentence[1:], revision=revision, former=former, stem=stem
        ),
        encoding="utf-8",
    )
    sql.write_text(f"-- {sentence}.\n", encoding="utf-8")
    head.write_text(revision + "\n", encoding="utf-8")
    return [python, sql]


def main(arguments: list[str]) -> int:
    """2 without a message that makes a file name."""
    message = " ".join(arguments).strip()
    if not slug(message):
        print(
            'Dites ce que fait la migration : make revision m="ce qu\'elle fait"', file=sys.stderr
        )
        return 2
    for path in create(message):
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
