"""The list of planted defects is well made, and `make mutants` saw every one of them."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.mutants.book import MUTANTS
from tests.mutants.defects import ROWS, DatabaseMutant, Mutant, SourceMutant
from tests.mutants.report import read
from tests.mutants.runner import ERROR, ROOT, SEEN, UNSEEN, read_run, verdict_of

PAGE = ROOT / "platform" / "docs" / "mutants.md"
PRODUCT = ("tenants/", "platform/presence/", "workers/")
SOURCES = [mutant for mutant in MUTANTS if isinstance(mutant, SourceMutant)]


def by_id(mutant: Mutant) -> str:
    return mutant.id


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_an_id_names_one_defect() -> None:
    ids = [mutant.id for mutant in MUTANTS]

    assert sorted(set(ids)) == sorted(ids)
    assert [name for name in ids if name[0] != "M" or not name[1:].isdigit()] == []


@pytest.mark.parametrize("mutant", SOURCES, ids=by_id)
def test_a_text_to_replace_is_there_exactly_once(mutant: SourceMutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")

    assert mutant.file.startswith(PRODUCT)
    assert text.count(mutant.before) == 1
    assert mutant.after != mutant.before


@pytest.mark.parametrize("mutant", MUTANTS, ids=by_id)
def test_a_defect_names_its_attacks_and_the_tests_that_see_it(mutant: Mutant) -> None:
    assert mutant.seen_by
    for node in mutant.seen_by:
        file, _, test = node.partition("::")
        assert (ROOT / file).is_file(), node
        assert not test or test in functions_in(ROOT / file), node
    assert mutant.rows
    assert set(mutant.rows) <= ROWS
    assert mutant.removed.endswith(".")


def test_what_is_done_to_a_role_of_the_server_is_undone() -> None:
    words = ("alter role", "grant pg_", "grant presence_")
    forgotten = [
        mutant.id
        for mutant in MUTANTS
        if isinstance(mutant, DatabaseMutant) and mutant.sql.startswith(words) and not mutant.undo
    ]

    assert forgotten == []


FILE = "tests/house/test_x.py"
RED, OTHER = (
    f"FAILED {FILE}::test_a[b - c] - assert 1 == 2\n",
    f"FAILED {FILE}::test_b - Failed: no\n",
)


@pytest.mark.parametrize(
    ("code", "said", "verdict"),
    [
        (0, "2 passed", UNSEEN),
        (1, RED + OTHER, SEEN),
        (1, RED, UNSEEN),
        (1, RED + f"FAILED {FILE}::test_b - NameError: name 'x' is not defined\n", ERROR),
        (
            1,
            RED + f"FAILED {FILE}::test_b - Failed: Timeout (>120.0s) from pytest-timeout.\n",
            ERROR,
        ),
        (1, RED + f"ERROR {FILE}::test_b - psycopg.errors.UniqueViolation: …\n", ERROR),
        (2, f"ERROR {FILE} - SyntaxError: invalid syntax\n", ERROR),
        (4, "ERROR: not found", ERROR),
        (5, "no tests ran", ERROR),
    ],
    ids=["green", "both", "one only", "clumsy", "too slow", "fixture", "unread", "usage", "none"],
)
def test_a_defect_is_seen_when_every_named_test_fails_and_for_no_other_reason(
    code: int, said: str, verdict: str
) -> None:
    mutant = Mutant("M0", ("T01",), "Rien.", (f"{FILE}::test_a", f"{FILE}::test_b"))

    assert verdict_of(mutant, read_run(code, said))[0] == verdict


def test_the_page_lists_exactly_these_defects_all_seen() -> None:
    written = {name: (line.verdict, line.fingerprint) for name, line in read(PAGE).items()}

    # Red: run `make mutants`, or `python -m tests.mutants` with the ids that differ.
    assert written == {mutant.id: (SEEN, mutant.fingerprint) for mutant in MUTANTS}
