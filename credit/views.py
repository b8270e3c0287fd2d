from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import is_regulator, sees_for
from marketplace.core import clock, files
from marketplace.core.permissions import require
from marketplace.core.web import kept

from . import selectors
from .forms import DayForm
from .models import CreditModel, CreditRule, CurrentStanding

LIST_EXCERPT = 5
PAGE_SIZE = 20


@require_safe
@kept.for_visitors
def standing(request: HttpRequest, uscc: str) -> HttpResponse:
    """How an intermediary's score comes about, today or on any day."""
    current = get_object_or_404(
        CurrentStanding.objects.select_related("organisation__district"),
        organisation__uscc=uscc,
        organisation__kind=Organisation.Kind.INTERMEDIARY,
    )
    today = clock.today()
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": today})
    on = (form.is_bound and form.is_valid() and form.cleaned_data["on"]) or today
    context = {
        "organisation": current.organisation,
        "current": current,
        "page": selectors.StandingPage(current.organisation, on),
        "day_form": form,
        "is_today": on == today,
        "all_rows": request.GET.get("rows") == "all",
        "all_digits": request.GET.get("digits") == "28",
    }
    refused = form.is_bound and not form.is_valid()
    return render(request, "credit/standing.html", context, status=400 if refused else 200)


@require_safe
@kept.for_visitors
def overview(request: HttpRequest) -> HttpResponse:
    """The public lists, and the model and rules behind every score."""
    model = CreditModel.objects.in_force_on(clock.today())
    if model is None:
        raise Http404
    context = {
        "lists": selectors.list_excerpts(LIST_EXCERPT),
        "model": model,
        "rating_model": model.rating_model,
        "rules": CreditRule.objects.all(),
    }
    return render(request, "credit/overview.html", context)


@require_safe
@kept.for_visitors
def public_list(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the public lists, complete."""
    page = Paginator(selectors.public_list(kind), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"kind": kind, "page_obj": page, "rows": selectors.with_reasons(page.object_list)}
    return render(request, "credit/list.html", context)


@require_safe
def event(request: HttpRequest, number: str) -> HttpResponse:
    """A decided event: facts, evidence, rule, decision and dates; regulators also see what is not decided."""
    event = get_object_or_404(selectors.event_of(number, request.user))
    context = {
        "event": event,
        "situation": event.situation_on(clock.today()),
        "may_open_files": _may_open_files(request.user, event),
    }
    return render(request, "credit/event.html", context)


@require_safe
def event_file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file of an event's evidence, for regulators and the intermediary's own people."""
    event = get_object_or_404(selectors.event_of(number, request.user))
    require(_may_open_files(request.user, event))
    return files.serve(get_object_or_404(event.files.select_related("file"), pk=pk).file)


def _may_open_files(user: Any, event: Any) -> Any:
    return is_regulator(user) or sees_for(user, event.subject)
