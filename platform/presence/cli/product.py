"""The product's application around a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from presence.app import create_app
from presence.settings import load


@contextmanager
def product() -> Iterator[None]:
    """Enter the application that the environment describes."""
    with create_app(load()).app_context():
        yield
