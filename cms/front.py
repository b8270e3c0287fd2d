"""What the home page says of its own; its other sections come from the apps (panel `home.main`)."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.catalogue.models import ServiceItem


def facts() -> dict[str, Any]:
    counts = ServiceItem.objects.open().aggregate(
        total=Count("pk"), with_standard=Count("pk", filter=Q(fee_schedule__isnull=False))
    )
    return {
        "service_count": counts["total"],
        "with_standard": counts["with_standard"],
        # The values are those of the search page's address.
        "scopes": [
            ("", pgettext("search", "All")),
            ("service", pgettext("search", "Services")),
            ("intermediary", pgettext("search", "Intermediaries")),
            ("request", pgettext("search", "Requests")),
            ("regulation", pgettext("search", "Regulations")),
        ],
        # Words by which people ask for a service, and which the search knows.
        "short_names": [_("EIA"), _("Drawing review"), _("Boundary survey"), _("Supervision"), _("Housing survey")],
    }
