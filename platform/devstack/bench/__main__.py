"""`python -m devstack.bench`: build the city, measure, print the table, leave nothing behind."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from devstack.bench import ingest, isolation, night
from devstack.bench.city import build
from devstack.bench.measure import Result, table
from devstack.errors import StackError
from devstack.stack import Stack


def main() -> int:
    """0 when everything was measured, reached or not: a bench informs, tests refuse."""
    started = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="presence-bench-"))
    results: list[Result] = []
    try:
        stack = Stack(home, durable=False)
        try:
            stack.start()
            city = build(stack)
            for module in (isolation, night, ingest):
                results += module.measure(city)
        finally:
            stack.stop()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if stack_home := getattr(locals().get("stack"), "places", None):
            shutil.rmtree(stack_home.servers, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    print(table(results))
    missed = sum(not result.holds for result in results)
    print(f"{len(results) - missed} tenus, {missed} manqués, en {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
