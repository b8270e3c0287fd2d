"""What other apps report: ratings, engagements, process steps, completions. Rows only; corrections are rows too."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from credit.models import Completion, Engagement, ProcessStep, Review, ReviewChange
from credit.models.records import ASPECTS
from marketplace.accounts.models import Organisation, User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError

from .standings import refresh_standing


class UnableToRecord(DomainError):
    """A row that contradicts one that is there already."""

    code = "unable-to-record"


def _locked(organisation: Organisation) -> Organisation:
    # The subject is locked first, so that two writes queue and the later one's standing counts both.
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def _recorded(subject: Organisation, action: str, actor: User | None, **after: Any) -> None:
    audit.record(matter=f"credit:{subject.uscc or subject.pk}", action=action, actor=actor, after=after)
    refresh_standing(subject)


@transaction.atomic
def record_review(
    *,
    subject: Organisation,
    client: Organisation,
    contract_no: str,
    rated_at: datetime,
    stars: dict[str, int],
    related: bool = False,
    actor: User | None = None,
) -> Review:
    """
    Count a client's rating of one contract.

    :param stars: 1 to 5 for each of quality, timeliness, attitude, fees, compliance
    :param related: whether the client is related to the intermediary; the rating is then left out
    :raises UnableToRecord: if the contract has a rating already, or an aspect is missing or out of range
    """
    subject = _locked(subject)
    aspects = _aspects(stars)
    if Review.objects.filter(contract_no=contract_no).exists():
        raise UnableToRecord(_("This contract has been rated already."))
    review = Review.objects.create(
        subject=subject,
        client=client,
        contract_no=contract_no,
        rated_at=rated_at,
        related=related,
        recorded_at=clock.now(),
        **aspects,
    )
    _recorded(subject, "review.recorded", actor, contract=contract_no, stars=aspects, related=related)
    return review


@transaction.atomic
def record_review_change(*, contract_no: str, stars: dict[str, int], actor: User | None = None) -> ReviewChange:
    """
    Count the changed stars of a rating from tomorrow on; its weight stays that of the first rating's date.

    :raises UnableToRecord: if there is no rating of this contract, or it has been changed before
    """
    review = Review.objects.select_related("subject").filter(contract_no=contract_no).first()
    if review is None:
        raise UnableToRecord(_("This contract has not been rated yet."))
    subject = _locked(review.subject)
    aspects = _aspects(stars)
    if ReviewChange.objects.filter(review=review).exists():
        raise UnableToRecord(_("This rating has been changed once already."))
    change = ReviewChange.objects.create(review=review, recorded_at=clock.now(), **aspects)
    _recorded(subject, "review.changed", actor, contract=contract_no, stars=aspects)
    return change


def _aspects(stars: dict[str, int]) -> dict[str, int]:
    errors = {aspect: _("Choose 1 to 5 stars.") for aspect in ASPECTS if stars.get(aspect) not in range(1, 6)}
    if errors:
        raise UnableToRecord(_("Every aspect needs 1 to 5 stars."), errors)
    return {aspect: stars[aspect] for aspect in ASPECTS}


@transaction.atomic
def record_engagement(
    *,
    subject: Organisation,
    client: Organisation,
    number: str,
    dated_on: date,
    replaces: str = "",
    actor: User | None = None,
) -> Engagement:
    """
    Enter a contract, or an award that stands for its contract, dated by its notice, until that is signed.

    The same call again changes nothing.

    :param number: the award's number, then the contract's
    :param replaces: with a signed contract, the number of the award that stood for it
    """
    subject = _locked(subject)
    engagement, created = Engagement.objects.get_or_create(
        subject=subject,
        number=number,
        defaults={
            "client": client,
            "dated_on": dated_on,
            "replaces": Engagement.objects.filter(subject=subject, number=replaces).first() if replaces else None,
            "recorded_at": clock.now(),
        },
    )
    if created:
        _recorded(subject, "engagement.recorded", actor, number=number, dated_on=str(dated_on), replaces=replaces)
    return engagement


@transaction.atomic
def record_step(
    *,
    subject: Organisation,
    client: Organisation,
    contract_no: str,
    contract_on: date,
    kind: str,
    due_on: date,
    kept: bool,
    own_fault: bool = True,
    sequence: int = 0,
    actor: User | None = None,
) -> ProcessStep:
    """
    Record whether a process step was kept; it counts from the day it falls due. The same call again changes nothing.

    :param kind: "signing", "delivery", "acceptance" or "no_withdrawal"
    :param sequence: the milestone's position, which tells a contract's deliveries apart
    :param own_fault: false where the delay was not the intermediary's own; the step then does not count
    :raises UnableToRecord: if the step was recorded with another finding; that takes `correct_step`
    """
    subject = _locked(subject)
    finding = {"due_on": due_on, "kept": kept, "own_fault": own_fault}
    step, created = ProcessStep.objects.get_or_create(
        subject=subject,
        contract_no=contract_no,
        kind=ProcessStep.Kind(kind),
        sequence=sequence,
        corrects=None,
        defaults={
            "client": client,
            "contract_on": contract_on,
            "recorded_at": clock.now(),
            **finding,
        },
    )
    if created:
        _recorded(subject, "step.recorded", actor, step=str(step), due_on=str(due_on), kept=kept, own_fault=own_fault)
    elif any(getattr(step, field) != value for field, value in finding.items()):
        raise UnableToRecord(_("This step has been recorded with another finding."))
    return step


@transaction.atomic
def correct_step(
    *, step: ProcessStep, kept: bool, own_fault: bool, reason: str, due_on: date | None = None, actor: User
) -> ProcessStep:
    """
    Replace a step's finding from tomorrow on; the score of the days up to today stays.

    :param reason: why, for the audit trail
    :raises UnableToRecord: if the row has been corrected already; the correction is corrected then
    """
    subject = _locked(step.subject)
    if ProcessStep.objects.filter(corrects=step).exists():
        raise UnableToRecord(_("This step has been corrected already."))
    correction = ProcessStep.objects.create(
        subject=subject,
        client=step.client,
        contract_no=step.contract_no,
        contract_on=step.contract_on,
        kind=step.kind,
        sequence=step.sequence,
        due_on=due_on or step.due_on,
        kept=kept,
        own_fault=own_fault,
        corrects=step,
        recorded_at=clock.now(),
    )
    _recorded(subject, "step.corrected", actor, step=str(step), kept=kept, own_fault=own_fault, reason=reason)
    return correction


@transaction.atomic
def record_completion(
    *,
    subject: Organisation,
    client: Organisation,
    contract_no: str,
    completed_on: date,
    actor: User | None = None,
) -> Completion:
    """Count a completed contract. The same call again changes nothing."""
    subject = _locked(subject)
    completion, created = Completion.objects.get_or_create(
        contract_no=contract_no,
        defaults={
            "subject": subject,
            "client": client,
            "completed_on": completed_on,
            "recorded_at": clock.now(),
        },
    )
    if created:
        _recorded(subject, "completion.recorded", actor, contract=contract_no, completed_on=str(completed_on))
    return completion
