"""What a contract tells its request: each step of the request's own states is a service of tendering."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.tendering import services as tendering
from marketplace.tendering.states import Status

from ..models import Contract


def contract_signed(contract: Contract, actor: User) -> None:
    tendering.mark_contracted(award_id=contract.award_id, actor=actor)


def service_started(contract: Contract) -> None:
    if contract.award.work_request.status == Status.CONTRACTED:
        tendering.mark_in_service(award_id=contract.award_id, actor=None)


def contract_completed(contract: Contract, actor: User) -> None:
    tendering.mark_completed(award_id=contract.award_id, actor=actor)


def award_lost(contract: Contract, reason: str) -> None:
    """The intermediary did not sign: the next in rank has its turn, and the withdrawal counts."""
    with translation.override(settings.LANGUAGE_CODE):
        tendering.pass_award_on(award_id=contract.award_id, reason=gettext(reason))


def owner_defaulted(contract: Contract) -> None:
    """The owner did not sign: the award stands, and the project may not be posted for 90 days."""
    tendering.note_owner_unsigned(award_id=contract.award_id, on=clock.date_of(contract.sign_due_at))


def contract_terminated(contract: Contract, reason: str, actor: User) -> None:
    tendering.void_with_contract(award_id=contract.award_id, reason=reason, actor=actor)
