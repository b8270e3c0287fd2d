from typing import Any

from django import template

from marketplace.catalogue.legal_words import SELF_MADE_SHORT, WARNINGS
from marketplace.catalogue.models import ServiceItem

register = template.Library()


@register.inclusion_tag("catalogue/partials/item_warning.html")
def item_warning(item: ServiceItem) -> dict[str, Any]:
    """What to know before a request is posted: that no approval may simply ask for it, that one may do it oneself."""
    lead, text = WARNINGS.get(item.status, ("", "")) if item.is_warned_about else ("", "")
    return {"item": item, "lead": lead, "text": text, "self_made": SELF_MADE_SHORT.get(item.self_made, "")}
