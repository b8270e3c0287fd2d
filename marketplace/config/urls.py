from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from django.conf.urls.i18n import i18n_patterns
from django.contrib.sitemaps import views as sitemaps
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve

from cms.sitemaps import PageSitemap
from marketplace.accounts.views.console import console_login
from marketplace.catalogue.sitemaps import ServiceSitemap
from marketplace.core.web import kept
from marketplace.core.web import views as core_views
from marketplace.core.web.robots import robots
from marketplace.registry.sitemaps import IntermediarySitemap
from marketplace.tendering.sitemaps import AwardSitemap, RequestSitemap

SITEMAPS = {
    "pages": PageSitemap,
    "services": ServiceSitemap,
    "intermediaries": IntermediarySitemap,
    "requests": RequestSitemap,
    "awards": AwardSitemap,
}

urlpatterns = [
    path("robots.txt", robots),
    path("favicon.ico", RedirectView.as_view(url=static("img/favicon.ico"))),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"}, name="sitemap"),
    path("sitemap-<str:section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-section"),
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("api/v1/", include("marketplace.config.api")),
    path("console/login/", console_login),
    path("console/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

urlpatterns += i18n_patterns(
    path("", include("marketplace.ui.urls")),
    # allauth asks for the present password where there is one; here somebody has none, but may have a key.
    path("accounts/password/set/", reauthentication_required(password_set), name="account_set_password"),
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

handler400 = "marketplace.core.web.unreadable.bad_request"
handler404 = "marketplace.core.web.unreadable.not_found"
handler403 = "marketplace.core.web.views.forbidden"
handler500 = "marketplace.core.web.views.failed"
