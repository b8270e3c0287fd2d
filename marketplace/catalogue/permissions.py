"""Who may ask for a service, with the reason of a no."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core.permissions import Decision, no, yes

from .models import ServiceItem
from .states import OF_AUTHORITIES


def can_be_asked_for(item: ServiceItem, owner: Organisation) -> Decision:
    """
    Whether an owner can post a request for a service.

    Any legal position will do but two: what is part of another service leads there, and what an authority pays for
    its own procedure is posted by an authority alone (国务院令第722号 art. 43).
    """
    if not item.is_open:
        return no(_("This service is no longer in the catalogue."))
    if item.merged_into is not None:
        return no(
            format_lazy(
                _("“{name}” is part of “{other}” ({code}) and is not asked for by itself. Choose that service."),
                name=item.name,
                other=item.merged_into.name,
                code=item.merged_into.code,
            )
        )
    if item.status in OF_AUTHORITIES and owner.kind != Organisation.Kind.AUTHORITY:
        return no(_("The authority pays for this service and posts the request itself."))
    return yes()
