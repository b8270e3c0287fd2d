"""What the kinds of things are called on the search pages."""

from django.utils.translation import pgettext_lazy

from .models import Kind

LABELS = {
    Kind.SERVICE: pgettext_lazy("search", "Services"),
    Kind.INTERMEDIARY: pgettext_lazy("search", "Intermediaries"),
    Kind.REQUEST: pgettext_lazy("search", "Requests"),
    Kind.REGULATION: pgettext_lazy("search", "Regulations"),
    Kind.NOTICE: pgettext_lazy("search", "Notices"),
    Kind.GUIDE: pgettext_lazy("search", "Guides"),
}
EVERYTHING = pgettext_lazy("search", "Everything")


def scopes() -> list[tuple[str, object]]:
    """The choices of a search box: everything first."""
    return [("", EVERYTHING), *((str(kind), label) for kind, label in LABELS.items())]
