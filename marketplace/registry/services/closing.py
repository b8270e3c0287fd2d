from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import audit, clock
from marketplace.core.events import publish
from marketplace.core.permissions import require

from .. import notices, permissions
from ..events import IntermediaryChanged
from ..leaving import blockers_of
from ..models import Intermediary, Registration
from ..states import ON_THE_LIST
from .failures import UnableToLeave


@transaction.atomic
def leave_market(*, intermediary_id: int, reason: str, actor: User) -> Intermediary:
    """
    Leave the market; the record stays public as closed, an open change of particulars is dropped.

    :raises PermissionDenied: if the actor may not act for the firm
    :raises UnableToLeave: with what is still open: contracts, credit cases, a filing that is being checked
    """
    intermediary = Intermediary.objects.locked().select_related("organisation").get(pk=intermediary_id)
    require(permissions.can_manage(actor, intermediary))
    if intermediary.status not in ON_THE_LIST:
        raise UnableToLeave(_("Only a listed firm can leave the market."))
    reasons = blockers_of(intermediary)
    if intermediary.registrations.filed().exists():
        reasons.append(_("A change of particulars is being checked."))
    if reasons:
        raise UnableToLeave(
            _("The firm cannot leave yet: %(reasons)s") % {"reasons": " ".join(str(each) for each in reasons)}, reasons
        )
    for registration in intermediary.registrations.open().filter(kind=Registration.Kind.CHANGE):
        registration.withdraw()
        registration.save()
        audit.record(matter=registration.audit_matter, action="withdraw", actor=actor)
    intermediary.close(at=clock.now(), reason=reason.strip()[:2000])
    intermediary.save()
    audit.record(
        matter=intermediary.audit_matter, action="leave", actor=actor, after={"reason": intermediary.closing_reason}
    )
    notices.left(intermediary)
    publish(IntermediaryChanged(intermediary.pk))
    return intermediary
