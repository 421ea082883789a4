"""What a planted defect is: an id, the attacks it lets in, the defence it removes, who sees it."""

import hashlib
from dataclasses import dataclass

# The rows of the threat table (security.md §7) and its decisions (§1).
ROWS = frozenset(
    [*(f"T{number:02d}" for number in range(1, 109)), *(f"D{number}" for number in range(1, 18))]
)


@dataclass(frozen=True)
class Mutant:
    """One defence removed.

    `removed` is its French sentence; `seen_by` are test nodes (`file` or `file::test`), each of
    which must fail once the defect is there.
    """

    id: str
    rows: tuple[str, ...]
    removed: str
    seen_by: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """A short digest of the definition: a result is worth something for that one only."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class DatabaseMutant(Mutant):
    """SQL that the superuser runs on every test world, after it is copied.

    Roles belong to the whole server: what `sql` does to them, `undo` takes back.
    """

    sql: str
    undo: str = ""


@dataclass(frozen=True)
class SourceMutant(Mutant):
    """One text of one file of the product, found there exactly once, replaced."""

    file: str
    before: str
    after: str


def edited(function: str, before: str, after: str) -> str:
    """SQL that replaces one text of a function of the catalogue, found there exactly once."""
    return f"""
do $planted$
declare
  said text := pg_get_functiondef('{function}'::regprocedure);
begin
  if array_length(string_to_array(said, $text${before}$text$), 1) is distinct from 2 then
    raise exception 'text of {function} not found exactly once';
  end if;
  execute replace(said, $text${before}$text$, $text${after}$text$);
end $planted$
"""
