"""Posting again what came to nothing, with one click."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, numbers
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require

from ... import permissions
from ...models import WorkRequest
from ...states import Status
from .copying import copy_fields, copy_lists, copy_rows


class UnableToRepost(DomainError):
    """It has been posted again already."""

    code = "unable-to-repost"


@transaction.atomic
def repost_request(*, request_id: int, actor: User) -> WorkRequest:
    """
    A new draft with everything that the old request said, but its deadline.

    :raises Refused: if it did not fail and was not terminated, or the actor does not act for the owner
    :raises UnableToRepost: if there is one already
    """
    old = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_repost(actor, old))
    if again := WorkRequest.objects.filter(reposted_from=old).first():
        raise UnableToRepost(_("It has been posted again as %(number)s.") % {"number": again.number})
    new = WorkRequest(
        number=numbers.next_number("MX"),
        owner=old.owner,
        created_by=actor,
        reposted_from=old,
        failures_before=old.failures_before + (old.status == Status.FAILED),
    )
    copy_fields(old, new)
    # It has passed; the owner sets a new one.
    new.bids_close_at = None
    new.save(force_insert=True)
    copy_lists(old, new)
    # What has been abolished in the meantime is not asked for again.
    new.qualifications.set(old.qualifications.demanded())
    copy_rows(old, new)
    audit.record(matter=new.audit_matter, action="request.reposted", actor=actor, after={"from": old.number})
    return new
