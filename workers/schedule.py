"""Everything that runs by the clock, on one page. Paris time; nothing between 02:00 and 03:00."""

from celery.schedules import crontab

RELAY_SECONDS = 1.0
SWEEP_SECONDS = 20.0

BEAT = {
    "relay": {
        "task": "workers.relay.drain",
        "schedule": RELAY_SECONDS,
        # A tick that could not be served is worthless: the next one does its work.
        "options": {"expires": 10},
    },
    "sweep": {
        "task": "workers.relay.take_up_again",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 60},
    },
    "aggregation": {
        "task": "workers.aggregation.start_night",
        "schedule": crontab(hour="4", minute="10"),
    },
    "isolation": {
        "task": "workers.isolation.start_night",
        "schedule": crontab(hour="4", minute="50"),
    },
    "certificates": {
        "task": "workers.certificates.start_night",
        "schedule": crontab(hour="5", minute="20"),
    },
    "visas": {
        "task": "workers.review.start_night",
        "schedule": crontab(hour="5", minute="40"),
    },
    # Seven o'clock, and each hour of the morning for a report signed late: nobody is told twice.
    "letters": {
        "task": "workers.delivery.start_morning",
        "schedule": crontab(hour="7-12", minute="0"),
    },
    "reminders-evening": {
        "task": "workers.reminders.start",
        "schedule": crontab(hour="23", minute="30"),
    },
    "reminders-morning": {
        "task": "workers.reminders.start",
        "schedule": crontab(hour="6", minute="45"),
    },
    "months": {
        "task": "workers.aggregation.prepare_months",
        "schedule": crontab(hour="4", minute="40", day_of_month="20"),
    },
}
