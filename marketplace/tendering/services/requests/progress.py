"""What contracting tells about an awarded request; who may do it, contracting has asked."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError

from ...models import Award, WorkRequest
from ..awarding.publicity import locked_award


class UnableToProceed(DomainError):
    """The request is not at that stage."""

    code = "unable-to-proceed"


@transaction.atomic
def mark_contracted(*, award_id: int, actor: User | None) -> WorkRequest:
    """The contract of a confirmed award is signed by both."""
    return _proceed(award_id, "record_contract", actor)


@transaction.atomic
def mark_in_service(*, award_id: int, actor: User | None) -> WorkRequest:
    return _proceed(award_id, "start_service", actor)


@transaction.atomic
def mark_completed(*, award_id: int, actor: User | None) -> WorkRequest:
    """The last deliverable is accepted."""
    return _proceed(award_id, "complete", actor, at=clock.now())


@transaction.atomic
def note_owner_unsigned(*, award_id: int, on: date) -> Award:
    """The owner has not signed in time: the award stands, the project may not be posted for 90 calendar days."""
    work_request, award = locked_award(award_id)
    if award.state != Award.State.CONFIRMED:
        raise UnableToProceed(_("The award notice has not been given."))
    if award.owner_unsigned_on is None:
        award.owner_unsigned_on = on
        award.save()
        audit.record(
            matter=work_request.audit_matter, action="award.owner_unsigned", actor=None, after={"on": on.isoformat()}
        )
    return award


def _proceed(award_id: int, transition: str, actor: User | None, **arguments: object) -> WorkRequest:
    work_request, award = locked_award(award_id)
    if award.state != Award.State.CONFIRMED:
        raise UnableToProceed(_("The award notice has not been given."))
    before = work_request.status
    try:
        getattr(work_request, transition)(**arguments)
    except TransitionNotAllowed as error:
        raise UnableToProceed(_("The request is not at this stage.")) from error
    work_request.save()
    audit.record(
        matter=work_request.audit_matter,
        action=f"request.{work_request.status}",
        actor=actor,
        before={"status": before},
        after={"status": work_request.status},
    )
    return work_request
