from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts.permissions import is_operator, is_regulator

from .views import console, origins, pool, signals

urls = [
    path("", console.index, name="index"),
    path("<str:number>/review/", console.Review.as_view(), name="review"),
    path("<str:number>/review/publish/", console.PublishReviewed.as_view(), name="review-publish"),
    path("<str:number>/review/return/", console.ReturnReviewed.as_view(), name="review-return"),
    path("<str:number>/objections/", console.DecideObjections.as_view(), name="objections"),
    path("<str:number>/direct/", console.DirectSelection.as_view(), name="direct"),
    path("<str:number>/direct/allow/", console.AllowDirect.as_view(), name="direct-allow"),
    path("<str:number>/direct/refuse/", console.RefuseDirect.as_view(), name="direct-refuse"),
    path("<str:number>/public-value/", console.EnterValue.as_view(), name="public-value"),
    path("<str:number>/signals/", signals.signals, name="signals"),
    path("<str:number>/origins/", origins.Origins.as_view(), name="origins"),
    path("<str:number>/origins/ask/", origins.AskForOrigins.as_view(), name="origins-ask"),
    path("<str:number>/origins/grant/", origins.GrantOrigins.as_view(), name="origins-grant"),
    path("<str:number>/origins/refuse/", origins.RefuseOrigins.as_view(), name="origins-refuse"),
    path("<str:number>/origins/show/", origins.ShowOrigins.as_view(), name="origins-show"),
    path("<str:number>/suspend/", console.Suspend.as_view(), name="suspend"),
    path("<str:number>/resume/", console.Resume.as_view(), name="resume"),
    path("<str:number>/void/", console.Void.as_view(), name="void"),
]


pool_urls = [
    path("", pool.index, name="index"),
    path("admit/", pool.Admit.as_view(), name="admit"),
    path("<int:number>/", pool.ChangeEvaluator.as_view(), name="evaluator"),
    path("<int:number>/ties/", pool.DeclareTie.as_view(), name="tie"),
    path("<int:number>/ties/<int:pk>/end/", pool.EndTie.as_view(), name="tie-end"),
    path("<int:number>/retire/", pool.Retire.as_view(), name="retire"),
    path("<int:number>/readmit/", pool.Readmit.as_view(), name="readmit"),
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
