"""What an evaluator does: see what waits, declare, read without names, mark, hand in once."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.core import clock, files
from marketplace.core.calendar import clock_face
from marketplace.core.failures import DomainError
from marketplace.core.permissions import no, require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..forms.evaluation import MarksForm, OwnTieForm
from ..models import Evaluator, Paper

PAGE_SIZE = 20
TAB = {"workbench_tab": "tendering:evaluation-list"}


@login_required
@require_safe
def evaluation_list(request: MemberRequest) -> HttpResponse:
    """Papers to mark first, by their deadline, then those of before; and what the pool holds of the person."""
    evaluator = Evaluator.objects.filter(user=request.user.pk).prefetch_related("ties__organisation").first()
    if evaluator is None:
        require(no(_("Only evaluators of the market's pool mark proposals.")))
    papers = Paper.objects.visible_to(request.user).select_related("seat__opening__work_request")
    waiting = list(papers.open().order_by("due_at", "pk"))
    for paper in waiting:
        paper.clock = clock_face(paper.issued_at, paper.due_at, clock.now())
    past = papers.exclude(pk__in=[paper.pk for paper in waiting]).order_by("-issued_at", "-pk")
    context = {
        "evaluator": evaluator,
        "waiting": waiting,
        "page_obj": Paginator(past, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "tendering/evaluation_list.html", context | TAB)


def _own(request: MemberRequest, pk: int) -> Paper:
    return get_object_or_404(
        Paper.objects.visible_to(request.user).select_related(
            "seat__evaluator__user", "seat__opening__work_request__owner"
        ),
        pk=pk,
    )


def _context(paper: Paper, **more: Any) -> dict[str, Any]:
    work_request = paper.seat.opening.work_request
    face = clock_face(paper.issued_at, paper.due_at, clock.now()) if paper.handed_in_at is None else None
    return {"paper": paper, "work_request": work_request, "clock": face, **TAB, **more}


@login_required
@require_http_methods(["GET", "POST"])
def evaluation(request: MemberRequest, pk: int) -> HttpResponse:
    """The paper: the declaration first, then proposals and marks; read-only once it has been handed in."""
    paper = _own(request, pk)
    decision = permissions.can_mark(request.user, paper)
    may_read = permissions.can_read_proposals(request.user, paper)
    if not decision:
        if request.method == "POST":
            require(decision)
        marks = paper.marks.all() if may_read or paper.handed_in_at else []
        return render(
            request,
            "tendering/evaluation_closed.html",
            _context(paper, refusal=decision, marks=marks, may_read=may_read),
        )
    if not may_read:
        if request.method == "POST":
            require(may_read)
        evaluator = paper.seat.evaluator
        ties = evaluator.ties.filter(ended_at=None).select_related("organisation")
        return render(request, "tendering/evaluation_declare.html", _context(paper, evaluator=evaluator, ties=ties))
    form = MarksForm(
        request.POST or None, marks=list(paper.marks.all()), initial={"edited_at": paper.edited_at.isoformat()}
    )
    if form.is_valid():
        try:
            services.save_marks(
                paper_id=paper.pk,
                marks=form.values,
                actor=request.user,
                edited_at=_moment(form.cleaned_data["edited_at"]),
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            if "look_over" in request.POST:
                return redirect("tendering:evaluation-hand-in", pk)
            messages.success(request, _("Your marks are saved. Nobody else sees them."))
            return redirect("tendering:evaluation", pk)
    return render(request, "tendering/evaluation.html", _context(paper, form=form))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=clock.SHANGHAI)


@login_required
@require_POST
def no_tie(request: MemberRequest, pk: int) -> HttpResponse:
    paper = _own(request, pk)
    services.declare_no_tie(paper_id=paper.pk, actor=request.user)
    return redirect("tendering:evaluation", pk)


@login_required
@require_http_methods(["GET", "POST"])
def own_tie(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the place up for a tie, also one that shows only while reading."""
    paper = _own(request, pk)
    require(permissions.can_mark(request.user, paper))
    form = OwnTieForm(request.POST or None)
    if form.is_valid():
        try:
            services.declare_own_tie(paper_id=paper.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Thank you. The next evaluator takes your place."))
            return redirect("tendering:evaluation-list")
    return render(request, "tendering/evaluation_tie.html", _context(paper, form=form))


@login_required
@require_safe
def proposal(request: MemberRequest, pk: int, label: int) -> FileResponse:
    """A proposal's file under its neutral name."""
    paper = _own(request, pk)
    require(permissions.can_read_proposals(request.user, paper))
    row = get_object_or_404(paper.marks.select_related("opened_bid__proposal"), label=label)
    stored = row.opened_bid.proposal
    if stored is None:
        raise Http404
    suffix = f".{stored.name.rsplit('.', 1)[-1].lower()}" if "." in stored.name else ""
    return files.serve(stored, name=f"{paper.seat.opening.work_request.number}-proposal-{label}{suffix}")


@login_required
@require_http_methods(["GET", "POST"])
def hand_in(request: MemberRequest, pk: int) -> HttpResponse:
    """The marks once more as they will count, and the one button that hands them in."""
    paper = _own(request, pk)
    require(permissions.can_mark(request.user, paper))
    require(permissions.can_read_proposals(request.user, paper))
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            services.hand_in_marks(
                paper_id=paper.pk, actor=request.user, edited_at=_moment(request.POST.get("edited_at", ""))
            )
        except services.UnableToMark as failure:
            errors = failure.field_errors
        else:
            messages.success(request, _("Your marks are handed in."))
            return redirect("tendering:evaluation-list")
    marks = list(paper.marks.all())
    incomplete = any(row.mark is None or not row.remark.strip() for row in marks)
    context = _context(paper, marks=marks, incomplete=incomplete, errors=errors)
    return render(request, "tendering/evaluation_hand_in.html", context, status=409 if errors else 200)
