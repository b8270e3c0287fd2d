"""The clock of a registration that is being checked, for when the calendar of working days changes."""

from marketplace.core.additions import recounting

from . import notices
from .models import Registration

recounting.declare(
    "registry.Registration.due_at",
    running=lambda at: Registration.objects.filed().filter(due_at__gt=at).select_related("intermediary__organisation"),
    started_at=lambda registration: registration.filed_at,
    hold=lambda row_id: Registration.objects.locked().get(pk=row_id),
    matter=lambda registration: registration.audit_matter,
    moved=notices.check_moved,
)
