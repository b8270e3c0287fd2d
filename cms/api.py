"""`/api/v1/regulations/`: published regulations with the filters of the page."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import routers, serializers, viewsets

from .filters import RegulationFilter
from .models import RegulationPage
from .selectors import items_by_regulation


class RegulationSerializer(serializers.ModelSerializer):
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
            "services",
            "summary",
            "summary_en",
            "url",
        ]

    @extend_schema_field(int)
    def get_services(self, page: RegulationPage) -> int:
        return len(self._governed()[page.regulation_id])

    def _governed(self) -> dict[int, set[int]]:
        """Of every page of the answer at once: one query each way, not one a regulation."""
        context: dict[str, Any] = self.context  # type: ignore[assignment]
        if "governed" not in context:
            shown: Any = self.parent.instance if self.parent is not None else [self.instance]
            context["governed"] = items_by_regulation([page.regulation_id for page in shown])
        governed: dict[int, set[int]] = context["governed"]
        return governed

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
