from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve

from marketplace.accounts.views.console import console_login
from marketplace.core.web import kept
from marketplace.core.web import views as core_views

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("api/v1/", include("marketplace.config.api")),
    path("console/login/", console_login),
    path("console/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

urlpatterns += i18n_patterns(
    path("", include("marketplace.ui.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("marketplace.accounts.urls")),
    path("", include("marketplace.catalogue.urls")),
    path("", include("credit.urls")),
    path("", include("marketplace.registry.urls")),
    path("", include("marketplace.tendering.urls")),
    path("", include("marketplace.contracting.urls")),
    path("", include("search.urls")),
    path("", include("cms.urls")),
    # Wagtail's addresses with its pages kept; that pattern takes every path and stands last.
    *(pattern for pattern in wagtail_urls.urlpatterns if pattern.name != "wagtail_serve"),
    re_path(wagtail_urls.serve_pattern, kept.for_visitors(serve), name="wagtail_serve"),
    prefix_default_language=False,
)

handler403 = "marketplace.core.web.views.forbidden"
