"""What a collusion signal saw, in words."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.money import format_cny

from ..models import CollusionSignal

Kind = CollusionSignal.Kind


def words_for(signal: CollusionSignal) -> str:
    """One sentence with all its numbers."""
    seen = signal.seen
    if signal.kind in (Kind.STEPS, Kind.RATIOS):
        return _run(signal.kind, seen)
    if signal.kind == Kind.PAIR:
        return _pair(seen)
    return str(_SENTENCES[signal.kind]()) % (seen | _money(seen))


_SENTENCES: dict[str, Callable[[], str]] = {
    Kind.ADDRESS: lambda: _("%(firms)d firms filed from one address."),
    Kind.NETWORK: lambda: _("%(firms)d firms filed from one network, with %(addresses)d addresses."),
    Kind.DEVICE: lambda: _("%(firms)d of %(of)d firms filed from devices that describe themselves alike."),
    Kind.FILE: lambda: _("%(firms)d firms handed in the same file, byte for byte (SHA-256 %(sha256)s)."),
    Kind.AUTHOR: lambda: _("The files of %(firms)d firms name one author, %(author)s."),
    Kind.PASSAGES: lambda: _(
        "Two proposals share %(passages)d passages of 30 characters or more; the shorter one has %(of)d. "
        "The longest: “%(example)s”"
    ),
    Kind.EQUAL_PRICES: lambda: _("%(firms)d firms offered the same price, %(price)s."),
    Kind.ENDINGS: lambda: _("The prices of %(firms)d firms end in .%(ending)s, of %(of)d prices that end in fen."),
}


def _money(seen: dict[str, Any]) -> dict[str, str]:
    return {"price": format_cny(Decimal(seen["price"]))} if "price" in seen else {}


def _run(kind: str, seen: dict[str, Any]) -> str:
    numbers = seen | {"start": format_cny(Decimal(seen["from"]))}
    if kind == Kind.STEPS:
        numbers["step"] = format_cny(Decimal(seen["step"]))
        return _("%(count)d of %(of)d prices lie %(step)s apart, each from the next, from %(start)s on.") % numbers
    return _("Of %(of)d prices %(count)d are each %(step)s times the one before, from %(start)s on.") % numbers


def _pair(seen: dict[str, Any]) -> str:
    text = ngettext(
        "These two bid in %(together)d opening and never without each other; the first won %(first)d, "
        "the second %(second)d.",
        "These two bid in %(together)d openings and never without each other; the first won %(first)d, "
        "the second %(second)d.",
        seen["together"],
    ) % {key: seen[key] for key in ("together", "first", "second")}
    return f"{text} {_('They won in turn.')}" if seen["in_turn"] else text
