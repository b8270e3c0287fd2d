"""The owner's pick: among the listed offers, or from the drawn short list."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from marketplace.core import clock
from marketplace.core.permissions import Decision

from .. import permissions, services
from ..facts.listed_offers import candidates_of
from ..forms.method import PickForm
from ..models import OpenedBid, Opening, WorkRequest
from .operation import RequestOperation
from .results import opening_clock


@method_decorator(never_cache, name="dispatch")
class Pick(RequestOperation):
    """One firm and the reason; what is sent twice is one pick."""

    form_class = PickForm
    act = _("Pick and publish")
    asks = _(
        "Firm and reason are published, and the publicity period begins. The pick cannot be changed or taken back; the "
        "others stay in the ranking and take over in turn if the winner drops out."
    )
    done = _("Your pick is recorded and published with its reason. Publicity begins.")

    def visible(self) -> QuerySet[WorkRequest]:
        return super().visible().select_related("opening")

    def decision(self) -> Decision:
        return permissions.can_pick(self.request.user, self.work_request)

    @property
    def is_direct(self) -> bool:
        return self.work_request.method == WorkRequest.Method.DIRECT

    def operate(self, form: Any) -> None:
        pick = services.pick_offer if self.is_direct else services.pick_from_short_list
        pick(
            request_id=self.work_request.pk,
            uscc=form.cleaned_data["firm"],
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
        )

    def place(self, result: Any) -> str:
        return reverse("tendering:award-detail", args=[self.work_request.number])

    def template(self) -> str:
        return "tendering/pick_direct.html" if self.is_direct else "tendering/pick.html"

    def context(self) -> dict[str, Any]:
        opening = getattr(self.work_request, "opening", None)
        return {
            "clock": opening_clock(self.work_request, opening) if opening else None,
            "candidates": self.candidates(opening),
        }

    def candidates(self, opening: Opening | None) -> list[Any]:
        if self.is_direct:
            return candidates_of(self.work_request, at=clock.now())
        return short_list_of(opening) if opening else []


def short_list_of(opening: Opening) -> list[OpenedBid]:
    """The bids of the short list in the order in which they were drawn."""
    listed = opening.opened_bids.filter(listed_as__in=opening.short_list).exclude(listed_as="")
    by_id = {row.listed_as: row for row in listed.select_related("intermediary__organisation")}
    return [by_id[identifier] for identifier in opening.short_list if identifier in by_id]
