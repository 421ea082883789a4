"""`make catalogue`: write the table of the page of retention, to be reviewed and committed."""

from pathlib import Path

import presence.tables  # noqa: F401 - the classification is whole once every table is there
from tenants.classification import classification
from tenants.verification.retention import written

FILE = Path(__file__).resolve().parents[1] / "docs" / "retention.md"


def main() -> int:
    """Write the table again under the words of the page."""
    words, _, _ = FILE.read_text(encoding="utf-8").partition("| table |")
    FILE.write_text(words + written(classification()), encoding="utf-8")
    print(f"Écrit : {FILE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
