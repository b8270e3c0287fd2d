from django.urls import include, path
from rest_framework import mixins, routers, serializers, viewsets

from .filters import AwardFilter, RequestFilter
from .models import Award, RequestItem, WorkRequest


class RequestItemSerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="item.code")
    name_zh = serializers.CharField(source="item.name_zh")
    name_en = serializers.CharField(source="item.name_en")

    class Meta:
        model = RequestItem
        fields = ("code", "name_zh", "name_en", "base", "variant", "coefficients", "parameters", "standard_fee")


class RequestSerializer(serializers.ModelSerializer):
    """A published request; nothing about its bids."""

    owner = serializers.CharField(source="owner.name_zh")
    owner_uscc = serializers.CharField(source="owner.uscc", allow_null=True)
    items = RequestItemSerializer(source="request_items", many=True)

    class Meta:
        model = WorkRequest
        fields = (
            "number",
            "title",
            "status",
            "owner",
            "owner_uscc",
            "project_name",
            "project_code",
            "items",
            "government_investment",
            "fund_fiscal",
            "fund_state",
            "fund_social",
            "content",
            "scale",
            "method",
            "price_min",
            "price_max",
            "service_days",
            "signing_days",
            "min_grade",
            "published_at",
            "bids_close_at",
            "version",
            "announcement",
            "announcement_hash",
        )


class AwardSerializer(serializers.ModelSerializer):
    """A selection's result: whose turn it is, at which price and time."""

    number = serializers.CharField(source="work_request.number")
    title = serializers.CharField(source="work_request.title")
    owner = serializers.CharField(source="work_request.owner.name_zh")
    method = serializers.CharField(source="work_request.method")
    intermediary = serializers.CharField(source="intermediary.organisation.name_zh")
    uscc = serializers.CharField(source="intermediary.organisation.uscc")

    class Meta:
        model = Award
        fields = (
            "number",
            "title",
            "owner",
            "method",
            "intermediary",
            "uscc",
            "rank",
            "price",
            "days",
            "state",
            "publicity_started_at",
            "publicity_ends_at",
            "confirmed_at",
        )


class WorkRequestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Published requests, with the filters of the page."""

    serializer_class = RequestSerializer
    filterset_class = RequestFilter
    lookup_field = "number"
    lookup_value_regex = "[A-Z]+-[0-9]{4}-[0-9]+"

    def get_queryset(self):
        return WorkRequest.objects.public().for_list()


class AwardViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Results of selections, with the filters of the page."""

    serializer_class = AwardSerializer
    filterset_class = AwardFilter
    lookup_field = "work_request__number"
    lookup_url_kwarg = "number"
    lookup_value_regex = "[A-Z]+-[0-9]{4}-[0-9]+"

    def get_queryset(self):
        return Award.objects.live().for_list()


router = routers.SimpleRouter()
router.register("work-requests", WorkRequestViewSet, basename="work-request")
router.register("awards", AwardViewSet, basename="award")

urlpatterns = [path("", include(router.urls))]
