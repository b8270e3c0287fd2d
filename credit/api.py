from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from credit.documents import standing_document
from credit.models import CreditModel, CreditRule
from credit.services import standing_of
from marketplace.accounts.models import Organisation
from marketplace.core import clock


class RowSerializer(serializers.Serializer):
    what = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    weight = serializers.CharField()
    value = serializers.CharField()


class ComponentSerializer(serializers.Serializer):
    code = serializers.CharField()
    weight = serializers.CharField()
    value = serializers.CharField()
    rows = RowSerializer(many=True)


class ThresholdsSerializer(serializers.Serializer):
    points = serializers.CharField()
    warned = serializers.BooleanField()
    warned_until = serializers.DateField(allow_null=True)
    restricted = serializers.BooleanField()
    restricted_from = serializers.DateField(allow_null=True)
    restricted_until = serializers.DateField(allow_null=True)


class StandingSerializer(serializers.Serializer):
    uscc = serializers.CharField()
    as_of = serializers.DateField()
    model = serializers.CharField()
    score = serializers.CharField()
    grade = serializers.CharField()
    provisional = serializers.BooleanField()
    components = ComponentSerializer(many=True)
    thresholds = ThresholdsSerializer()


class DayQuery(serializers.Serializer):
    on = serializers.DateField(required=False)

    def validate_on(self, value):
        if value > clock.today():
            raise serializers.ValidationError(_("This day lies in the future."))
        return value


class StandingView(APIView):
    """How an intermediary's credit score of a day comes about, to the last digit."""

    @extend_schema(
        operation_id="intermediaries_standing",
        parameters=[OpenApiParameter("on", OpenApiTypes.DATE, description="A day (YYYY-MM-DD), today unless given.")],
        responses=StandingSerializer,
    )
    def get(self, request: Request, uscc: str) -> Response:
        query = DayQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        organisation = get_object_or_404(Organisation, kind=Organisation.Kind.INTERMEDIARY, uscc=uscc)
        standing = standing_of(organisation, query.validated_data.get("on"))
        return Response(standing_document(uscc, standing))


class RuleSerializer(serializers.ModelSerializer):
    class Meta:
        model = CreditRule
        fields = (
            "code",
            "category",
            "direction",
            "points",
            "severity",
            "validity_months",
            "name_zh",
            "name_en",
            "evidence_zh",
            "evidence_en",
        )


class ModelSerializer(serializers.Serializer):
    model = serializers.JSONField()
    effective_on = serializers.DateField()
    rules = RuleSerializer(many=True)


class ModelView(APIView):
    """The rating model in force and the rules, as published."""

    @extend_schema(operation_id="credit_model", responses=ModelSerializer)
    def get(self, request: Request) -> Response:
        model = CreditModel.objects.in_force_on(clock.today())
        if model is None:
            raise Http404
        document = {"model": model.definition, "effective_on": model.effective_on, "rules": CreditRule.objects.all()}
        return Response(ModelSerializer(document).data)


urlpatterns = [
    path("intermediaries/<str:uscc>/standing/", StandingView.as_view(), name="intermediary-standing"),
    path("credit-model/", ModelView.as_view(), name="credit-model"),
]
