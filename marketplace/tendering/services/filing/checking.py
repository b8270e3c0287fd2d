"""What must hold for a filing to be taken; nothing is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import files
from marketplace.core.failures import DomainError, Text
from marketplace.core.money import format_cny
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary

from ... import permissions
from ...facts import bidders
from ...failures import joined
from ...models import WorkRequest
from ...models.requests import OPENING_DELAY
from .own_filings import Filing


class UnableToBid(DomainError):
    """After the deadline, outside the limits, or with every unmet condition listed; nothing was stored."""

    code = "unable-to-bid"


@dataclass(frozen=True)
class Arrival:
    """When a filing arrived and from where; taken before any queue, which must not make it late."""

    at: datetime
    address: str = ""
    device: str = ""
    #: Looked up at every arrival, so that a test may stop it.
    _began: float = field(default_factory=lambda: monotonic())

    @property
    def present(self) -> datetime:
        """The database's present, without asking it again."""
        return self.at + timedelta(seconds=monotonic() - self._began)


def taking_bids(request_id: int, intermediary: Intermediary, actor: User, arrival: Arrival) -> WorkRequest:
    """
    The request, which nobody changes until the filing is stored; other bids do not wait for it.

    :raises Refused: if the actor may not bid for the intermediary
    :raises UnableToBid: if the filing comes too late, or the request takes none
    """
    work_request = WorkRequest.objects.held(request_id)
    require(permissions.can_bid_for(actor, work_request, intermediary))
    closes_at = work_request.closes_at(arrival.at)
    if not work_request.takes_bids(arrival.at):
        if closes_at is not None and arrival.at >= closes_at:
            raise UnableToBid(_("The deadline has passed; bids are no longer taken."))
        raise UnableToBid(_("This request does not take bids now."))
    if closes_at is not None and arrival.present >= closes_at + OPENING_DELAY:
        # From that instant the custodians may be asked for one list of bids, which must not grow any more.
        raise UnableToBid(_("The bid could not be stored before the opening."))
    return work_request


def require_announced(work_request: WorkRequest, announced: str) -> None:
    """:raises UnableToBid: if the bidder read another version, for which the bid would be set aside"""
    if announced not in ("", work_request.announcement_hash):
        raise UnableToBid(
            _("The request was changed while this page was open. Reload it, read version %(number)d and seal again.")
            % {"number": work_request.version}
        )


def require_eligible(intermediary: Intermediary, work_request: WorkRequest, arrival: Arrival) -> None:
    """:raises UnableToBid: with every condition that the firm does not meet"""
    if problems := bidders.problems_of(intermediary, work_request, at=arrival.at):
        raise UnableToBid(joined([problem.text for problem in problems]))


def require_filed(filings: Sequence[Filing]) -> None:
    """:raises UnableToBid: if the firm has filed nothing that a withdrawal could end"""
    if not filings:
        raise UnableToBid(_("Your company has not bid for this request."))


def price_problem(work_request: WorkRequest, price: Decimal | None) -> Text | None:
    """What is wrong with a price under the announced limits, or None."""
    if price is None or not price.is_finite() or price <= 0:
        return _("Give a price above zero.")
    if price != price.quantize(Decimal("0.01")) or price >= Decimal(10) ** 16:
        return _("Give the price in CNY with at most two decimals.")
    if work_request.price_max is not None and price > work_request.price_max:
        return _("The price is above the announced limit of %(limit)s.") % {"limit": format_cny(work_request.price_max)}
    if work_request.price_min is not None and price < work_request.price_min:
        return _("The price is below the announced limit of %(limit)s.") % {"limit": format_cny(work_request.price_min)}
    return None


def require_offer(
    work_request: WorkRequest, days: int | None, price: Decimal | None, proposal: UploadedFile | None
) -> tuple[int, str | None]:
    longest = work_request.service_days or 0
    if days is None and work_request.fixes_price:
        days = longest
    errors: dict[str, Text] = {}
    if type(days) is not int or not 1 <= days <= longest:
        errors["days"] = _("Promise between 1 and %(most)d working days.") % {"most": longest}
    if work_request.fixes_price:
        if price is not None:
            errors["price"] = _("The owner has fixed the price; a bid names none.")
    elif problem := price_problem(work_request, price):
        errors["price"] = problem
    if problem := _proposal_problem(work_request, proposal):
        errors["proposal"] = problem
    if errors or days is None:
        raise UnableToBid(joined(list(errors.values())), errors)
    return days, None if price is None else f"{price:.2f}"


def _proposal_problem(work_request: WorkRequest, proposal: UploadedFile | None) -> Text | None:
    if not work_request.asks_for_proposal:
        return None if proposal is None else _("This request asks for no proposal.")
    if proposal is None:
        return _("Add the proposal as a file.")
    try:
        files.check(proposal)
    except ValidationError as problem:
        return problem.messages[0]
    return None
