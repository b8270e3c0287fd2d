"""`/api/v1/regulations/`: published regulations with the filters of the page."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import routers, serializers, viewsets

from .filters import RegulationFilter
from .models import RegulationPage
from .selectors import articles_by_regulation, items_by_regulation


class GovernedArticleSerializer(serializers.Serializer):
    """An article and the service that it is about; an empty article is not known."""

    service = serializers.CharField(source="item.code")
    article = serializers.CharField()
    role = serializers.CharField(help_text="required, self_made, payment, tender, conduct or fee")


class RegulationSerializer(serializers.ModelSerializer):
    """
    A document's facts. Nothing is verified while `reviewed_on` is null.

    `status` is today's, as it follows from the dates: "upcoming", "effective", "repealed" or "expired"; with
    "unverified" or "reference" nobody has checked whether it is in force. `checked` "memory": its number and dates
    were given from memory, so that even "effective" is what is believed.
    """

    document_no = serializers.CharField(source="regulation.document_no")
    title_zh = serializers.CharField(source="regulation.title_zh")
    title_en = serializers.CharField()
    issuer = serializers.CharField(source="regulation.issuer")
    issued_on = serializers.DateField(source="regulation.issued_on", allow_null=True)
    effective_on = serializers.DateField(source="regulation.effective_on", allow_null=True)
    status = serializers.CharField(source="regulation.status")
    level = serializers.CharField(source="regulation.level")
    topic = serializers.CharField(source="regulation.topic")
    repealed_on = serializers.DateField(source="regulation.repealed_on", allow_null=True)
    replaced_by: serializers.Field = serializers.SlugRelatedField(
        source="regulation.replaced_by", slug_field="document_no", read_only=True, allow_null=True
    )
    repealed_by: serializers.Field = serializers.SlugRelatedField(
        source="regulation.repealed_by", slug_field="document_no", read_only=True, allow_null=True
    )
    amended_by = serializers.ListField(
        source="regulation.amendments", child=serializers.CharField(), help_text="Document numbers."
    )
    confidence = serializers.CharField(source="regulation.confidence", help_text="high, medium or low")
    checked = serializers.CharField(source="regulation.checked", help_text="lookup, memory or uncertain")
    as_of = serializers.DateField(source="regulation.as_of", allow_null=True, help_text="State of knowledge.")
    reviewed_on = serializers.DateField(source="regulation.reviewed_on", allow_null=True)
    reviewed_by = serializers.CharField(source="regulation.reviewed_by")
    note = serializers.CharField(source="regulation.note", help_text="What is not sure, or has to be confirmed.")
    articles = serializers.SerializerMethodField(help_text="Its articles, and the services that they are about.")
    services = serializers.SerializerMethodField(help_text="How many service items it governs.")
    url = serializers.SerializerMethodField()

    class Meta:
        model = RegulationPage
        fields = [
            "document_no",
            "title_zh",
            "title_en",
            "issuer",
            "issued_on",
            "effective_on",
            "status",
            "level",
            "topic",
            "repealed_on",
            "replaced_by",
            "repealed_by",
            "amended_by",
            "confidence",
            "checked",
            "as_of",
            "reviewed_on",
            "reviewed_by",
            "note",
            "services",
            "articles",
            "summary",
            "summary_en",
            "url",
        ]

    @extend_schema_field(int)
    def get_services(self, page: RegulationPage) -> int:
        return len(self._of_all("governed", items_by_regulation)[page.regulation_id])

    @extend_schema_field(GovernedArticleSerializer(many=True))
    def get_articles(self, page: RegulationPage) -> Any:
        rows = self._of_all("articles", articles_by_regulation)[page.regulation_id]
        return GovernedArticleSerializer(rows, many=True).data

    def _of_all(self, name: str, read: Callable[[list[int]], dict[int, Any]]) -> dict[int, Any]:
        """Of every page of the answer at once: one query each way, not one a regulation."""
        context: dict[str, Any] = self.context  # type: ignore[assignment]
        if name not in context:
            shown: Any = self.parent.instance if self.parent is not None else [self.instance]
            context[name] = read([page.regulation_id for page in shown])
        found: dict[int, Any] = context[name]
        return found

    @extend_schema_field(str)
    def get_url(self, page: RegulationPage) -> Any:
        return page.regulation.get_absolute_url()


class RegulationViewSet(viewsets.ReadOnlyModelViewSet):
    """Regulations and fee standards, with what is in force and what is not."""

    queryset = RegulationPage.objects.none()
    serializer_class = RegulationSerializer
    filterset_class = RegulationFilter
    lookup_field = "regulation__document_no"
    lookup_url_kwarg = "document_no"
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> QuerySet[RegulationPage]:
        return RegulationPage.objects.published()


router = routers.SimpleRouter()
router.register("regulations", RegulationViewSet, basename="regulation")
urlpatterns = router.urls
