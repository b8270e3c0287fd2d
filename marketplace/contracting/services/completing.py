from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, events

from .. import crediting, notices
from ..choices import Party
from ..events import ContractCompleted
from ..models import Contract
from ..states import MilestoneState
from . import handover
from .locking import policy_of


def complete_if_done(contract: Contract, actor: User) -> None:
    """Complete a locked contract whose milestones have all been accepted; the time for rating starts."""
    if contract.milestones.exclude(state=MilestoneState.ACCEPTED).exists():
        return
    now = clock.now()
    rating_due_at = calendar.end_of_working_day(clock.date_of(now), policy_of(contract).rating_days)
    contract.complete(at=now, rating_due_at=rating_due_at)
    contract.save()
    crediting.count_completion(contract, actor=actor)
    handover.contract_completed(contract, actor)
    audit.record(matter=contract.audit_matter, action="completed", actor=actor)
    events.publish(ContractCompleted(contract.pk))
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            "completed",
            subject=_("Contract %(number)s is completed"),
            body=_("The last deliverable of “%(title)s” is accepted. %(owner)s can rate the service by %(until)s."),
            until=calendar.day_due(rating_due_at),
        )
