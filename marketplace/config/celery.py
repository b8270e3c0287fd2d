"""
Celery, where there is a Redis: several workers do what the sweeper does alone without one, by the same jobs.

A worker's process carries the market's heart too, so that no heartbeat waits behind a job.
"""

import os
from datetime import timedelta
from typing import Any

import django
from celery import Celery, signals
from django.db import DatabaseError, InterfaceError
from django.utils.module_loading import autodiscover_modules

from marketplace.core import jobs
from marketplace.core.jobs import Job

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.embedded")
django.setup()
autodiscover_modules("tasks")

#: A sweep that waited longer than this is pointless: the next one finds the same rows.
STALE = timedelta(seconds=30)
#: What a database that is away for a moment does to a job: it is tried again, after 1, 2, 4 … seconds.
RETRIES: dict[str, Any] = {
    "autoretry_for": (DatabaseError, InterfaceError, OSError),
    "retry_backoff": True,
    "retry_backoff_max": 60,
    "max_retries": 6,
}

app = Celery("marketplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


def _expires(job: Job) -> float:
    return max(STALE, job.every or STALE).total_seconds()


def _send(job: Job, arguments: tuple[Any, ...]) -> None:
    app.tasks[job.name].apply_async(arguments)


def _retries(job: Job) -> dict[str, Any]:
    """A sweep is not tried again: the next one comes in seconds."""
    return {} if job.every and job.every < STALE else RETRIES


for each in jobs.declared():
    app.task(each.function, name=each.name, queue=each.queue.value, **_retries(each))

app.conf.beat_schedule = {
    each.name: {
        "task": each.name,
        "schedule": each.every.total_seconds(),
        "options": {"expires": _expires(each), "queue": each.queue.value},
    }
    for each in jobs.declared()
    if each.every
}


@signals.beat_init.connect
def start_with_everything(**_: Any) -> None:
    """Each periodic job once at the start: a beat that lives shorter than an interval would never come to it."""
    for name, entry in app.conf.beat_schedule.items():
        app.tasks[name].apply_async(**entry["options"])


@signals.worker_init.connect
def share_the_work(**_: Any) -> None:
    jobs.send_by(_send)


@signals.worker_ready.connect
def start_the_heart(**_: Any) -> None:
    from marketplace.core.running.sweeper import Heart

    Heart().start()
