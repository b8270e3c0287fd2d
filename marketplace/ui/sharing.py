"""What search engines and those who pass a page on are told of it: its address, languages, and a sentence."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .addresses import in_language

register = template.Library()

#: What search engines show of a description.
LONGEST = 160
#: As hreflang writes them.
CODES = {"zh-hans": "zh-Hans"}


@register.inclusion_tag("components/sharing.html", takes_context=True)
def sharing(context: template.Context, title: Any = "", description: Any = "") -> dict[str, Any]:
    """The head's lines about a page; filters and sorting of a list are not another page, its number is."""
    request = context.get("request")
    words = " ".join(strip_tags(str(description or "")).split())
    found = {
        "title": str(title or _("Mingxuan, approval services market")),
        "description": Truncator(words or _("Choose the services that your approval needs, in the open.")).chars(
            LONGEST
        ),
    }
    if request is None:
        return found
    number = request.GET.get("page", "")
    query = f"?page={number}" if number.isdecimal() and number != "1" else ""
    addresses = {
        code: request.build_absolute_uri(in_language(context, code).partition("?")[0] + query)
        for code, _name in settings.LANGUAGES
    }
    return found | {
        "canonical": request.build_absolute_uri(request.path + query),
        "alternates": [(CODES.get(code, code), address) for code, address in addresses.items()],
        "default": addresses[settings.LANGUAGE_CODE],
        "picture": request.build_absolute_uri(f"{settings.STATIC_URL}img/sharing.png"),
    }
