"""`/api/v1/`: every app's part under one schema."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include("marketplace.catalogue.api")),
    path("", include("credit.api")),
    path("", include("marketplace.registry.api")),
    path("", include("marketplace.tendering.api.urls")),
    path("", include("cms.api")),
]
