from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts.permissions import is_regulator

from .views import console

urls = [
    path("", console.registration_list, name="registration-list"),
    path("suspensions/", console.suspension_list, name="suspension-list"),
    path("suspensions/propose/<str:uscc>/", console.ProposeSuspension.as_view(), name="suspension-propose"),
    path("suspensions/<int:pk>/", console.DecideSuspension.as_view(), name="suspension-decide"),
    path("suspensions/<int:pk>/lift/", console.LiftSuspension.as_view(), name="suspension-lift"),
    path("<str:number>/", console.CheckRegistration.as_view(), name="registration-check"),
    path("<str:number>/save/", console.SaveFindings.as_view(), name="registration-save"),
    path("<str:number>/pass/", console.PassRegistration.as_view(), name="registration-pass"),
    path("<str:number>/return/", console.ReturnRegistration.as_view(), name="registration-return"),
]


class ForRegulators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(is_regulator(request.user))


@hooks.register("register_admin_urls")
def registry_urls() -> list[URLResolver]:
    return [path("registry/", include((urls, "registry_console")))]


@hooks.register("register_admin_menu_item")
def registrations_item() -> MenuItem:
    return ForRegulators(
        _("Registrations and qualifications"),
        reverse_lazy("registry_console:registration-list"),
        name="registrations",
        icon_name="group",
        order=310,
    )


@hooks.register("register_admin_menu_item")
def suspensions_item() -> MenuItem:
    return ForRegulators(
        _("Suspensions"),
        reverse_lazy("registry_console:suspension-list"),
        name="suspensions",
        icon_name="warning",
        order=360,
    )
