from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.core import audit, calendar, clock, events, outbox
from marketplace.tendering.models import WorkRequest

from .. import crediting, notices
from ..choices import Party
from ..events import ContractLapsed
from ..models import Contract
from ..rules.lapse import late_party
from ..states import UNSIGNED, ContractState
from . import handover
from .locking import lock_contract
from .preparing import LAPSE

#: Kept as its English words, which pages translate.
NOT_SIGNED = gettext_noop("The intermediary did not sign in time; the award passes to the next in rank.")


@transaction.atomic
def lapse_contract(*, contract_id: int) -> Contract:
    """
    Settle a contract that was not signed in time (RULES, After the selection); due work, safe to run again.

    The intermediary that did not sign loses the award to the next in rank. Where the owner did not sign the award
    stands, the owner may not post that project again within 90 days, and the matter is public.
    """
    contract, _seat = lock_contract(None, pk=contract_id)
    if contract.state not in UNSIGNED or contract.owner_defaulted_at:
        return contract
    if moved_to := _moved_clock(contract):
        outbox.schedule(LAPSE, f"{contract.pk}:{moved_to.isoformat()}", moved_to, {"contract_id": contract.pk})
        return contract
    late = late_party(
        agreed=contract.state == ContractState.SIGNING,
        turn=contract.turn,
        turn_since=contract.turn_since,
        last_fair_turn=calendar.end_of_working_day_before(contract.sign_due_at, 1),
        signed=contract.signed_parties,
    )
    if late == Party.OWNER:
        _record_owner_default(contract)
    else:
        _pass_on(contract)
    return contract


def _moved_clock(contract: Contract) -> datetime | None:
    """When to look again: the clock stands still while the request is suspended, and runs on for the days left."""
    if clock.now() < contract.sign_due_at:
        return contract.sign_due_at
    if contract.award.work_request.status == WorkRequest.Status.SUSPENDED:
        return calendar.end_of_day(clock.today())
    return None


def _record_owner_default(contract: Contract) -> None:
    contract.owner_defaulted_at = clock.now()
    contract.save(update_fields=["owner_defaulted_at"])
    handover.owner_defaulted(contract)
    audit.record(
        matter=contract.audit_matter,
        action="owner did not sign in time",
        actor=None,
        after={"due_at": contract.sign_due_at.isoformat()},
    )
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            "owner_defaulted",
            subject=_("Contract %(number)s was not signed in time by the owner"),
            body=_(
                "The award of “%(title)s” stands and can still be signed. "
                "%(owner)s cannot post this project again within 90 days, and the matter is public."
            ),
        )
    notices.tell_regulators(
        contract,
        "owner_defaulted",
        subject=_("Contract %(number)s was not signed in time by the owner"),
        body=_("%(owner)s did not sign “%(title)s” in time. The award stands."),
    )


def _pass_on(contract: Contract) -> None:
    contract.lapse(at=clock.now(), reason=NOT_SIGNED)
    contract.save()
    crediting.count_not_signed(contract)
    handover.award_lost(contract, NOT_SIGNED)
    audit.record(
        matter=contract.audit_matter,
        action="lapsed",
        actor=None,
        after={"late": str(Party.INTERMEDIARY), "due_at": contract.sign_due_at.isoformat()},
    )
    events.publish(ContractLapsed(contract.pk))
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            "lapsed",
            subject=_("Contract %(number)s has lapsed"),
            body=_("%(intermediary)s did not sign “%(title)s” in time. The award passes to the next in rank."),
        )
