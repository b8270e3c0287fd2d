from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

SHEETS = ("css/tokens.css", "css/layout.css", "css/components.css", "css/forms.css", "css/console.css")
#: Wagtail's own help leads to addresses outside, which a closed network does not reach.
LEADS_OUTSIDE = ("help",)


@hooks.register("insert_global_admin_css")
def carry_the_tokens() -> SafeString:
    """The console looks like the site: its tokens and components over Wagtail's variables."""
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in SHEETS))


@hooks.register("insert_global_admin_js")
def name_what_is_drawn_without_a_name() -> SafeString:
    return format_html('<script src="{}" data-tags="{}"></script>', static("js/console.js"), _("Tags"))


@hooks.register("construct_homepage_summary_items")
def leave_out_the_counts(request: HttpRequest, summary_items: list[Component]) -> None:
    """How many pages and documents there are is no news to who works here, and Wagtail says it in English only."""
    summary_items.clear()


@hooks.register("construct_main_menu")
def leave_out_what_leads_outside(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in LEADS_OUTSIDE]
