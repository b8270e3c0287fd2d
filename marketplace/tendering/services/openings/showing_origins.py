"""Where filings came from, opened for a purpose that two regulators have decided, and never otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError
from marketplace.core.models import AuditEntry
from marketplace.core.permissions import require
from marketplace.custody import sealing
from marketplace.registry.models import Intermediary

from ... import permissions
from ...models import OriginRequest, WorkRequest
from ...sealing import origins

SHOWN = "origins.shown"


class UnableToShowOrigins(DomainError):
    code = "unable-to-show-origins"


@dataclass(frozen=True)
class OpenedOrigin:
    """Of one filing: whose it was, and where it came from."""

    firm: Intermediary | None
    arrived_at: datetime
    origin: origins.Origin


def matter_of(work_request: WorkRequest) -> str:
    """A trail of its own: that of the request is open to its parties."""
    return f"origins:{work_request.number}"


def looks_at(work_request: WorkRequest) -> list[AuditEntry]:
    """Who has looked, and when."""
    return [line for line in audit.trail(matter_of(work_request)) if line.action == SHOWN]


@transaction.atomic
def ask_for_origins(*, request_id: int, purpose: str, actor: User) -> OriginRequest:
    """
    Ask that the addresses and devices of a request's filings be opened; another regulator decides.

    :raises Refused: unless the actor is a regulator who acts for no party, the opening has ended and nothing waits
    :raises UnableToShowOrigins: without a purpose
    """
    work_request = WorkRequest.objects.locked().get(pk=request_id)
    require(permissions.can_ask_for_origins(actor, work_request))
    if not purpose.strip():
        message = _("Say what they are needed for.")
        raise UnableToShowOrigins(message, {"purpose": message})
    asked = OriginRequest.objects.create(work_request=work_request, purpose=purpose.strip(), asked_by=actor)
    audit.record(
        matter=matter_of(work_request), action="origins.asked_for", actor=actor, after={"purpose": asked.purpose}
    )
    return asked


@transaction.atomic
def decide_origins(*, request_id: int, is_granted: bool, reason: str, actor: User) -> OriginRequest:
    """
    Decide whether they are opened for the purpose that was stated.

    :raises Refused: unless the actor is another regulator than the one who asked, acts for no party, and one waits
    :raises UnableToShowOrigins: without a reason
    """
    work_request = WorkRequest.objects.locked().get(pk=request_id)
    require(permissions.can_decide_origins(actor, work_request))
    if not reason.strip():
        message = _("Give the reason.")
        raise UnableToShowOrigins(message, {"reason": message})
    asked = OriginRequest.objects.get(work_request=work_request, is_granted=None)
    asked.is_granted, asked.reason = is_granted, reason.strip()
    asked.decided_by, asked.decided_at = actor, clock.now()
    asked.save()
    audit.record(
        matter=matter_of(work_request),
        action="origins.granted" if is_granted else "origins.refused",
        actor=actor,
        after={"purpose": asked.purpose, "reason": asked.reason},
    )
    return asked


@transaction.atomic
def show_origins(*, request_id: int, actor: User) -> list[OpenedOrigin]:
    """
    Open what the trail keeps sealed; each look leaves a line.

    :raises Refused: unless the actor is one of the two who decided a purpose, and their time to look runs
    :raises UnableToShowOrigins: where the key file is another one
    """
    work_request = WorkRequest.objects.locked().get(pk=request_id)
    require(permissions.can_show_origins(actor, work_request))
    purposes = [each.purpose for each in permissions.open_origins(actor, work_request)]
    audit.record(matter=matter_of(work_request), action=SHOWN, actor=actor, after={"purposes": purposes})
    return [_opened(row) for row in _filings_of(work_request)]


def _filings_of(work_request: WorkRequest) -> list[dict[str, Any]]:
    entry = AuditEntry.objects.filter(matter=work_request.audit_matter, action="bids.opened").first()
    rows = (entry.after or {}).get("filings", []) if entry else []
    # A box that did not open named nobody, so that nothing is known of where it came from.
    sealed = [row for row in rows if "origin" in row]
    firms = Intermediary.objects.select_related("organisation")
    by_code = {firm.uscc: firm for firm in firms.filter(organisation__uscc__in=[row["uscc"] for row in sealed])}
    return [row | {"firm": by_code.get(row["uscc"])} for row in sealed]


def _opened(row: dict[str, Any]) -> OpenedOrigin:
    try:
        origin = origins.opened(row["origin"])
    except sealing.DoesNotOpen as failure:
        raise UnableToShowOrigins(
            _("The key file does not fit what it sealed. The operator puts its copy back.")
        ) from failure
    return OpenedOrigin(row["firm"], datetime.fromisoformat(row["arrived_at"]), origin)
