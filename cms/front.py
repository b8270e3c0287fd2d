"""What the home page says of its own; its other sections come from the apps (panel `home.main`)."""

from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.catalogue.models import ServiceItem

KEPT_SECONDS = 300


def facts() -> dict[str, Any]:
    priced = ServiceItem.objects.open().filter(fee_schedule__isnull=False)
    return {
        "with_standard": cache.get_or_set("cms.front.with_standard", priced.count, KEPT_SECONDS),
        # The values are those of the search page's address.
        "scopes": [
            ("", pgettext("search", "All")),
            ("service", pgettext("search", "Services")),
            ("intermediary", pgettext("search", "Intermediaries")),
            ("request", pgettext("search", "Requests")),
            ("regulation", pgettext("search", "Regulations")),
            ("notice", pgettext("search", "Notices")),
            ("guide", pgettext("search", "Guides")),
        ],
        # Words by which people ask for a service, and which the search knows.
        "short_names": [_("EIA"), _("Drawing review"), _("Boundary survey"), _("Supervision"), _("Housing survey")],
    }
