"""Checking a receipt, and the market's public keys: for anybody, for good."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.custody import signing

from ..announcing import receipt_checking
from ..announcing.receipt_checking import NoReceipt
from ..forms.bidding import ReceiptForm


@never_cache
@require_http_methods(["GET", "POST"])
def receipt_check(request: HttpRequest) -> HttpResponse:
    """What is pasted or uploaded is looked at in memory, and neither stored nor logged."""
    form = ReceiptForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            verdict = receipt_checking.check(receipt_checking.read(form.text))
        except NoReceipt as problem:
            form.add_error("receipt", str(problem))
        else:
            context |= {"verdict": verdict, "received_at": receipt_checking.received_at(verdict.receipt)}
    return render(request, "tendering/receipt_check.html", context)


@require_safe
def signing_keys(request: HttpRequest) -> HttpResponse:
    """The keys that receipts and transcripts are or were signed with; as JSON for programs."""
    keys = signing.published()
    if request.GET.get("format") == "json":
        rows = [
            {"public_key": key.public_key, "in_use_from": key.in_use_from, "in_use_until": key.in_use_until}
            for key in keys
        ]
        return JsonResponse({"algorithm": "Ed25519", "keys": rows})
    return render(request, "tendering/signing_keys.html", {"keys": keys})
