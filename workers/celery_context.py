"""The product's application context around a task."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_app_context


@contextmanager
def product() -> Iterator[None]:
    """Enter the product's application, unless the caller (a test) already has."""
    if has_app_context():
        yield
        return
    # Not at the top: the Celery application includes the modules that use this one.
    flask_app = importlib.import_module("workers.celery_app").flask_app
    with flask_app().app_context():
        yield
