from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from marketplace.accounts.views.console import console_login
from marketplace.core import views as core_views

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("api/v1/", include("marketplace.config.api")),
    path("console/login/", console_login),
    path("console/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

urlpatterns += i18n_patterns(
    path("", include("marketplace.core.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("marketplace.accounts.urls")),
    path("", include("marketplace.catalogue.urls")),
    path("", include("credit.urls")),
    path("", include("marketplace.registry.urls")),
    path("", include("marketplace.tendering.urls")),
    path("", include("marketplace.contracting.urls")),
    path("", include("search.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler403 = "marketplace.core.views.forbidden"
