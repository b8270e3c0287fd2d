"""Where a stranger recomputes a selection: in the reader's own browser, or by a script of their own."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest

from ..announcing.announcement import transcript_bytes
from ..models import OpenedBid, Opening
from ..presentation import verification_texts
from .results import name_bids

SCRIPT = settings.BASE_DIR / "verify_selection.py"
SCHEMA = Path(__file__).parents[1] / "schemas" / "transcript-1.json"


@lru_cache(maxsize=2)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _script_facts() -> dict[str, Any]:
    content = _read(SCRIPT)
    return {"size": len(content), "lines": content.count(b"\n"), "sha256": hashlib.sha256(content).hexdigest()}


@require_safe
def verify(request: MemberRequest, number: str) -> HttpResponse:
    """One published selection, recomputed as soon as the page is there."""
    opening = get_object_or_404(
        Opening.objects.published().select_related("work_request__owner"), work_request__number=number
    )
    named = _named(opening)
    context = {
        "opening": opening,
        "work_request": opening.work_request,
        "size": len(transcript_bytes(opening)),
        "names": {bid.listed_as: bid.shown_name for bid in named},
        # Where names are not published a winner's salt shows that its id is made of its code.
        "salts": {
            bid.listed_as: {"salt": bid.salt, "uscc": bid.intermediary.uscc}
            for bid in named
            if bid.salt and bid.intermediary
        },
        "texts": verification_texts.texts(),
        "script": _script_facts(),
        "transcript_url": reverse("api:work-request-transcript", args=[number]),
        "signature_url": reverse("api:work-request-transcript-signature", args=[number]),
    }
    return render(request, "tendering/verify.html", context)


def _named(opening: Opening) -> list[OpenedBid]:
    """The counted bids whose firms every visitor may know."""
    bids = list(opening.opened_bids.filter(fate=OpenedBid.Fate.COUNTED).select_related("intermediary__organisation"))
    name_bids(bids, opening.work_request, None)
    return [bid for bid in bids if bid.is_named]


@require_safe
def verify_any(request: MemberRequest) -> HttpResponse:
    """Any transcript that the reader has, as a file or pasted; it never leaves the browser."""
    context = {"texts": verification_texts.texts(), "names": {}, "salts": {}, "script": _script_facts()}
    return render(request, "tendering/verify_any.html", context)


@require_safe
def script(request: MemberRequest) -> HttpResponse:
    """The script, byte for byte as it stands in the source."""
    response = HttpResponse(_read(SCRIPT), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_selection.py"'
    return response


@require_safe
def transcript_schema(request: MemberRequest) -> HttpResponse:
    """JSON Schema 2020-12 of a transcript, at an address that stays."""
    return HttpResponse(_read(SCHEMA), content_type="application/schema+json")
