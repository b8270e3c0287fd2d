"""What the bid page tells the browser that seals: the announcement to seal under, the limits, and the words to say."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.core.files import KINDS
from marketplace.core.money import format_cny
from marketplace.core.typed import reading
from marketplace.registry.models import Intermediary

from .. import selection
from ..models import WorkRequest


def sealing_data(work_request: WorkRequest, firm: Intermediary, standard: Decimal | None = None) -> dict[str, Any]:
    """The keys come within the announcement, whose hash the browser works out and compares with the one shown."""
    return {
        "url": reverse("tendering:bid-sealed", args=[work_request.number]),
        "uscc": firm.uscc,
        "announcement": selection.canonical(work_request.announcement).decode(),
        "announcement_hash": work_request.announcement_hash,
        "fixes_price": work_request.fixes_price,
        "price_max": _plain(work_request.price_max),
        "price_min": _plain(work_request.price_min),
        "days_max": work_request.service_days,
        "standard": _plain(standard),
        "asks_for_proposal": work_request.asks_for_proposal,
        "most_bytes": settings.MAX_UPLOAD_BYTES,
        "kinds": sorted(KINDS),
        "words": _words(work_request),
        "amount_words": {reason.value: str(words) for reason, words in reading.AMOUNT_REASONS.items()},
    }


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _words(work_request: WorkRequest) -> dict[str, str]:
    words = {
        "price": _("Give a price in CNY above zero, with at most two decimals."),
        "days": _("Promise between 1 and %(most)d working days.") % {"most": work_request.service_days or 0},
        "proposal": _("Add the proposal as a file."),
        "proposal_kind": _("Files of this kind are not accepted. Choose one of: %(kinds)s.")
        % {"kinds": ", ".join(sorted(KINDS))},
        "proposal_size": _("The file is larger than %(megabytes)d MB.")
        % {"megabytes": settings.MAX_UPLOAD_BYTES // 2**20},
        "declaration": _("Confirm the declaration before sealing."),
        "hash": _("The announcement on this page does not have the hash shown. Reload the page before you bid."),
        "unreached": _("The server could not be reached. Press again: the same sealed filing is sent, once."),
        "not_taken": _("The server did not take it. Press again: the same sealed filing is sent, once."),
    }
    if work_request.price_max is not None:
        words["price_max"] = _("The price is above the announced limit of %(limit)s.") % {
            "limit": format_cny(work_request.price_max)
        }
    if work_request.price_min is not None:
        words["price_min"] = _("The price is below the announced limit of %(limit)s.") % {
            "limit": format_cny(work_request.price_min)
        }
    return words
