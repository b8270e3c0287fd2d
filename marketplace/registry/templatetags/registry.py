"""What the registry's templates need beyond the components."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from marketplace.core import clock
from marketplace.core.calendar import ClockFace, clock_face
from marketplace.registry.models import Offer, Registration
from marketplace.registry.wording import in_line

from ..presentation import filing_in_words
from ..states import RegistrationState

register = template.Library()


@register.filter
def price_words(offer: Offer) -> str:
    """An offer's price in words: ¥9,800.00, ¥1.36 / m², 14% off the standard."""
    return filing_in_words.price_words(offer.pricing, offer.amount, offer.unit)


@register.simple_tag(takes_context=True)
def without_filters(context: template.Context, names: Iterable[str]) -> str:
    """The list's address without some of its filters."""
    query = context["request"].GET.copy()
    for name in names:
        for parameter in (name, f"{name}_min", f"{name}_max"):
            query.pop(parameter, None)
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.filter
def get(mapping: Mapping[str, Any], name: str) -> Any:
    """A mapping's value by a name that the template has in a variable."""
    return mapping.get(name)


@register.filter
def face(registration: Registration) -> ClockFace | None:
    """The clock of a registration's check, once it has been filed."""
    if registration.filed_at is None or registration.due_at is None:
        return None
    return clock_face(
        registration.filed_at, registration.due_at, clock.now(), done=registration.state != RegistrationState.FILED
    )


register.filter("in_line", in_line)
