"""Composition root: build the Flask application, wire everything once."""

from flask import Flask

from presence.settings import Settings
from tenants.database import configure, db, engine_options


def create_app(settings: Settings) -> Flask:
    """The application, ready to serve or to lend its context to a worker or a command."""
    app = Flask("presence")
    options = engine_options()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_BINDS={
            kind: {"url": url, **options} for kind, url in settings.database_urls.items()
        },
    )
    configure(settings.context_key)
    db.init_app(app)
    return app
