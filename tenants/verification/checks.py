"""A check (contrôle) and its verdict, as a report keeps them: no row of anybody, no count of it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What was verified, in French, and what was found where it should not be."""

    code: str
    title: str
    findings: tuple[str, ...] = ()
    # Why the check could not be made; it then passes nothing.
    impossible: str | None = None

    @property
    def passed(self) -> bool:
        """Made, and nothing found."""
        return not self.findings and self.impossible is None

    def as_json(self) -> dict[str, object]:
        """As the report stores it."""
        return {
            "code": self.code,
            "title": self.title,
            "passed": self.passed,
            "findings": list(self.findings),
            "impossible": self.impossible,
        }


def check(code: str, title: str, findings: Iterable[object]) -> Check:
    """A check that was made; at most twenty findings are kept, the number of others is said."""
    found = [str(item) for item in findings]
    kept = tuple(found[:20])
    more = (f"… et {len(found) - 20} autres",) if len(found) > 20 else ()
    return Check(code, title, kept + more)
