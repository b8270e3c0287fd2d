from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplace.core.events import receives
from marketplace.registry.leaving import blocker
from marketplace.registry.models import Intermediary
from marketplace.tendering.events import AwardConfirmed, AwardPassedOn, RequestEnded

from .models import Contract
from .services.ending import end_with_request
from .services.preparing import prepare_contract

#: Kept as their English words, which pages translate.
AWARD_LOST = gettext_noop("The award has passed to the next in rank.")
REQUEST_ENDED = gettext_noop("The request has ended.")


@receives(AwardConfirmed)
def draft_contract(event: AwardConfirmed) -> None:
    prepare_contract(award_id=event.award_id)


@receives(AwardPassedOn)
def end_contract_of_award(event: AwardPassedOn) -> None:
    for contract_id in Contract.objects.open().filter(award=event.award_id).values_list("pk", flat=True):
        end_with_request(contract_id=contract_id, reason=AWARD_LOST)


@receives(RequestEnded)
def end_contracts_of_request(event: RequestEnded) -> None:
    contracts = Contract.objects.open().filter(award__work_request=event.request_id)
    for contract_id in contracts.values_list("pk", flat=True):
        end_with_request(contract_id=contract_id, reason=REQUEST_ENDED)


@blocker
def open_contracts(intermediary: Intermediary) -> Iterator[str]:
    """What keeps a firm in the market (RULES, Registration)."""
    for number in (
        Contract.objects.open().filter(intermediary=intermediary.organisation_id).values_list("number", flat=True)
    ):
        yield _("Contract %(number)s is not finished yet.") % {"number": number}
