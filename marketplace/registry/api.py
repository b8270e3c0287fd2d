from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.routers import SimpleRouter

from credit.models import CurrentStanding

from .filters import IntermediaryFilter
from .models import Intermediary, Offer, Qualification


@extend_schema_serializer(component_name="CurrentStanding")
class StandingSerializer(serializers.ModelSerializer):
    class Meta:
        model = CurrentStanding
        fields = ("score", "grade", "provisional", "completed_contracts", "warned_until", "restricted_until", "as_of")


class OfferSerializer(serializers.ModelSerializer):
    item: serializers.Field = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Offer
        fields = ("item", "pricing", "amount", "unit", "days")


class QualificationSerializer(serializers.ModelSerializer):
    qualification_type = serializers.CharField(source="qualification_type.name_zh")
    validity = serializers.CharField()

    class Meta:
        model = Qualification
        fields = (
            "qualification_type",
            "level",
            "number",
            "issuer",
            "valid_from",
            "valid_to",
            "verified_on",
            "validity",
        )


class IntermediarySerializer(serializers.ModelSerializer):
    uscc = serializers.CharField(source="organisation.uscc")
    name_zh = serializers.CharField(source="organisation.name_zh")
    name_en = serializers.CharField(source="organisation.name_en")
    district = serializers.CharField(source="organisation.district_id", allow_null=True)
    is_suspended = serializers.BooleanField(source="is_suspended_now")
    listed_on = serializers.DateField()
    standing = StandingSerializer(source="organisation.standing", allow_null=True, default=None)
    offers = OfferSerializer(many=True)
    qualifications = QualificationSerializer(many=True)

    class Meta:
        model = Intermediary
        fields = (
            "uscc",
            "name_zh",
            "name_en",
            "district",
            "status",
            "is_suspended",
            "listed_on",
            "standing",
            "offers",
            "qualifications",
        )


class IntermediaryViewSet(viewsets.ReadOnlyModelViewSet):
    """The intermediaries on the list with offers, qualifications and credit; a closed one is found by its code."""

    serializer_class = IntermediarySerializer
    filterset_class = IntermediaryFilter
    lookup_field = "organisation__uscc"
    lookup_url_kwarg = "uscc"
    lookup_value_regex = "[0-9A-Z]{18}"

    def get_queryset(self) -> QuerySet[Any]:
        firms = Intermediary.objects.on_the_list()
        if self.action == "retrieve":
            firms = Intermediary.objects.public().with_suspension()
        return firms.with_standing().prefetch_related(
            Prefetch("offers", Offer.objects.select_related("item")),
            Prefetch("qualifications", Qualification.objects.current().select_related("qualification_type")),
        )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(queryset) if self.action == "list" else queryset


router = SimpleRouter()
router.register("intermediaries", IntermediaryViewSet, basename="intermediary")
urlpatterns = router.urls
