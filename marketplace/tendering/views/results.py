"""What came of a selection: the list of results, and one page a request where it can be checked."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.accounts.models import Organisation
from marketplace.accounts.permissions import is_regulator
from marketplace.core import files
from marketplace.core.web import kept

from .. import permissions
from ..announcing.announcement import transcript_bytes
from ..facts import typed_values
from ..filters import AwardFilter
from ..models import Award, Objection, ObjectionEvidence, OpenedBid, WorkRequest
from ..models.bids import Opening
from ..presentation.clocks import opening_clock, publicity_clock
from ..presentation.marks_table import panel_shown
from ..presentation.selection_working import steps_of, working_of
from ..presentation.shares import share_of_standard
from ..presentation.timeline import stages_of
from ..states import TOOK_PART

PAGE_SIZE = 20
#: A draw value is a number below 2^256; its place on the bar is its share of that.
VALUE_DIGITS = 64


@require_safe
@kept.for_visitors
def award_list(request: MemberRequest) -> HttpResponse:
    awards = AwardFilter(request.GET, Award.objects.live().for_list(), request=request)
    page_obj = Paginator(awards.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    for award in page_obj:
        award.clock = publicity_clock(award)
        award.share = share_of_standard(award)
    return render(request, "tendering/award_list.html", {"filter": awards, "page_obj": page_obj})


@require_safe
@kept.for_visitors
def award_detail(request: MemberRequest, number: str) -> HttpResponse:
    work_request = get_object_or_404(
        WorkRequest.objects.public().for_list().select_related("opening"), number=number, opening__isnull=False
    )
    opening = work_request.opening
    awards = list(
        work_request.awards.select_related("intermediary__organisation", "opened_bid").prefetch_related(
            Prefetch("objections", Objection.objects.select_related("objector__organisation", "regulator")),
            Prefetch("objections__evidence", ObjectionEvidence.objects.select_related("file")),
        )
    )
    current = next((award for award in awards if award.is_live), None)
    bids = bids_of(opening, current.rank if current else 1) if opening.shows_bids else []
    working = working_of(opening, bids)
    organisation = request.organisation
    name_bids(bids, work_request, organisation, everybody=bool(is_regulator(request.user)))
    context = {
        "work_request": work_request,
        "opening": opening,
        "award": current,
        "past_awards": [award for award in awards if award is not current],
        "objections": [objection for award in awards for objection in award.objections.all()],
        "stages": stages_of(work_request, current or (awards[0] if awards else None)),
        "clock": publicity_clock(current) if current else None,
        "names_objectors": work_request.publishes_names or bool(is_regulator(request.user)),
        "opening_clock": opening_clock(work_request, opening),
        "awaits_value": typed_values.is_awaited(opening) and opening.waits_since is not None,
        "bids": bids,
        "working": working,
        "panel": panel_shown(opening, working),
        "may_pick": permissions.can_pick(request.user, work_request),
        "checks": checks_of(opening),
        "ciphertexts": listed_filings(opening, organisation),
        "share": share_of_standard(current) if current else None,
    }
    if context["awaits_value"]:
        context["value_from"] = typed_values.earliest_of(opening)
        context["value_rounds"] = typed_values.finished_rounds(opening)
    if current is not None and organisation is not None and organisation.kind == Organisation.Kind.INTERMEDIARY:
        intermediary = getattr(organisation, "intermediary", None)
        if intermediary is not None:
            context["may_object"] = permissions.can_object(request.user, current, intermediary)
    if current is not None and request.user.is_authenticated:
        context["may_read_objections"] = permissions.can_read_objections(request.user, current)
        context["may_decide"] = permissions.can_decide_objections(request.user, current)
    return render(request, "tendering/award_detail.html", context)


def listed_filings(opening: Opening, organisation: Organisation | None) -> list[dict[str, Any]]:
    """The fingerprint of everything that was filed, with its fate; a firm's own are marked, so that it sees them in."""
    own: set[str] = set()
    if organisation is not None and organisation.kind == Organisation.Kind.INTERMEDIARY:
        mine = opening.opened_bids.filter(intermediary__organisation=organisation, bid__isnull=False)
        own = set(mine.values_list("bid__sha256", flat=True))
    return [
        {
            "sha256": row["sha256"],
            "fate": OpenedBid.Fate(row["fate"]).label,
            "own": row["sha256"] in own,
        }
        for row in (opening.frozen or {}).get("ciphertexts", [])
    ]


