"""What the pages of requests and intermediaries show of contracts: to everybody the public line only."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from marketplace.core.additions import panels
from marketplace.registry.models import Intermediary
from marketplace.tendering.models import WorkRequest
from marketplace.tendering.states import BEFORE_THE_RESULT

from . import selectors
from .models import Contract
from .timeline import stages_of

PAGE_SIZE = 10


@panels.on("tendering.request", order=50)
def contracts_of_request(request: HttpRequest, work_request: WorkRequest) -> tuple[str, dict[str, Any]] | None:
    if work_request.status in BEFORE_THE_RESULT:
        # No winner yet, so no contract.
        return None
    contracts = Contract.objects.filter(award__work_request=work_request).with_parties().select_related("rating")
    visible = set(Contract.objects.visible_to(request.user).filter(award__work_request=work_request).values_list("pk"))
    shown = [each for each in contracts if each.is_public or (each.pk,) in visible]
    if not shown:
        return None
    for contract in shown:
        contract.stages = stages_of(contract)
        contract.may_open = (contract.pk,) in visible
    return "contracting/partials/request_contracts.html", {"contracts": shown}


@panels.on("registry.profile", order=40)
def contracts_of_intermediary(request: HttpRequest, intermediary: Intermediary) -> tuple[str, dict[str, Any]]:
    contracts = selectors.completed_of(intermediary.organisation)
    page = Paginator(contracts, PAGE_SIZE).get_page(request.GET.get("contracts"))
    context = {
        "intermediary": intermediary,
        "page": page,
        "ratings": selectors.ratings_of(intermediary.organisation),
    }
    return "contracting/partials/profile_contracts.html", context
