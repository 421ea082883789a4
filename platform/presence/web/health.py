"""Health (état de service): the database at the code's revision, and the queue's broker."""

from functools import cache

import redis
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from presence.migrating import head
from tenants.context import RELAY
from tenants.database import transaction


def health(redis_url: str) -> dict[str, object]:
    """`{"status": "ok"}`, else « starting » or « down » with what fails."""
    failing = []
    starting = False
    try:
        with transaction(RELAY) as session:
            revision = session.scalar(select(func.app.schema_revision()))
        if revision != _head():
            failing.append("migrations")
            starting = True
    except SQLAlchemyError:
        failing.append("database")
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2) as broker:
            broker.ping()
    except redis.RedisError:
        failing.append("redis")
    if not failing:
        return {"status": "ok"}
    return {"status": "starting" if starting and len(failing) == 1 else "down", "failing": failing}


@cache
def _head() -> str:
    return head()
