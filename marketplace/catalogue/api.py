from typing import Any

from django.db.models import QuerySet
from django.urls import include, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from marketplace.core.web.api import InItsLanguage

from .filters import ServiceItemFilter
from .models import FeeSchedule, LegalBasis, ServiceItem
from .services import calculate_by_code
from .states import RegulationStatus


class LegalBasisSerializer(serializers.ModelSerializer):
    """
    An article of a document and what it says of the service, in the market's own words.

    `status` is the document's: "unverified" and "reference" mean that nobody has checked whether it is in force;
    `document_checked` and `checked` say how the document and the article's number were looked up, or whether they
    were given from memory. An empty `article` is not known.
    """

    document_no = serializers.CharField(source="regulation.document_no")
    title = serializers.CharField(source="regulation.title")
    status = serializers.ChoiceField(source="regulation.status", choices=RegulationStatus.choices)
    document_checked = serializers.CharField(source="regulation.checked", help_text="lookup, memory or uncertain")
    checked = serializers.CharField(help_text="Of the article's number: lookup, memory, uncertain, or empty.")

    class Meta:
        model = LegalBasis
        fields = ("document_no", "title", "status", "document_checked", "article", "role", "says", "checked")

    says = serializers.CharField()


class ServiceItemSerializer(serializers.ModelSerializer):
    """
    A service with what the law makes of it. Nothing is verified while `reviewed_on` is null.

    `status`: "merged" leads to `merged_into`, "authority" is posted by an authority alone; "voluntary", "local" and
    "unconfirmed" can be asked for, but no approval may simply demand them. `abolished_until` is the last day of what
    `abolished` names, not of the service. A service without `standard_days` takes the time that a request sets.
    """

    name = serializers.CharField()
    matter = serializers.CharField(source="matter.name")
    authority = serializers.CharField(source="authority.name")
    qualification = serializers.CharField(
        source="demanded_type.name",
        allow_null=True,
        default=None,
        help_text="What its provider has to hold today; what was abolished or never was a licence is not demanded.",
    )
    fee_schedule = serializers.CharField(source="fee_schedule.code", allow_null=True, default=None)
    deliverable = serializers.CharField()
    merged_into = serializers.CharField(source="merged_into.code", allow_null=True, default=None)
    self_made_note = serializers.CharField()
    abolished = serializers.CharField()
    to_confirm = serializers.CharField(help_text="What a lawyer still has to confirm.")
    legal_basis = LegalBasisSerializer(source="bases", many=True)

    class Meta:
        model = ServiceItem
        fields = (
            "code",
            "category",
            "name",
            "name_zh",
            "name_en",
            "matter",
            "approval_stage",
            "authority",
            "qualification",
            "pricing",
            "fee_schedule",
            "fee_variant",
            "paid_by",
            "deliverable",
            "standard_days",
            "tender_class",
            "status",
            "merged_into",
            "tie",
            "self_made",
            "self_made_note",
            "since",
            "abolished",
            "abolished_until",
            "confidence",
            "as_of",
            "reviewed_on",
            "reviewed_by",
            "to_confirm",
            "legal_basis",
        )


class FeeScheduleSerializer(serializers.ModelSerializer):
    title = serializers.CharField()

    class Meta:
        model = FeeSchedule
        fields = (
            "code",
            "title",
            "document_no",
            "issuer",
            "effective_from",
            "effective_to",
            "status",
            "pricing",
            "method",
            "definition",
        )


class ServiceItemViewSet(InItsLanguage, viewsets.ReadOnlyModelViewSet):
    """The catalogue's services, with the filters of the page."""

    queryset = ServiceItem.objects.none()
    serializer_class = ServiceItemSerializer
    filterset_class = ServiceItemFilter
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[ServiceItem]:
        items = ServiceItem.objects.visible_to(self.request.user).with_facts().with_legal_basis()
        return items.order_by("position", "pk")


class FeeScheduleViewSet(InItsLanguage, viewsets.ReadOnlyModelViewSet):
    """The published fee standards with their tables."""

    queryset = FeeSchedule.objects.order_by("code")
    serializer_class = FeeScheduleSerializer
    lookup_field = "code"


@extend_schema_field(OpenApiTypes.STR)
class NumberField(serializers.Field):
    """A number as a JSON string or number; what it may be is the rules' to say."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, (str, int, float)):
            raise serializers.ValidationError("Give a number or a string.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class FeeQuestionSerializer(serializers.Serializer):
    """What to work out; `coefficients` and `parameters` are named by the schedule."""

    code = serializers.CharField(max_length=40, help_text="A fee schedule's code, or a service item's.")
    base = NumberField(help_text="Above 0, in the document's own unit, or with its own: `3000万`.")
    variant = serializers.CharField(required=False, allow_blank=True, allow_null=True, default="", max_length=40)
    coefficients = serializers.DictField(child=NumberField(), required=False, default=dict)
    parameters = serializers.DictField(child=NumberField(), required=False, default=dict)


class FeeStepSerializer(serializers.Serializer):
    step = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]
    formula = serializers.CharField()
    result = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)


class FeeAnswerSerializer(serializers.Serializer):
    """Amounts are decimal strings in CNY; both are null where the document leaves the fee to negotiation."""

    schedule = serializers.CharField()
    variant = serializers.CharField(allow_null=True)
    base = serializers.CharField()
    base_unit = serializers.CharField()
    fee_cny = serializers.CharField(allow_null=True)
    range_cny = serializers.ListField(child=serializers.CharField(), allow_null=True)
    reference = serializers.BooleanField()
    incomplete = serializers.ListField(child=serializers.CharField())
    steps = FeeStepSerializer(many=True)
    question = serializers.CharField(required=False, help_text="Asked where the base is a thousand times the usual.")


class FeeCalculationView(InItsLanguage, APIView):
    """Works out a fee with its steps; nothing is stored."""

    @extend_schema(
        request=FeeQuestionSerializer,
        responses={200: FeeAnswerSerializer, 400: OpenApiResponse(description="Problem details (RFC 9457)")},
    )
    def post(self, request: Request) -> Response:
        question = FeeQuestionSerializer(data=request.data)
        question.is_valid(raise_exception=True)
        given = question.validated_data
        calculation = calculate_by_code(
            code=given["code"],
            base=given["base"],
            variant=given["variant"] or "",
            coefficients=given["coefficients"],
            parameters=given["parameters"],
        )
        return Response(calculation.as_dict())


router = SimpleRouter()
router.register("service-items", ServiceItemViewSet, basename="service-item")
router.register("fee-schedules", FeeScheduleViewSet, basename="fee-schedule")

urlpatterns = [
    path("fee-calculations/", FeeCalculationView.as_view(), name="fee-calculation"),
    path("", include(router.urls)),
]
