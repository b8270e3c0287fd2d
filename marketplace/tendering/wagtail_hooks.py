from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts.permissions import is_operator, is_regulator

from .views import console

urls = [
    path("", console.index, name="index"),
    path("<str:number>/review/", console.review, name="review"),
    path("<str:number>/objections/", console.objections, name="objections"),
    path("<str:number>/suspend/", console.suspend, name="suspend"),
    path("<str:number>/resume/", console.resume, name="resume"),
    path("<str:number>/void/", console.void, name="void"),
]


class ForStaff(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_operator(request.user)) or bool(is_regulator(request.user))


@hooks.register("register_admin_urls")
def tendering_urls() -> list[URLResolver]:
    return [path("requests/", include((urls, "tendering_console")))]


@hooks.register("register_admin_menu_item")
def requests_item() -> MenuItem:
    return ForStaff(
        _("Requests and objections"),
        reverse_lazy("tendering_console:index"),
        name="requests",
        icon_name="doc-full",
        order=320,
    )
