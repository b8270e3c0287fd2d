from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import console
from .permissions import can_propose_event

urls = [
    path("", console.index, name="index"),
    path("propose/", console.ProposeEvent.as_view(), name="propose"),
    path("model/", console.model, name="model"),
    path("<str:number>/", console.DecideEvent.as_view(), name="decide"),
]


class ForRegulators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(can_propose_event(request.user))


class ForReaders(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(console.sees_console(request.user))


@hooks.register("register_admin_urls")
def credit_urls() -> list[URLResolver]:
    return [path("credit/", include((urls, "credit_console")))]


@hooks.register("register_admin_menu_item")
def events_item() -> MenuItem:
    return ForRegulators(
        _("Credit events"), reverse_lazy("credit_console:index"), name="credit", icon_name="clipboard-list", order=330
    )


@hooks.register("register_admin_menu_item")
def model_item() -> MenuItem:
    return ForReaders(
        _("Rating model and rules"),
        reverse_lazy("credit_console:model"),
        name="credit-model",
        icon_name="list-ul",
        order=420,
    )
