"""Signs of collusion at an opening, in the console: for regulators only."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.permissions import is_regulator
from marketplace.core import audit
from marketplace.core.permissions import require

from .. import permissions
from ..models import CollusionSignal, WorkRequest
from ..presentation.signal_words import words_for
from ..services.openings.signalling import matter_of
from .console import crumbs


@never_cache
@require_safe
def signals(request: MemberRequest, number: str) -> HttpResponse:
    """What stood out, each with its words and its bids."""
    require(is_regulator(request.user))
    work_request = get_object_or_404(WorkRequest.objects.public().for_list(), number=number)
    require(permissions.can_see_signals(request.user, work_request))
    trail = audit.trail(matter_of(work_request))
    title = _("Signals at the opening of %(number)s") % {"number": number}
    context = {
        "breadcrumbs_items": crumbs(title),
        "header_title": title,
        "header_icon": "search",
        "work_request": work_request,
        "signals": _signals(work_request),
        "looked_at": trail[0].at if trail else None,
    }
    return render(request, "tendering/console/signals.html", context)


def _signals(work_request: WorkRequest) -> list[dict[str, Any]]:
    opened = {
        row.pk: row for row in work_request.opening.opened_bids.select_related("intermediary__organisation", "bid")
    }
    found = CollusionSignal.objects.filter(opening__work_request=work_request)
    return [
        {
            "kind": each.get_kind_display(),
            "words": words_for(each),
            "bids": [opened[pk] for pk in each.bids if pk in opened],
        }
        for each in found
    ]
