"""Draw a table (SVG)."""

from presence.releases.content import Table


def draw(table: Table) -> bytes | None:
    """Nothing yet."""
    return None