def bids_of(opening: Opening, current_rank: int = 1) -> list[OpenedBid]:
    """
    Every bid that took part, ranked ones first, each with what its method's working says of it.

    :param current_rank: of the bid whose turn it is; the next two are its reserves
    """
    steps = [step for step in steps_of(opening) if "id" in step]
    values = {step["id"]: step.get("value") or step.get("tie") for step in steps}
    distances = {step["id"]: step["distance"] for step in steps if step["step"] == "distance"}
    totals = {step["id"]: step["total"] for step in steps if step["step"] == "total"}
    trimmed = {step["id"] for step in steps if step["step"] == "trimmed"}
    drawn = {step["id"]: step["rank"] for step in steps if step["step"] == "drawn"}
    bids = list(opening.opened_bids.filter(fate__in=TOOK_PART).select_related("intermediary__organisation"))
    for bid in bids:
        bid.value = values.get(bid.listed_as)
        bid.distance = distances.get(bid.listed_as)
        bid.total = totals.get(bid.listed_as)
        bid.is_trimmed = bid.listed_as in trimmed
        bid.drawn = drawn.get(bid.listed_as)
        bid.place = int(bid.value, 16) / 16**VALUE_DIGITS if bid.value else None
        bid.next_reserve = bid.rank - current_rank if bid.rank in (current_rank + 1, current_rank + 2) else None
    return bids


def name_bids(
    bids: list[OpenedBid], work_request: WorkRequest, organisation: Organisation | None, *, everybody: bool = False
) -> None:
    """
    Mark each bid with the name under which this reader sees it.

    Where the announced policy publishes no names only winners have one, the reader's own firm, and to regulators all.
    """
    winners = set(work_request.awards.values_list("opened_bid", flat=True))
    everybody = everybody or work_request.publishes_names
    for bid in bids:
        firm = bid.intermediary
        bid.is_own = firm is not None and organisation is not None and firm.organisation_id == organisation.pk
        bid.is_named = firm is not None and (everybody or bid.is_own or bid.pk in winners)
        bid.shown_name = firm.name if firm is not None and bid.is_named else bid.listed_as[:12]


def checks_of(opening: Opening) -> dict[str, Any]:
    """The numbers of the transcript that the page shows step by step; while it waits, of the frozen list alone."""
    transcript = opening.transcript
    if transcript is None:
        fates = [row["fate"] for row in (opening.frozen or {}).get("ciphertexts", [])]
        return {"counted": fates.count("counted"), "set_aside": fates.count("set_aside")}
    fates = [row["fate"] for row in transcript["ciphertexts"]]
    return {
        "transcript": transcript,
        "received": len(fates),
        "counted": fates.count("counted"),
        "replaced": fates.count("replaced"),
        "withdrawn": fates.count("withdrawn"),
        "set_aside": fates.count("set_aside"),
        "size": len(json.dumps(transcript, ensure_ascii=False).encode()),
    }


@require_safe
def transcript(request: MemberRequest, number: str) -> HttpResponse:
    """The transcript as a file, byte for byte as it is signed."""
    opening = get_object_or_404(Opening.objects.published(), work_request__number=number)
    response = HttpResponse(transcript_bytes(opening), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return response


@require_safe
def evidence(request: MemberRequest, number: str, pk: int) -> FileResponse:
    """A file of an objection, for those who may read objections in full."""
    found = get_object_or_404(
        ObjectionEvidence.objects.select_related("file", "objection__award__work_request__owner"),
        pk=pk,
        objection__award__work_request__number=number,
    )
    if not permissions.can_read_objections(request.user, found.objection.award):
        raise Http404
    return files.serve(found.file)
