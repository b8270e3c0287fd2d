from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ..announcing.announcement import transcript_bytes
from ..filters import AwardFilter, RequestFilter
from ..models import Award, Opening, RequestItem, WorkRequest
from ..senders import firm_of


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
            "no_code_reason",
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
    #: The winner's id in the frozen list; where names are not published, SHA-256 of the salt and the code.
    listed_as = serializers.CharField(source="opened_bid.listed_as")
    salt = serializers.CharField(source="opened_bid.salt")

    class Meta:
        model = Award
        fields = (
            "number",
            "title",
            "owner",
            "method",
            "intermediary",
            "uscc",
            "listed_as",
            "salt",
            "rank",
            "price",
            "days",
            "state",
            "publicity_started_at",
            "publicity_ends_at",
            "confirmed_at",
        )


class TranscriptSignatureSerializer(serializers.ModelSerializer):
    """The market's Ed25519 signature over a transcript's bytes; everything hexadecimal."""

    number = serializers.CharField(source="work_request.number")
    algorithm = serializers.SerializerMethodField()
    key = serializers.CharField(source="signing_key")
    sha256 = serializers.CharField(source="transcript_sha256")

    class Meta:
        model = Opening
        fields = ("number", "algorithm", "sha256", "signature", "key")

    def get_algorithm(self, opening: Opening) -> str:
        return "Ed25519"


class WorkRequestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Published requests, with the filters of the page."""

    serializer_class = RequestSerializer
    filterset_class = RequestFilter
    lookup_field = "number"
    lookup_value_regex = "[A-Z]+-[0-9]{4}-[0-9]+"

    def get_queryset(self):
        return WorkRequest.objects.public().for_list()

    def filter_queryset(self, queryset):
        if self.request.query_params.get("fits"):
            if not self.request.user.is_authenticated:
                raise NotAuthenticated
            firm_of(self.request)
        return super().filter_queryset(queryset)

    @extend_schema(
        responses={
            (200, "application/json"): OpenApiResponse(
                OpenApiTypes.OBJECT, description="Of the form of /schemas/transcript-1.json, byte for byte as signed."
            ),
            404: OpenApiResponse(description="There is no such request, or its selection is not published yet."),
        },
    )
    @action(detail=True)
    def transcript(self, request: Request, number: str) -> HttpResponse:
        """Everything that recomputes a selection, signed: signature and key stand in the headers too."""
        opening = self._opening(number)
        return HttpResponse(
            transcript_bytes(opening),
            content_type="application/json",
            headers={"Mingxuan-Signature": opening.signature, "Mingxuan-Signing-Key": opening.signing_key},
        )

    @extend_schema(responses=TranscriptSignatureSerializer)
    @action(detail=True, url_path="transcript/signature", url_name="transcript-signature")
    def transcript_signature(self, request: Request, number: str) -> Response:
        """The detached signature of a published transcript."""
        return Response(TranscriptSignatureSerializer(self._opening(number)).data)

    def _opening(self, number: str) -> Opening:
        published = Opening.objects.published().select_related("work_request")
        return get_object_or_404(published, work_request__number=number)


class AwardViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Results of selections, with the filters of the page."""

    serializer_class = AwardSerializer
    filterset_class = AwardFilter
    lookup_field = "work_request__number"
    lookup_url_kwarg = "number"
    lookup_value_regex = "[A-Z]+-[0-9]{4}-[0-9]+"

    def get_queryset(self):
        return Award.objects.live().for_list().select_related("opened_bid")
