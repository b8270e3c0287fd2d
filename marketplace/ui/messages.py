"""What the page says to the reader: notices, refusals, empty states."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .marks import icon

register = template.Library()

NOTICE_ICONS = {
    "info": "info-circle",
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "exclamation-octagon-fill",
    "plain": "info-circle",
}
MESSAGE_KINDS = {"debug": "plain", "info": "info", "success": "success", "warning": "warning", "error": "danger"}


def _gap(sentence: object) -> str:
    """The space behind a sentence; a Chinese full stop brings its own."""
    return "" if str(sentence).endswith(("。", "：", "，")) else " "


@register.simple_block_tag
def notice(content: str, kind: str = "info", lead: str = "", icon_name: str = "", role: str = "") -> SafeString:
    """{% notice "warning" lead="Sentence." %}more{% endnotice %}: info, success, warning, danger or plain."""
    return format_html(
        '<div class="notice notice-{}"{}>{}<div>{}{}</div></div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        icon(icon_name or NOTICE_ICONS[kind]),
        format_html("<b>{}</b>{}", lead, _gap(lead)) if lead else "",
        mark_safe(content.strip()),
    )


@register.filter
def message_kind(level_tag: str) -> str:
    """The notice of a Django message."""
    return MESSAGE_KINDS.get(level_tag, "info")


@register.simple_block_tag
def empty(content: str, title: str, action_url: str = "", action: str = "") -> SafeString:
    """An empty state: what there is not, why, and what to do next. Its content is more text or a `ul.link-list`."""
    button = format_html('<p><a class="btn btn-primary" href="{}">{}</a></p>', action_url, action) if action_url else ""
    before, mark, after = content.strip().partition("<ul")
    return format_html(
        '<div class="empty"><h2>{}</h2>{}{}{}</div>',
        title,
        mark_safe(f"<p>{before.strip()}</p>" if before.strip() else ""),
        button,
        mark_safe(mark + after),
    )


@register.simple_block_tag
def refused(content: str, lead: str, kind: str = "warning") -> SafeString:
    """A refusal: the reason in bold, then rule, and when or how it becomes possible."""
    return format_html(
        '<div class="notice notice-bar notice-{}"><b>{}</b>{}{}</div>',
        kind,
        lead,
        _gap(lead),
        mark_safe(content.strip()),
    )
