from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts.permissions import is_regulator

from .views import console

urls = [
    path("", console.index, name="index"),
    path("deliverables/<int:pk>/", console.Decide.as_view(), name="decide"),
    path("<str:number>/terminate/", console.Terminate.as_view(), name="terminate"),
]


class ForRegulators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_regulator(request.user))


@hooks.register("register_admin_urls")
def contract_urls() -> list[URLResolver]:
    return [path("contracts/", include((urls, "contracting_console")))]


@hooks.register("register_admin_menu_item")
def contracts_item() -> MenuItem:
    return ForRegulators(
        _("Acceptance and disputes"),
        reverse_lazy("contracting_console:index"),
        name="contracts",
        icon_name="time",
        order=340,
    )
