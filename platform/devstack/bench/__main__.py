"""`python -m devstack.bench`: build the city, measure, print the table, leave nothing behind."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.bench import (
    calls,
    disclosure,
    filters,
    imports,
    ingest,
    isolation,
    letters,
    night,
    operators,
    plans,
    reading,
    reports,
    requests,
    residences,
    rounds,
    wire,
)
from devstack.bench.city import build
from devstack.bench.measure import Result, table
from devstack.errors import StackError
from devstack.stack import Stack

# Those that write into the city come last.
SUBJECTS = (
    isolation, calls, disclosure, filters, operators, rounds, night, ingest, reading, requests,
    wire, plans, residences, imports, reports, letters,
)  # fmt: skip


def main() -> int:
    """0 when everything was measured, reached or not: a bench informs, tests refuse."""
    started = time.monotonic()
    results: list[Result] = []
    try:
        with _private_stack() as stack:
            city = build(stack)
            for module in SUBJECTS:
                results += module.measure(city)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(table(results))
    missed = sum(not result.holds for result in results)
    print(f"{len(results) - missed} tenus, {missed} manqués, en {time.monotonic() - started:.0f} s")
    return 0


@contextmanager
def _private_stack() -> Iterator[Stack]:
    """Servers on loopback under a temporary home; both are gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="presence-bench-"))
    try:
        stack = Stack(home, durable=False)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
            shutil.rmtree(stack.places.servers, ignore_errors=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
