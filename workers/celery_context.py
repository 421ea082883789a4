"""The product's application context around a task."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_app_context


@contextmanager
def product() -> Iterator[None]:
    """Enter the product's application, unless the caller (a test) already has."""
    if has_app_context():
        yield
        return
    # Imported late: the Celery application includes the modules that use this one.
    from workers.celery_app import flask_app

    with flask_app().app_context():
        yield
