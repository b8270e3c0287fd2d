from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from marketplace.core.web.sitemaps import BilingualSitemap

from .models import Award, WorkRequest


class RequestSitemap(BilingualSitemap):
    def items(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.public().only("number").order_by("pk")


class AwardSitemap(BilingualSitemap):
    def items(self) -> QuerySet[Award]:
        return Award.objects.live().select_related("work_request").only("work_request__number").order_by("pk")

    def location(self, item: Any) -> str:
        return reverse("tendering:award-detail", args=[item.work_request.number])
