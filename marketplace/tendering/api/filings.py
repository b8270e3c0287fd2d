"""Filing by programs: sealed by the caller with the announced keys, or in the clear and sealed on arrival."""

import base64
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from marketplace.accounts.choices import TokenScope
from marketplace.core.permissions import require
from marketplace.core.web.api import InItsLanguage
from marketplace.core.web.serializers import AmountField
from marketplace.custody import sealing
from marketplace.registry.models import Intermediary

from .. import permissions, services
from ..announcing import receipts
from ..announcing.receipts import BidReceipt
from ..models import WorkRequest
from ..sealing.bids import Malformed, SealedBid
from ..sealing.proposals import UnfitProposal, accept, largest
from ..senders import firm_of, sender_of


class FilingThrottle(SimpleRateThrottle):
    """
    Counts a person's filings of one request under a keyed hash.

    The usual throttle leaves times under a person's number in the cache: with the arrivals they would tell who bid.
    """

    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"filing-{sealing.keyed_reference('throttle', view.kwargs['number'], ':', str(request.user.pk))}"


class FilingSerializer(serializers.Serializer):
    """A bid or its withdrawal: `sealed`, or `days` and `price` in the clear."""

    sealed = serializers.CharField(
        required=False, help_text=_("Base64 of the ciphertext: the padded plaintext sealed to both announced keys.")
    )
    announcement_hash = serializers.CharField(
        required=False, default="", help_text=_("Of the announcement that you read; another version is refused.")
    )
    withdraw = serializers.BooleanField(default=False, help_text=_("Whether this filing withdraws the bid."))
    days = serializers.IntegerField(required=False, min_value=1, help_text=_("Promised working days."))
    price = AmountField(required=False, help_text=_("CNY; not where the owner fixes the price."))
    proposal = serializers.FileField(
        required=False,
        help_text=_("The proposal, where the request asks for one: encrypted if `sealed` is given, else as it is."),
    )

    def validate_sealed(self, value: str) -> SealedBid:
        try:
            return SealedBid.received(base64.b64decode(value, validate=True))
        except (ValueError, Malformed):
            raise serializers.ValidationError(_("Not the Base64 of a padded bid that was sealed twice.")) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "sealed" in attrs and ("days" in attrs or "price" in attrs):
            raise serializers.ValidationError(_("A sealed bid names neither days nor price in the clear."))
        if "sealed" in attrs and "proposal" in attrs:
            attrs["proposal"] = self._encrypted(attrs["proposal"])
        return attrs

    def _encrypted(self, upload: Any) -> Any:
        try:
            return accept(upload.read(largest() + 1))
        except UnfitProposal:
            message = _("Not an encrypted file: a nonce, and a secret box over a power of two of bytes.")
            raise serializers.ValidationError({"proposal": message}) from None


class ReceiptSerializer(serializers.Serializer):
    """What the market signed; nonce and salt only where it sealed the bid itself."""

    request = serializers.CharField()
    announcement_hash = serializers.CharField()
    received_at = serializers.DateTimeField()
    sha256 = serializers.CharField()
    signature = serializers.CharField()
    signing_key = serializers.CharField()
    nonce = serializers.CharField(allow_null=True)
    salt = serializers.CharField(allow_null=True)


class OwnFilingSerializer(serializers.Serializer):
    number = serializers.IntegerField(help_text=_("Counted from 0."))
    receipt = ReceiptSerializer()


class FilingView(InItsLanguage, APIView):
    """The signed-in person's firm's filings for a request; nobody else sees that there are any."""

    permission_classes = (IsAuthenticated,)
    throttle_classes = (FilingThrottle,)
    token_scope = TokenScope.BIDS
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(operation_id="filings_list", responses=OwnFilingSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        work_request, firm = self._request(number), firm_of(request)
        require(permissions.acts_for(request.user, firm.organisation))
        return Response(
            [
                {
                    "number": one.number,
                    "receipt": receipts.issue(work_request, sha256=one.sha256, arrived_at=one.arrived_at).as_document(),
                }
                for one in services.filings_of(work_request, firm)
            ]
        )

    @extend_schema(
        operation_id="filings_create",
        request=FilingSerializer,
        responses={
            201: ReceiptSerializer,
            409: OpenApiResponse(description="Too late, not eligible, or outside the limits: problem details."),
        },
    )
    def post(self, request: Request, number: str) -> Response:
        work_request, firm = self._request(number), firm_of(request)
        filing = FilingSerializer(data=request.data)
        filing.is_valid(raise_exception=True)
        receipt = self._file(request, work_request, firm, filing.validated_data)
        return Response(receipt.as_document(), status=status.HTTP_201_CREATED)

    def _file(
        self, request: Request, work_request: WorkRequest, firm: Intermediary, values: dict[str, Any]
    ) -> BidReceipt:
        who: dict[str, Any] = {"request_id": work_request.pk, "intermediary": firm, "actor": request.user}
        who |= sender_of(request)
        if "sealed" in values:
            if values["withdraw"]:
                return services.submit_withdrawal(sealed=values["sealed"], **who)
            return services.submit_bid(
                sealed=values["sealed"],
                proposal=values.get("proposal"),
                announced=values["announcement_hash"],
                **who,
            )
        if values["withdraw"]:
            return services.withdraw_bid(**who)
        return services.seal_and_submit_bid(
            days=values.get("days"),
            price=values.get("price"),
            proposal=values.get("proposal"),
            announced=values["announcement_hash"],
            **who,
        )

    @staticmethod
    def _request(number: str) -> WorkRequest:
        found = WorkRequest.objects.public().filter(number=number).first()
        if found is None:
            raise Http404
        return found
