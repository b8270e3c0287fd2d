"""For whom and from where a person acts, as pages and API ask it of a request."""

from typing import Any, TypedDict

from django.utils.translation import gettext as _

from marketplace.accounts.http import MemberRequest
from marketplace.core.permissions import Refused
from marketplace.core.web.addresses import client_address
from marketplace.registry.models import Intermediary
from marketplace.registry.permissions import REGISTER_FIRM


class Sender(TypedDict):
    """Where a filing came from; sealed into its envelope, stored and logged nowhere else."""

    address: str
    device: str


def firm_of(request: MemberRequest | Any) -> Intermediary:
    """The intermediary that the person acts for now."""
    organisation = request.organisation
    intermediary = getattr(organisation, "intermediary", None) if organisation is not None else None
    if intermediary is None:
        raise Refused(
            _("Only listed intermediaries can do this. Register your firm; once it has been checked you can bid."),
            REGISTER_FIRM,
        )
    return intermediary


def sender_of(request: MemberRequest | Any) -> Sender:
    return {
        "address": client_address(request),
        "device": request.headers.get("User-Agent", ""),
    }
