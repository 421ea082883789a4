"""The Celery application: one queue, JSON only, late acknowledgement, short time limits.

A worker that is killed loses nothing: the job of record is a row of PostgreSQL (ADR 0004), and
Redis may be emptied at any time.
"""

from functools import cache

from celery import Celery
from flask import Flask

from presence.app import create_app
from presence.settings import load
from workers.schedule import BEAT

QUEUE = "default"
TIME_LIMIT_SECONDS = 540


def make_celery(redis_url: str) -> Celery:
    """A Celery application on a broker."""
    celery = Celery("presence", broker=redis_url, include=MODULES)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # Longer than the longest task, short enough for a lost message to come back.
        broker_transport_options={"visibility_timeout": 600},
        task_time_limit=TIME_LIMIT_SECONDS,
        task_soft_time_limit=TIME_LIMIT_SECONDS - 60,
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        timezone="Europe/Paris",
        enable_utc=True,
        beat_schedule=BEAT,
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )
    return celery


MODULES = (
    "workers.relay",
    "workers.aggregation",
    "workers.cost_sharing",
    "workers.daily_reports",
    "workers.publication",
    "workers.rounds",
    "workers.transfers",
    "workers.imports",
    "workers.mail",
    "workers.delivery",
    "workers.reminders",
    "workers.certificates",
    "workers.review",
    "workers.isolation",
)


@cache
def flask_app() -> Flask:
    """The product, built once per worker process, after the fork."""
    return create_app(load())


app = make_celery(load().redis_url)
