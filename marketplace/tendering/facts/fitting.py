"""
Which open requests fit a firm: it offers all they ask for and meets every condition now (RULES, Request).

Why there are none is a fact too, which pages say in words and lead on from.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core import clock
from marketplace.registry.models import Intermediary, Offer, Suspension
from marketplace.registry.states import ON_THE_LIST, IntermediaryStatus

from ..models import RequestItem, WorkRequest
from ..rules.eligibility import Condition
from . import bidders

#: So many open requests are judged, those that close first; a firm has hardly ever more in its services.
MOST = 300


class Why(StrEnum):
    """Why nothing fits."""

    NOT_REGISTERED = "not_registered"
    BEING_CHECKED = "being_checked"
    LEFT = "left"
    SUSPENDED = "suspended"
    NO_OFFER = "no_offer"
    NONE_OPEN = "none_open"
    LACKING = "lacking"


@dataclass(frozen=True)
class Lacking:
    """An open request for the firm's services, and what the firm lacks for it."""

    work_request: WorkRequest
    conditions: list[Condition]


@dataclass(frozen=True)
class Fit:
    """The requests that fit, by id; where there are none, why."""

    requests: frozenset[int] = frozenset()
    why: Why | None = None
    lacking: list[Lacking] = field(default_factory=list)
    suspension: Suspension | None = None
    #: Whether there were more than are judged.
    is_cut: bool = False

    @property
    def judged(self) -> int:
        """How many open requests were looked at."""
        return len(self.requests) + len(self.lacking)


def fit_of(intermediary: Intermediary | None, *, at: datetime) -> Fit:
    """What fits a firm at an instant, in a fixed number of queries."""
    if intermediary is None:
        return Fit(why=Why.NOT_REGISTERED)
    if intermediary.status not in ON_THE_LIST:
        return Fit(why=_not_listed(intermediary))
    suspension = intermediary.suspensions.in_force(clock.day_at(at)).first()
    if suspension is not None:
        return Fit(why=Why.SUSPENDED, suspension=suspension)
    offered = set(Offer.objects.filter(intermediary=intermediary).values_list("item", flat=True))
    if not offered:
        return Fit(why=Why.NO_OFFER)
    asked = RequestItem.objects.filter(work_request=OuterRef("pk"), item__in=offered)
    found = list(WorkRequest.objects.open(at).filter(Exists(asked)).order_by("bids_open_until", "pk")[: MOST + 1])
    if not found:
        return Fit(why=Why.NONE_OPEN)
    return _judged(intermediary, found, offered, at)


def _not_listed(intermediary: Intermediary) -> Why:
    if intermediary.status == IntermediaryStatus.CLOSED:
        return Why.LEFT
    return Why.BEING_CHECKED if intermediary.status == IntermediaryStatus.UNDER_REVIEW else Why.NOT_REGISTERED


def _judged(intermediary: Intermediary, found: list[WorkRequest], offered: set[int], at: datetime) -> Fit:
    requests = found[:MOST]
    problems = bidders.problems_by_request(intermediary, requests, at=at)
    lacking = [Lacking(one, [*_not_offered(one, offered), *problems[one.pk]]) for one in requests]
    fits = frozenset(one.work_request.pk for one in lacking if not one.conditions)
    return Fit(
        requests=fits,
        why=None if fits else Why.LACKING,
        lacking=[one for one in lacking if one.conditions],
        is_cut=len(found) > MOST,
    )


def _not_offered(work_request: WorkRequest, offered: set[int]) -> list[Condition]:
    names = [row.item.name for row in work_request.request_items.all() if row.item_id not in offered]
    text = _("Not among your services: %(names)s")
    return [Condition("offer", text % {"names": pgettext("list", ", ").join(names)}, met=False)] if names else []
