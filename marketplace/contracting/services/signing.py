from datetime import timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, events, outbox
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import crediting, notices, permissions
from ..choices import Party
from ..events import ContractSigned
from ..models import Contract, Signature
from . import handover
from .locking import demand, lock_contract

ONE_DAY = timedelta(days=1)
DELIVERY_DUE = "contracting.delivery_due"
START_SERVICE = "contracting.start_service"


class UnableToSign(DomainError):
    code = "unable-to-sign"


@transaction.atomic
def sign_contract(*, contract_id: int, sha256: str, actor: User) -> Signature:
    """
    Sign the agreed text for the side that the actor acts for; with the second signature the service begins.

    :param sha256: of the text that the signer had before them, lower-case hex
    :raises Refused: unless the actor acts for one of the parties
    :raises UnableToSign: if no agreed text waits for that side, or it is another text by now
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.OWNER, Party.INTERMEDIARY))
    demand(permissions.signing_is_open(contract, seat.party), UnableToSign)
    text = contract.current_text
    if text.sha256 != sha256:
        raise UnableToSign(_("The text has changed since you opened this page. Read the new version first."))
    if contract.milestones.filter(due_on__lt=clock.today()).exists():
        raise UnableToSign(_("A delivery date of this text has passed. The owner proposes new dates first."))
    signature = Signature.objects.create(
        text=text,
        party=cast(Party, seat.party),
        signed_by=actor,
        signer_name=actor.name,
        signed_at=clock.now(),
        sha256=sha256,
    )
    audit.record(
        matter=contract.audit_matter,
        action="signed",
        actor=actor,
        after={"party": str(signature.party), "version": text.version, "sha256": sha256},
    )
    other = contract.party(Party(signature.party).other)
    if contract.signed_parties:
        _begin_service(contract, actor)
    else:
        notices.tell(
            other,
            contract,
            f"signed:{text.version}:{signature.party}",
            at=("contracting:sign", contract.number),
            turn="sign",
            subject=_("Sign contract %(number)s"),
            body=_("The other side has signed “%(title)s”. Your signature completes the contract."),
        )
    return signature


def _begin_service(contract: Contract, actor: User) -> None:
    now = clock.now()
    by_party = {each.party: each for each in contract.current_text.signatures.all()}
    contract.enter_service(at=now)
    contract.save()
    notices.settle(contract, "sign")
    for milestone in contract.milestones.all():
        outbox.schedule(DELIVERY_DUE, str(milestone.pk), milestone.due_at)
    outbox.schedule(START_SERVICE, str(contract.pk), calendar.end_of_day(contract.service_starts_on - ONE_DAY))
    handover.contract_signed(contract, actor)
    crediting.count_signing(contract, intermediary_signed_at=by_party[Party.INTERMEDIARY].signed_at, actor=actor)
    events.publish(ContractSigned(contract.pk))
    for party in Party:
        notices.tell(
            contract.party(party),
            contract,
            "in_service",
            subject=_("Contract %(number)s is signed by both sides"),
            body=_("“%(title)s” is in service."),
        )
