"""The evaluators' pool: who is in it, whose numbers a request announces, and who is tied to whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from marketplace.accounts.models import Membership, Organisation
from marketplace.core import clock

from ..models import Evaluator, EvaluatorTie, WorkRequest
from ..rules import pool
from .ties import ties_at


def is_evaluator(user: Any) -> bool:
    """Whether a person is or was of the pool; asked once a page, by tab and duties alike."""
    if not hasattr(user, "_is_evaluator"):
        user._is_evaluator = user.pk is not None and Evaluator.objects.filter(user=user.pk).exists()
    return bool(user._is_evaluator)


def announced_pool(work_request: WorkRequest) -> list[int]:
    """
    The numbers that a request announces, ascending: all who are competent in one of its fields and free of its owner.

    Nobody picks them, so that nobody can pick them well.
    """
    fields = frozenset(work_request.items.values_list("category", flat=True))
    competent = [one for one in Evaluator.objects.active() if pool.is_competent(one.fields, fields)]
    tied = tied_to(competent, [work_request.owner])
    return [one.number for one in competent if one.pk not in tied]


def tied_to(evaluators: Collection[Evaluator], organisations: Iterable[Organisation]) -> set[int]:
    """The primary keys of the evaluators who are tied to one of some organisations, on what is recorded now."""
    parties = {party.pk for party in organisations}
    interests = _interests(evaluators)
    return pool.tied(interests, parties, ties_at(parties.union(*interests.values()), clock.now()))


def _interests(evaluators: Collection[Evaluator]) -> dict[int, set[int]]:
    """By evaluator, the organisations whose interests are theirs."""
    found: dict[int, set[int]] = defaultdict(set)
    declared = EvaluatorTie.objects.filter(evaluator__in=evaluators, ended_at=None)
    for evaluator, organisation in declared.values_list("evaluator", "organisation"):
        found[evaluator].add(organisation)
    of_user = {one.user_id: one.pk for one in evaluators}
    # Who has left a firm may have left it for the selection.
    for user, organisation in Membership.objects.filter(user__in=of_user).values_list("user", "organisation"):
        found[of_user[user]].add(organisation)
    codes = {one.employer_code for one in evaluators if one.employer_code}
    by_code = dict(Organisation.objects.filter(uscc__in=codes).values_list("uscc", "pk"))
    for each in evaluators:
        if each.employer_code in by_code:
            found[each.pk].add(by_code[each.employer_code])
    return found
