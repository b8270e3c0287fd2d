from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts.permissions import is_operator, is_regulator

from .views import console, pool, signals

urls = [
    path("", console.index, name="index"),
    path("<str:number>/review/", console.review, name="review"),
    path("<str:number>/objections/", console.objections, name="objections"),
    path("<str:number>/direct/", console.direct_selection, name="direct"),
    path("<str:number>/public-value/", console.enter_value, name="public-value"),
    path("<str:number>/signals/", signals.signals, name="signals"),
    path("<str:number>/suspend/", console.suspend, name="suspend"),
    path("<str:number>/resume/", console.resume, name="resume"),
    path("<str:number>/void/", console.void, name="void"),
]


pool_urls = [
    path("", pool.index, name="index"),
    path("admit/", pool.admit, name="admit"),
    path("<int:number>/", pool.evaluator, name="evaluator"),
    path("<int:number>/ties/", pool.declare_tie, name="tie"),
    path("<int:number>/ties/<int:pk>/end/", pool.end_tie, name="tie-end"),
    path("<int:number>/retire/", pool.retire, name="retire"),
    path("<int:number>/readmit/", pool.readmit, name="readmit"),
]


class ForOperators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_operator(request.user))


class ForStaff(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_operator(request.user)) or bool(is_regulator(request.user))


@hooks.register("register_admin_urls")
def tendering_urls() -> list[URLResolver]:
    return [
        path("requests/", include((urls, "tendering_console"))),
        path("evaluators/", include((pool_urls, "tendering_pool"))),
    ]


@hooks.register("register_admin_menu_item")
def requests_item() -> MenuItem:
    return ForStaff(
        _("Requests and objections"),
        reverse_lazy("tendering_console:index"),
        name="requests",
        icon_name="doc-full",
        order=320,
    )


@hooks.register("register_admin_menu_item")
def pool_item() -> MenuItem:
    return ForOperators(
        _("Evaluators' pool"), reverse_lazy("tendering_pool:index"), name="evaluators", icon_name="user", order=330
    )
