from django.urls import include, path
from rest_framework import routers

from .filings import FilingView
from .requests import AwardViewSet, WorkRequestViewSet

router = routers.SimpleRouter()
router.register("work-requests", WorkRequestViewSet, basename="work-request")
router.register("awards", AwardViewSet, basename="award")

urlpatterns = [
    path("work-requests/<str:number>/bids/", FilingView.as_view(), name="filing"),
    path("", include(router.urls)),
]
