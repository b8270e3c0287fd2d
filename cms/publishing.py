"""Pages that go live, or leave, at a time which their editors planned."""

import structlog
from django.db import transaction
from wagtail.models import Page, Revision

from marketplace.core import clock

log = structlog.get_logger(__name__)


def publish_planned() -> int:
    """
    Take down what has expired and publish what was approved for a time that has come; returns how many.

    Each page by itself: one that cannot be published keeps no other waiting, and is told of at every try.
    """
    now = clock.now()
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at").values_list("pk", flat=True)
    planned = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    done = sum(_take_down(pk) for pk in list(expired))
    return done + sum(_publish(pk) for pk in list(planned.values_list("pk", flat=True)))


def _take_down(page_id: int) -> bool:
    try:
        with transaction.atomic():
            page = Page.objects.select_for_update().get(pk=page_id)
            page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    except Exception:
        log.exception("page_not_taken_down", page=page_id)
        return False
    return True


def _publish(revision_id: int) -> bool:
    try:
        with transaction.atomic():
            revision = Revision.objects.select_for_update().get(pk=revision_id)
            revision.publish(log_action="wagtail.publish.scheduled")
    except Exception:
        log.exception("page_not_published", revision=revision_id)
        return False
    return True
