from django.db.models import QuerySet

from marketplace.core.web.sitemaps import BilingualSitemap

from .models import ServiceItem


class ServiceSitemap(BilingualSitemap):
    def items(self) -> QuerySet[ServiceItem]:
        return ServiceItem.objects.open().order_by("code")
