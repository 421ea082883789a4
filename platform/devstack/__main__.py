"""`make demo`: start everything, seed the demonstration, run its night, show the bilan, serve."""

import os
import sys

from devstack.demo import run
from devstack.errors import StackError


def main() -> int:
    """Run until Ctrl-C; one French sentence when something is in the way."""
    try:
        run()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
