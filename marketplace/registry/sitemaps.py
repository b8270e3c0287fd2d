from django.db.models import QuerySet

from marketplace.core.web.sitemaps import BilingualSitemap

from .models import Intermediary


class IntermediarySitemap(BilingualSitemap):
    def items(self) -> QuerySet[Intermediary]:
        return Intermediary.objects.public().select_related("organisation").order_by("pk")
