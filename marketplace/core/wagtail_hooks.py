from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks

SHEETS = ("css/tokens.css", "css/layout.css", "css/components.css", "css/forms.css", "css/console.css")


@hooks.register("insert_global_admin_css")
def carry_the_tokens() -> SafeString:
    """The console looks like the site: its tokens and components over Wagtail's variables."""
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in SHEETS))
