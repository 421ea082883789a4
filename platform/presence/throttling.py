"""Rate limits (limites de débit): counted in Redis, per address and per token.

An address is the peer's, or the one that a declared proxy gives (`TRUSTED_PROXIES`): a header that
a caller writes moves nothing. Redis away, each process counts for itself and nothing closes.
"""

import hashlib

from flask import current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# A machine that reads everything stays far below; what passes above is a loop gone wrong.
PER_TOKEN, PER_ADDRESS_REFUSED = "3000 per minute", "600 per minute"

limiter = Limiter(
    get_remote_address,
    strategy="moving-window",
    in_memory_fallback_enabled=True,
    in_memory_fallback=["30 per minute"],
    default_limits=[],
)


def per_token() -> str:
    """The limit of each token, `API_RATE` of the application's configuration."""
    return str(current_app.config.get("API_RATE", PER_TOKEN))


def token_or_address() -> str:
    """Who a request of the API counts for; the token's secret stays out of Redis."""
    given = request.headers.get("Authorization", "")
    if not given:
        return get_remote_address()
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
