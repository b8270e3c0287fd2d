"""The address of a page: its parameters, and the same page in the other language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.urls import get_script_prefix, reverse

register = template.Library()


@register.simple_tag
def home_url() -> str:
    """The home page in the language of this one."""
    return reverse("wagtail_serve", args=[""])


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, language: str) -> str:
    """The address of this page in the other language; the first language's have no prefix."""
    if "request" not in context:
        return "/"
    root = get_script_prefix()
    path = context["request"].get_full_path().removeprefix(root)
    for code, _name in settings.LANGUAGES:
        path = path.removeprefix(f"{code}/")
    return f"{root}{path}" if language == settings.LANGUAGE_CODE else f"{root}{language}/{path}"


def parameters(context: template.Context) -> QueryDict:
    return context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)


def query_with(context: template.Context, changes: Mapping[str, Any], drop: Sequence[tuple[str, str]] = ()) -> str:
    """The address's parameters with some replaced and single values of others dropped."""
    query = parameters(context)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    for name, value in drop:
        query.setlist(name, [each for each in query.getlist(name) if each != value])
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The address's parameters with some replaced; an empty value drops one."""
    return query_with(context, changes)
