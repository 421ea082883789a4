"""The product's application around a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from presence.app import create_app
from presence.settings import load
from tenants.database import db


@contextmanager
def product() -> Iterator[None]:
    """Enter the application that the environment describes; give its connections back."""
    with create_app(load()).app_context():
        try:
            yield
        finally:
            for engine in db.engines.values():
                engine.dispose()
