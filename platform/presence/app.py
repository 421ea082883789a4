"""Composition root: build the Flask application, wire every room and door once."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from presence import tables
from presence.api import init_api
from presence.kernel import mail, redaction, sealing, vault
from presence.settings import Settings
from presence.web.pages import init_pages
from tenants.context import Kind
from tenants.database import configure, db, engine_options

WEB = Path(__file__).parent / "web"
# Before any parsing: a form, a batch of 200 visits and a file of 5 000 lines all stay under it.
MOST_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The application, ready to serve or to lend its context to a worker or a command."""
    app = Flask(
        "presence", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static")
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_BINDS={
            kind: {"url": url, **engine_options(Kind(kind))}
            for kind, url in settings.database_urls.items()
        },
        REDIS_URL=settings.redis_url,
        PUBLIC_URL=settings.public_url,
        PRODUCTION=settings.production,
        RATELIMIT_STORAGE_URI=settings.redis_url,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        # Signed against the configured address, never the request's Host.
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=settings.production,
        SECURITY_CONTACT=settings.security_contact,
        # Elsewhere than behind its own name, production answers nothing (T61).
        TRUSTED_HOSTS=trusted_hosts(settings),
        **session_cookie(production=settings.production),
    )
    redaction.install()
    configure(settings.context_key)
    sealing.configure(settings.secret_key)
    vault.configure(settings.vault)
    mail.configure(settings.mail)
    db.init_app(app)
    # Every table is known from the start: the page of isolation tells them all.
    app.config["TABLES"] = len(tables.metadata.tables)
    if settings.trusted_proxies:
        # Only a declared proxy says where a request comes from; none is believed by default.
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    init_pages(app, production=settings.production, banner=settings.banner)
    init_api(app)
    return app


def trusted_hosts(settings: Settings) -> list[str] | None:
    """The names that production answers to: its own, and the loopback for health checks."""
    if not settings.production:
        return None
    return [urlsplit(settings.public_url).hostname or "", "127.0.0.1", "localhost"]


def session_cookie(*, production: bool) -> dict[str, object]:
    """The session cookie: bound to https and to the host in production."""
    return {
        "SESSION_COOKIE_NAME": "__Host-presence" if production else "presence_session",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
    }
