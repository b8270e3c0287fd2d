"""The public pages: the list, one firm, and a few side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from marketplace.core.web import kept
from marketplace.core.web.paging import KeysFirst

from .. import permissions, selectors
from ..filters import IntermediaryFilter
from ..models import Intermediary
from ..paging import BestFirst

PAGE_SIZE = 20
#: As many as are compared side by side.
MOST_COMPARED = 4


@require_GET
@kept.for_visitors
def intermediary_list(request: HttpRequest) -> HttpResponse:
    """The firms on the list, filtered and sorted by the address."""
    filterset = IntermediaryFilter(request.GET, queryset=Intermediary.objects.on_the_list().with_standing())
    facets = selectors.facets_of(filterset)
    filterset.offer_most_first(facets.counts["service"])
    paginator = BestFirst if filterset.chosen.get("sort", "score") == "score" else KeysFirst
    page = paginator(filterset.qs, PAGE_SIZE, count=facets.total).get_page(request.GET.get("page"))
    context = {
        "filter": filterset,
        "page_obj": page,
        "cards": selectors.cards_of(page, filterset),
        "facet_counts": facets.counts,
        "project": filterset.project,
        "looser": [] if page.paginator.count else selectors.looser(filterset),
        "kept_parameters": [
            (name, value) for name, values in request.GET.lists() for value in values if name not in ("base", "page")
        ],
        "most": MOST_COMPARED,
    }
    return render(request, "registry/intermediary_list.html", context)


@require_GET
@kept.for_visitors
def intermediary_detail(request: HttpRequest, uscc: str) -> HttpResponse:
    """One firm's verified record: what it offers, what it holds, what it has done."""
    intermediary = get_object_or_404(selectors.profile(uscc, request.user))
    context = {
        "intermediary": intermediary,
        "organisation": intermediary.organisation,
        "standing": getattr(intermediary.organisation, "standing", None),
        "practitioners": selectors.practitioners_by_licence(intermediary),
        "on_time": selectors.on_time_shares([intermediary.organisation_id]).get(intermediary.organisation_id),
        "suspension": intermediary.suspensions.public().first(),
        "can_propose_suspension": intermediary.status == Intermediary.Status.LISTED
        and request.user.is_authenticated
        and permissions.can_propose_suspension(request.user, intermediary),
        "can_manage": request.user.is_authenticated and permissions.can_manage(request.user, intermediary),
    }
    return render(request, "registry/intermediary_detail.html", context)


@require_GET
def compare_intermediaries(request: HttpRequest) -> HttpResponse:
    """Up to four firms side by side, for the service and project of the address."""
    asked = [uscc for uscc in dict.fromkeys(request.GET.getlist("with")) if "\0" not in uscc][:MOST_COMPARED]
    filterset = IntermediaryFilter(request.GET, queryset=Intermediary.objects.none())
    firms = Intermediary.objects.on_the_list().with_standing().filter(organisation__uscc__in=asked)
    cards = selectors.cards_of(firms, filterset)
    cards.sort(key=lambda card: asked.index(card.intermediary.uscc))
    context = {"cards": cards, "project": filterset.project, "filter": filterset}
    return render(request, "registry/intermediary_compare.html", context)
