"""The owner's pick: among the listed offers, or from the drawn short list."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from marketplace.accounts.http import MemberRequest
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..forms.method import PickForm
from ..models import OpenedBid, Opening, WorkRequest
from ..rules import direct_selection
from .results import opening_clock


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def pick(request: MemberRequest, number: str) -> HttpResponse:
    """One firm and the reason; what is sent twice is one pick."""
    work_request = get_object_or_404(
        WorkRequest.objects.visible_to(request.user).select_related("owner", "opening"), number=number
    )
    opening = getattr(work_request, "opening", None)
    is_direct = work_request.method == WorkRequest.Method.DIRECT
    operation = services.pick_offer if is_direct else services.pick_from_short_list
    if request.method == "POST":
        form = PickForm(request.POST)
    else:
        require(permissions.can_pick(request.user, work_request))
        form = PickForm()
    if form.is_valid():
        try:
            operation(
                request_id=work_request.pk,
                uscc=form.cleaned_data["firm"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Your pick is recorded and published with its reason. Publicity begins."))
            return redirect("tendering:award-detail", number)
    require(permissions.can_pick(request.user, work_request))
    context: dict[str, Any] = {
        "work_request": work_request,
        "form": form,
        "clock": opening_clock(work_request, opening) if opening else None,
    }
    if is_direct:
        context["candidates"] = direct_selection.candidates_of(work_request, at=clock.now())
        return render(request, "tendering/pick_direct.html", context)
    context["candidates"] = short_list_of(opening) if opening else []
    return render(request, "tendering/pick.html", context)


def short_list_of(opening: Opening) -> list[OpenedBid]:
    """The bids of the short list in the order in which they were drawn."""
    listed = opening.opened_bids.filter(listed_as__in=opening.short_list).exclude(listed_as="")
    by_id = {row.listed_as: row for row in listed.select_related("intermediary__organisation")}
    return [by_id[identifier] for identifier in opening.short_list if identifier in by_id]
