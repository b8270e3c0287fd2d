from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock, events
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from .. import crediting, notices, permissions
from ..choices import Party
from ..events import ContractRated
from ..models import ASPECTS, ContractRating
from .locking import demand, lock_contract, policy_of


class UnableToRate(DomainError):
    code = "unable-to-rate"


class UnableToReply(DomainError):
    code = "unable-to-reply-to-rating"


@transaction.atomic
def rate_contract(*, contract_id: int, stars: Mapping[str, int], actor: User, comment: str = "") -> ContractRating:
    """
    Rate a completed contract, once; the rating moves the intermediary's credit score.

    :param stars: 1 to 5 for each of quality, timeliness, attitude, fees, compliance
    :raises Refused: unless the actor acts for the owner
    :raises UnableToRate: before completion, after the policy's days, a second time, or with an aspect missing
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.OWNER))
    demand(permissions.rating_is_open(contract, clock.now()), UnableToRate)
    now = clock.now()
    rating = ContractRating.objects.create(
        contract=contract,
        **_checked(stars),
        comment=comment.strip(),
        rated_by=actor,
        rated_at=now,
        change_due_at=calendar.end_of_working_day(clock.date_of(now), policy_of(contract).rating_change_days),
    )
    crediting.count_rating(rating, actor=actor)
    _note(rating, "rated", actor)
    notices.tell(
        contract.intermediary,
        contract,
        "rated",
        subject=_("Contract %(number)s has been rated"),
        body=_("%(owner)s has rated “%(title)s” with %(mean)s of 5. You can reply once."),
        mean=rating.mean,
    )
    return rating


@transaction.atomic
def change_rating(*, contract_id: int, stars: Mapping[str, int], actor: User, comment: str = "") -> ContractRating:
    """
    Change a rating, once, within the policy's days; it weighs from the first rating's date.

    :raises Refused: unless the actor acts for the owner
    :raises UnableToRate: if there is none, a second time, or too late
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.OWNER))
    rating = ContractRating.objects.filter(contract=contract).first()
    if rating is None:
        raise UnableToRate(_("This contract has not been rated."))
    rating.contract = contract
    demand(permissions.rating_change_is_open(rating, clock.now()), UnableToRate)
    checked = _checked(stars)
    before = _facts(rating)
    for aspect, value in checked.items():
        setattr(rating, aspect, value)
    rating.comment, rating.changed_at, rating.before_change = comment.strip(), clock.now(), before
    rating.save()
    crediting.count_rating_change(rating, actor=actor)
    _note(rating, "rating changed", actor, before=before)
    notices.tell(
        contract.intermediary,
        contract,
        "rating_changed",
        subject=_("The rating of contract %(number)s has been changed"),
        body=_("%(owner)s has changed the rating of “%(title)s” to %(mean)s of 5."),
        mean=rating.mean,
    )
    return rating


@transaction.atomic
def reply_to_rating(*, contract_id: int, reply: str, actor: User) -> ContractRating:
    """
    Reply to a rating, once; the reply stands beside it in public.

    :raises Refused: unless the actor acts for the intermediary
    :raises UnableToReply: if there is no rating, a second time, or without a text
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.INTERMEDIARY))
    rating = ContractRating.objects.filter(contract=contract).first()
    if rating is None:
        raise UnableToReply(_("This contract has not been rated."))
    demand(permissions.reply_is_open(rating), UnableToReply)
    if not reply.strip():
        fault = _("Write the reply.")
        raise UnableToReply(fault, {"reply": fault})
    rating.reply, rating.replied_at, rating.replied_by = reply.strip(), clock.now(), actor
    rating.save(update_fields=["reply", "replied_at", "replied_by"])
    audit.record(matter=contract.audit_matter, action="rating replied to", actor=actor, after={"reply": rating.reply})
    notices.tell(
        contract.owner,
        contract,
        "replied",
        subject=_("Reply to the rating of contract %(number)s"),
        body=_("%(intermediary)s has replied to your rating of “%(title)s”."),
    )
    return rating


def _checked(stars: Mapping[str, int]) -> dict[str, int]:
    missing = {aspect: _("Choose 1 to 5 stars.") for aspect in ASPECTS if stars.get(aspect) not in range(1, 6)}
    if missing:
        raise UnableToRate(_("Every aspect needs 1 to 5 stars."), missing)
    return {aspect: stars[aspect] for aspect in ASPECTS}


def _facts(rating: ContractRating) -> dict[str, object]:
    return {**{aspect: getattr(rating, aspect) for aspect in ASPECTS}, "comment": rating.comment}


def _note(rating: ContractRating, action: str, actor: User, before: dict[str, object] | None = None) -> None:
    audit.record(matter=rating.contract.audit_matter, action=action, actor=actor, before=before, after=_facts(rating))
    events.publish(ContractRated(rating.contract_id))
