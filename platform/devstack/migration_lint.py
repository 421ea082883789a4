"""Lint the SQL of the migrations with squawk; a rule left out says here why (`make lint`)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ROOT / "migrations" / "versions"
# The server's major version decides which statements lock or rewrite.
POSTGRESQL = "18.0"
LEFT_OUT = {
    "require-lock-timeout": "migrations/env.py sets it once for the run",
    "require-statement-timeout": "migrations/env.py sets it once for the run",
    "prefer-bigint-over-int": "owners' ids and counts of an evening stay far below two billion",
    "prefer-bigint-over-smallint": "years, versions and evenings a week are small by nature",
}


def command(paths: list[Path]) -> list[str]:
    """The squawk command that lints the files given."""
    return [
        str(Path(sys.executable).with_name("squawk")),
        f"--pg-version={POSTGRESQL}",
        # migrations/env.py runs a whole upgrade in one transaction.
        "--assume-in-transaction",
        "--reporter=gcc",
        *(f"--exclude={rule}" for rule in LEFT_OUT),
        *map(str, paths),
    ]


def main() -> int:
    """0 when nothing is found, else squawk's own code, its findings on standard error."""
    # A way back drops what its way forth made: nothing else to say of it.
    paths = [p for p in sorted(VERSIONS.glob("*.sql")) if not p.stem.endswith("_down")]
    done = subprocess.run(  # noqa: S603 - our own command
        command(paths), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
