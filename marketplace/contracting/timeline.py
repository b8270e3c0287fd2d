"""The stages of a contract as pages show them."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.ui.components import State, Step
from marketplace.ui.formats import due_day, due_moment, short_day, short_moment

from .models import Contract
from .states import ContractState

POSITION = {ContractState.DRAFTING: 0, ContractState.SIGNING: 1, ContractState.IN_SERVICE: 2}
RATING_STAGE = 4


def stage_names() -> list[str]:
    return [
        pgettext("contract stage", "Agree terms"),
        pgettext("contract stage", "Sign"),
        pgettext("contract stage", "Deliver and accept"),
        pgettext("contract stage", "Complete"),
        pgettext("contract stage", "Rate"),
    ]


def position_of(contract: Contract) -> int:
    """How many stages lie behind; where a contract has ended, the one it ended in."""
    if contract.state == ContractState.COMPLETED:
        return RATING_STAGE + hasattr(contract, "rating")
    if contract.state in POSITION:
        return POSITION[ContractState(contract.state)]
    return POSITION[ContractState.IN_SERVICE if contract.signed_at else ContractState.SIGNING]


def stages_of(contract: Contract) -> list[Step]:
    """The five stages with their dates; an ended contract's line stops where it ended."""
    position = position_of(contract)
    ended = contract.ended_at is not None
    steps = []
    for index, (name, when) in enumerate(zip(stage_names(), _dates(contract), strict=True)):
        state = State.DONE if index < position else State.NOW if index == position else State.AHEAD
        if index == position and ended and contract.ended_at:
            steps.append(Step(str(contract.get_state_display()), State.FAILED, short_day(contract.ended_at)))
            break
        steps.append(Step(name, state, when))
    return steps


def _dates(contract: Contract) -> list[str]:
    sign_by = _("by %(date)s") % {"date": due_moment(contract.sign_due_at)}
    signed = short_moment(contract.signed_at) if contract.signed_at else sign_by
    rating = getattr(contract, "rating", None)
    rate_by = _("by %(date)s") % {"date": due_day(contract.rating_due_at)} if contract.rating_due_at else ""
    return [
        short_day(contract.noticed_at),
        signed,
        _("%(start)s to %(end)s")
        % {"start": short_day(contract.service_starts_on), "end": short_day(contract.service_ends_on)},
        short_day(contract.completed_at) if contract.completed_at else "",
        short_day(rating.rated_at) if rating else rate_by,
    ]
