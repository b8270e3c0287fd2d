"""The clocks of a contract that count working days, for when the calendar changes; agreed dates never move."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.core import outbox
from marketplace.core.additions import recounting
from marketplace.core.additions.recounting import BODY, SUBJECT, Moved
from marketplace.core.failures import Text

from . import notices
from .models import Contract, ContractRating, Deliverable
from .services.delivering import ACCEPTANCE_DUE
from .services.locking import lock_contract, policy_of
from .states import ContractState, MilestoneState


def _declare(
    field: str,
    *,
    inward: str,
    outward: str = "",
    running: Callable[[datetime], QuerySet],
    started_at: Callable[[Any], datetime],
    moved: Callable[[Any, Moved], None],
    days: Callable[[Any], int] | None = None,
) -> None:
    """A clock of a contract; `inward` leads from the contract to its row, `outward` back."""

    def contract_of(row: Any) -> Contract:
        return attrgetter(outward.replace("__", "."))(row) if outward else row

    parties = [f"{outward}__{party}".removeprefix("__") for party in ("owner", "intermediary")]
    recounting.declare(
        field,
        running=lambda at: running(at).select_related(*parties),
        started_at=started_at,
        hold=lambda row_id: lock_contract(None, **{inward: row_id}),
        matter=lambda row: contract_of(row).audit_matter,
        moved=moved,
        days=days,
    )


def _words(moved: Moved, what: Text) -> dict[str, Any]:
    return {"subject": SUBJECT, "body": BODY, "what": what, **moved.params}


def _answer_moved(deliverable: Deliverable, moved: Moved) -> None:
    contract = deliverable.milestone.contract
    outbox.schedule(ACCEPTANCE_DUE, str(deliverable.pk), deliverable.answer_due_at)
    words = _words(moved, _("the time for answering a deliverable"))
    occasion = f"{moved.occasion}:answer:{deliverable.pk}"
    at = ("contracting:deliverable-answer", contract.number, deliverable.pk)
    notices.tell(contract.owner, contract, occasion, at=at, turn=f"answer:{deliverable.pk}", **words)
    notices.tell(contract.intermediary, contract, occasion, **words)


_declare(
    "contracting.Deliverable.answer_due_at",
    inward="milestones__deliverables__pk",
    outward="milestone__contract",
    running=lambda at: Deliverable.objects.pending().filter(
        milestone__contract__state=ContractState.IN_SERVICE, answer_due_at__gt=at
    ),
    started_at=lambda deliverable: deliverable.submitted_at,
    moved=_answer_moved,
)


def _decision_moved(deliverable: Deliverable, moved: Moved) -> None:
    contract = deliverable.milestone.contract
    words = _words(moved, _("the time for deciding about a deliverable"))
    occasion, at = f"{moved.occasion}:decide:{deliverable.pk}", ("contracting_console:decide", deliverable.pk)
    notices.tell_regulators(contract, occasion, at=at, turn=f"decide:{deliverable.pk}", **words)
    page = ("contracting:deliverable-answer", contract.number, deliverable.pk)
    notices.tell(contract.owner, contract, occasion, at=page, turn=f"answer:{deliverable.pk}", **words)


# Counted from the end of the owner's time whenever it is read; but regulators and owner have been told of it.
_declare(
    "contracting.Deliverable.decision_due_at",
    inward="milestones__deliverables__pk",
    outward="milestone__contract",
    running=lambda at: Deliverable.objects.pending().filter(
        milestone__contract__state=ContractState.IN_SERVICE, reminded_at__isnull=False, answer_due_at__lte=at
    ),
    started_at=lambda deliverable: deliverable.answer_due_at,
    moved=_decision_moved,
    days=lambda deliverable: policy_of(deliverable.milestone.contract).acceptance_decision_days,
)


def _dispute_moved(deliverable: Deliverable, moved: Moved) -> None:
    contract = deliverable.milestone.contract
    words = _words(moved, _("the time for deciding the dispute"))
    occasion, at = f"{moved.occasion}:dispute:{deliverable.pk}", ("contracting_console:decide", deliverable.pk)
    notices.tell_regulators(contract, occasion, at=at, turn=f"decide:{deliverable.pk}", **words)
    for party in (contract.owner, contract.intermediary):
        notices.tell(party, contract, occasion, **words)


_declare(
    "contracting.Deliverable.dispute_due_at",
    inward="milestones__deliverables__pk",
    outward="milestone__contract",
    running=lambda at: Deliverable.objects.filter(
        milestone__contract__state=ContractState.IN_SERVICE,
        milestone__state=MilestoneState.DISPUTED,
        decision="",
        dispute_due_at__gt=at,
    ),
    started_at=lambda deliverable: deliverable.answered_at,
    moved=_dispute_moved,
)


def _tell_owner(contract: Contract, moved: Moved, name: str, what: Text) -> None:
    occasion = f"{moved.occasion}:{name}"
    notices.tell(contract.owner, contract, occasion, **_words(moved, what))


_declare(
    "contracting.Contract.rating_due_at",
    inward="pk",
    running=lambda at: Contract.objects.filter(state=ContractState.COMPLETED, rating=None, rating_due_at__gt=at),
    started_at=lambda contract: contract.completed_at,
    moved=lambda contract, moved: _tell_owner(contract, moved, "rate", _("the time for rating the service")),
)
_declare(
    "contracting.ContractRating.change_due_at",
    inward="rating__pk",
    outward="contract",
    running=lambda at: ContractRating.objects.filter(changed_at=None, change_due_at__gt=at),
    started_at=lambda rating: rating.rated_at,
    moved=lambda rating, moved: _tell_owner(
        rating.contract, moved, "rating_change", _("the time for changing the rating")
    ),
)
