"""The evaluators' pool, kept by the market operator; every change stands in the evaluator's own trail."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.permissions import is_operator
from marketplace.catalogue.models import Category
from marketplace.core import audit, clock, numbers
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import require

from ... import permissions
from ...failures import joined
from ...models import Evaluator, EvaluatorTie


class UnableToKeepPool(DomainError):
    """The pool cannot take what was entered; nothing changed."""

    code = "unable-to-keep-pool"


@transaction.atomic
def admit_evaluator(
    *, user: User, fields: Sequence[str], employer: str, employer_code: str = "", actor: User
) -> Evaluator:
    """
    Take a person into the pool under the next number.

    :param fields: codes of `catalogue.Category`
    :param employer_code: compact and checked, or empty
    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: at the field that is missing, or for a person who is in the pool or manages it
    """
    require(permissions.can_keep_pool(actor))
    errors = _errors(fields, employer)
    if Evaluator.objects.filter(user=user).exists():
        errors["email"] = _("This person is in the pool already; who has left it is taken back on their own page.")
    elif is_operator(user):
        errors["email"] = _("Who manages the pool cannot be in it.")
    if errors:
        raise UnableToKeepPool(joined(list(errors.values())), errors)
    evaluator = Evaluator.objects.create(
        number=numbers.next_in("evaluators"),
        user=user,
        fields=sorted(set(fields)),
        employer=employer.strip(),
        employer_code=employer_code,
        admitted_at=clock.now(),
    )
    _record(evaluator, "evaluator.admitted", actor, after={"user": user.pk, **_plain(evaluator)})
    return evaluator


@transaction.atomic
def change_evaluator(
    *, evaluator_id: int, fields: Sequence[str], employer: str, employer_code: str = "", actor: User
) -> Evaluator:
    """
    Change competence and employer; what is announced already stays.

    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: at the field that is missing
    """
    require(permissions.can_keep_pool(actor))
    if errors := _errors(fields, employer):
        raise UnableToKeepPool(joined(list(errors.values())), errors)
    evaluator = _locked(evaluator_id)
    before = _plain(evaluator)
    evaluator.fields = sorted(set(fields))
    evaluator.employer, evaluator.employer_code = employer.strip(), employer_code
    evaluator.save()
    if before != _plain(evaluator):
        _record(evaluator, "evaluator.changed", actor, before=before, after=_plain(evaluator))
    return evaluator


@transaction.atomic
def declare_evaluator_tie(*, evaluator_id: int, organisation: Organisation, ground: str, actor: User) -> EvaluatorTie:
    """
    Record a tie that an evaluator has declared; from now on it keeps them from marking where that organisation bids.

    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: if it stands already, or names no ground
    """
    require(permissions.can_keep_pool(actor))
    evaluator = _locked(evaluator_id)
    if ground not in EvaluatorTie.Ground.values:
        raise UnableToKeepPool(_("Choose a ground."), {"ground": _("Choose a ground.")})
    if evaluator.ties.filter(organisation=organisation, ended_at=None).exists():
        message = _("A tie to this organisation stands already.")
        raise UnableToKeepPool(message, {"uscc": message})
    tie = EvaluatorTie.objects.create(
        evaluator=evaluator, organisation=organisation, ground=ground, declared_at=clock.now()
    )
    _record(evaluator, "evaluator.tie_declared", actor, after={"organisation": organisation.uscc, "ground": ground})
    return tie


@transaction.atomic
def end_evaluator_tie(*, evaluator_id: int, tie_id: int, actor: User) -> EvaluatorTie:
    """
    Note that a tie has ended; it stays on the record.

    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: if it has ended or is another's
    """
    require(permissions.can_keep_pool(actor))
    evaluator = _locked(evaluator_id)
    tie = evaluator.ties.select_related("organisation").filter(pk=tie_id, ended_at=None).first()
    if tie is None:
        raise UnableToKeepPool(_("This tie has ended already."))
    tie.ended_at = clock.now()
    tie.save()
    _record(
        evaluator, "evaluator.tie_ended", actor, before={"organisation": tie.organisation.uscc, "ground": tie.ground}
    )
    return tie


@transaction.atomic
def retire_evaluator(*, evaluator_id: int, actor: User) -> Evaluator:
    """
    Note that an evaluator has left the pool; who marks already goes on to the end.

    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: if they have left already
    """
    require(permissions.can_keep_pool(actor))
    evaluator = _locked(evaluator_id)
    if not evaluator.is_active:
        raise UnableToKeepPool(_("This evaluator has left the pool already."))
    evaluator.left_at = clock.now()
    evaluator.save()
    _record(evaluator, "evaluator.left", actor)
    return evaluator


@transaction.atomic
def readmit_evaluator(*, evaluator_id: int, actor: User) -> Evaluator:
    """
    Take an evaluator who had left back into the pool, under the same number.

    :raises Refused: if the actor is no clerk of the operator
    :raises UnableToKeepPool: if they are in it, or manage it now
    """
    require(permissions.can_keep_pool(actor))
    evaluator = _locked(evaluator_id)
    if evaluator.is_active:
        raise UnableToKeepPool(_("This evaluator is in the pool."))
    if is_operator(evaluator.user):
        raise UnableToKeepPool(_("Who manages the pool cannot be in it."))
    evaluator.left_at = None
    evaluator.save()
    _record(evaluator, "evaluator.readmitted", actor)
    return evaluator


def _locked(evaluator_id: int) -> Evaluator:
    return Evaluator.objects.select_for_update(of=("self",)).select_related("user").get(pk=evaluator_id)


def _errors(fields: Sequence[str], employer: str) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not fields or not set(fields) <= set(Category.values):
        errors["fields"] = _("Choose at least one field of competence.")
    if not employer.strip():
        errors["employer"] = _("Name the employer; for a person without one, say so.")
    return errors


def _plain(evaluator: Evaluator) -> dict[str, Any]:
    return {
        "fields": evaluator.fields,
        "employer": evaluator.employer,
        "employer_code": evaluator.employer_code,
    }


def _record(
    evaluator: Evaluator, action: str, actor: User, before: dict | None = None, after: dict | None = None
) -> None:
    audit.record(matter=evaluator.audit_matter, action=action, actor=actor, before=before, after=after)
