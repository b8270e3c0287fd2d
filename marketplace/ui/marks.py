"""Small marks: icons, tags, grades, stars."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from .templatetags.market import day

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite: hidden from readers beside text, named by `label` where it stands alone."""
    return _icon(name, "", css) if not label else _icon.__wrapped__(name, label, css)


# A page has some hundred icons of a few kinds. Typed, as "<" and the SafeString "<" are equal and not the same.
@lru_cache(maxsize=500, typed=True)
def _icon(name: str, label: str, css: str) -> SafeString:
    source = static("vendor/bootstrap-icons/sprite.svg")
    name_part = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" viewBox="0 0 16 16" {}><use href="{}#{}"></use></svg>', css, name_part, source, name
    )


@register.simple_tag
def tag(text: str, kind: str = "neutral", icon_name: str = "") -> SafeString:
    """A state in a word: info, success, warning, danger, neutral or plain."""
    sign = icon(icon_name) if icon_name else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, sign, text)


@register.simple_tag
def regulation_status(status: str) -> SafeString:
    """
    The status of a regulation (`Regulation.shown_status`), each with its sign.

    "reference" and "unverified" say that nobody has checked whether the document is still in force,
    "effective-unchecked" that it is believed to be, from memory.
    """
    text, kind, sign = {
        "upcoming": (_("Not in force yet"), "info", "clock"),
        "effective": (_("In force"), "success", "check-circle"),
        "effective-amended": (_("In force, as amended"), "success", "check-circle"),
        "effective-unchecked": (_("In force, not looked up"), "neutral", "question-circle"),
        "repealed": (_("Repealed"), "danger", "slash-circle"),
        "expired": (_("Expired"), "neutral", "clock"),
    }.get(status, (_("Status not verified"), "neutral", "question-circle"))
    return tag(text, kind, sign)


#: How a service's legal position, or what depends on it where it is in use, is marked in lists.
ITEM_MARKS = {
    "voluntary": (gettext_lazy("Voluntary"), "plain", "dash-circle"),
    "local": (gettext_lazy("Local rule only"), "info", "flag"),
    "unconfirmed": (gettext_lazy("Need not confirmed"), "warning", "question-circle"),
    "authority": (gettext_lazy("The authority pays"), "neutral", "bank"),
    "merged": (gettext_lazy("Part of another service"), "neutral", "arrow-right"),
    "approval": (gettext_lazy("For an approval"), "neutral", ""),
    "acceptance": (gettext_lazy("For acceptance"), "neutral", ""),
    "supervision": (gettext_lazy("A duty, no approval"), "neutral", ""),
}


@register.simple_tag
def item_mark(item: Any) -> SafeString:
    """The legal position of a service; of one in use, what it is for."""
    text, kind, sign = ITEM_MARKS.get(item.status) or ITEM_MARKS[item.tie]
    return tag(str(text), kind, sign)


@register.simple_tag
def grade(
    letter: str,
    score: Decimal | None = None,
    size: str = "",
    provisional: bool = False,
    warned_until: date | None = None,
    restricted_until: date | None = None,
    red_list: bool = False,
    stacked: bool = False,
) -> SafeString:
    """
    A credit grade: letter, score with two decimals, and tags for warned and restricted with their last day.

    Pages draw a firm's with {% standing %}, which cannot forget that it is provisional; this is for what is asked for.
    """
    kinds = (" grade-provisional" if provisional else "", f" grade-{size}" if size else "", " grade-stacked" * stacked)
    badge = format_html(
        '<span class="grade grade-{}{}"><span class="grade-letter"><span class="visually-hidden">{} </span>{}{}</span>'
        "{}</span>",
        letter.lower(),
        "".join(kinds),
        _("Credit grade"),
        letter,
        format_html('<span class="visually-hidden"> {}</span>', _("provisional")) if provisional else "",
        "" if score is None else format_html('<span class="grade-score">{}</span>', f"{Decimal(score):.2f}"),
    )
    tags = _standing_tags(warned_until=warned_until, restricted_until=restricted_until, red_list=red_list)
    return _in_a_row(badge, *tags)


@register.simple_tag
def standing(
    current: Any, size: str = "", tags: bool = True, stacked: bool = False, with_score: bool = True
) -> SafeString:
    """
    A firm's grade, provisional where it is: of a `credit.CurrentStanding`, of a day's standing, or as a bid records it.

    None, or a bid from before anything was recorded, is not rated yet. Tags are for a `CurrentStanding` alone.
    """
    if not current or not current.grade:
        return format_html('<span class="muted">{}</span>', _("Not rated"))
    until = {"warned_until": current.warned_until, "restricted_until": current.restricted_until} if tags else {}
    letter = str(getattr(current.grade, "value", current.grade))
    return grade(letter, current.score if with_score else None, size, current.provisional, stacked=stacked, **until)


@register.simple_tag
def standing_tags(current: Any, restriction: bool = True) -> SafeString:
    """
    What a grade says beside its letter: restricted or warned and until when, red list, provisional.

    :param current: a `credit.CurrentStanding` or a day's standing
    :param restriction: False where the page says by itself whether the firm can bid
    """
    if not current or not current.grade:
        return SafeString("")
    until = getattr(current, "thresholds", current)
    tags = _standing_tags(
        warned_until=until.warned_until if current.warned and not current.restricted else None,
        restricted_until=until.restricted_until if current.restricted and restriction else None,
        red_list=str(getattr(current.grade, "value", current.grade)) == "AAA",
        provisional=current.provisional,
    )
    return _in_a_row(*tags)


def _standing_tags(
    *, warned_until: date | None, restricted_until: date | None, red_list: bool, provisional: bool = False
) -> list[SafeString]:
    tags = []
    if restricted_until:
        words = _("Restricted until %(date)s") % {"date": day(restricted_until)}
        tags.append(tag(words, "danger", "slash-circle"))
    if warned_until:
        words = _("Warned until %(date)s") % {"date": day(warned_until)}
        tags.append(tag(words, "warning", "exclamation-triangle"))
    if red_list:
        tags.append(tag(pgettext("credit", "Red list"), "success", "award"))
    if provisional:
        tags.append(tag(_("Provisional grade"), "info", "hourglass-split"))
    return tags


def _in_a_row(*parts: SafeString) -> SafeString:
    return format_html_join(" ", "{}", ((part,) for part in parts))


@register.simple_tag
def party(who: Any) -> SafeString:
    """A side of a matter by its name, in the reader's language: an organisation, or a firm by its registration."""
    return format_html("{}", who or "—")


@register.simple_tag
def method(subject: Any, mark: bool = False) -> SafeString:
    """How a request selects, in a word; with `mark` as a tag."""
    words = str(subject.get_method_display())
    return tag(words) if mark else format_html("{}", words)


@register.inclusion_tag("components/stars.html")
def stars(value: Decimal | float) -> dict[str, Any]:
    """A rating of one to five with its number."""
    halves = round(float(value) * 2)
    signs = ["star-fill"] * (halves // 2) + ["star-half"] * (halves % 2)
    return {"signs": signs + ["star"] * (5 - len(signs)), "value": f"{Decimal(value):.2f}"}
