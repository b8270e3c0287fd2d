"""Pages and facts of regulations that wait for an operator's approval."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Page, Revision, TaskState

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Regulation
from marketplace.core import calendar
from marketplace.core.additions import duties
from marketplace.core.additions.duties import Duty

from .policy import PagesPolicy


@duties.provider
def page_approvals(user: Any, organisation: Organisation) -> Iterator[Duty]:
    if organisation.kind != Organisation.Kind.OPERATOR:
        return
    days = PagesPolicy.current().page_approval_days
    waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).exclude(
        workflow_state__requested_by_id=user.pk
    )
    for state in waiting.select_related("revision", "workflow_state__requested_by").order_by("started_at", "pk"):
        asker = state.workflow_state.requested_by
        for title, label, url in _what_waits(state.revision):
            yield Duty(
                title=title,
                object_label=label,
                url=url,
                action_label=pgettext("page", "Review it"),
                started_at=state.started_at,
                due_at=calendar.due_within(state.started_at, days),
                counterpart=str(asker) if asker else "",
            )


def _what_waits(revision: Revision) -> Iterator[tuple[str, str, str]]:
    match revision.content_object:
        case Page() as page:
            yield (
                _("Approve a page"),
                page.get_admin_display_title(),
                reverse("wagtailadmin_pages:edit", args=[page.pk]),
            )
        case Regulation() as regulation:
            url = reverse("wagtailsnippets_catalogue_regulation:edit", args=[regulation.pk])
            yield _("Approve a regulation's facts"), revision.object_str, url
