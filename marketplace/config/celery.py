import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.embedded")

app = Celery("marketplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "run-due-work": {
        "task": "marketplace.core.tasks.run_due_work",
        "schedule": 5.0,
        # A sweep that waited longer than this is pointless: the next one finds the same rows.
        "options": {"expires": 30},
    },
    "heartbeat": {
        "task": "marketplace.core.tasks.beat",
        "schedule": 30.0,
        # A row that comes late must not stand for the time in which nobody worked.
        "options": {"expires": 20},
    },
    "prune": {"task": "marketplace.core.tasks.prune", "schedule": 3600.0, "options": {"expires": 3600}},
}
