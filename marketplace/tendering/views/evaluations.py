"""What an evaluator does: see what waits, declare, read without names, mark, hand in once."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.core import clock, files
from marketplace.core.calendar import clock_face
from marketplace.core.failures import DomainError, Text
from marketplace.core.permissions import Decision, no, require
from marketplace.core.web.drafts import DraftOperation, SavedAsTyped
from marketplace.core.web.operation import Operation, Press

from .. import permissions, services
from ..forms.evaluation import HandInForm, MarksForm, OwnTieForm
from ..models import Evaluator, Paper
from .operation import moment_of

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


class PaperOperation(Operation):
    """An operation of the evaluator whose paper it is; to everybody else there is none."""

    request: MemberRequest
    subject: Paper

    def visible(self) -> QuerySet[Paper]:
        return _readable(self.request)

    def looked_up_by(self) -> dict[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def decision(self) -> Decision:
        return permissions.can_mark(self.request.user, self.subject)

    def place(self, result: Any) -> str:
        return reverse("tendering:evaluation", args=[self.subject.pk])

    def surroundings(self) -> dict[str, Any]:
        paper = self.subject
        face = clock_face(paper.issued_at, paper.due_at, clock.now()) if paper.handed_in_at is None else None
        return {"paper": paper, "work_request": paper.seat.opening.work_request, "clock": face, **TAB}


def _readable(request: MemberRequest) -> QuerySet[Paper]:
    return Paper.objects.visible_to(request.user).select_related(
        "seat__evaluator__user", "seat__opening__work_request__owner"
    )


class SaveMarks(DraftOperation, PaperOperation):
    """The paper: the declaration first, then proposals and marks; read-only once it has been handed in."""

    template_name = "tendering/evaluation.html"
    form_class = MarksForm
    done: Text = gettext_lazy("Your marks are saved. Nobody else sees them.")

    def decision(self) -> Decision:
        return super().decision() and permissions.can_read_proposals(self.request.user, self.subject)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        may_read = permissions.can_read_proposals(request.user, self.subject)
        if not (may_mark := super().decision()):
            return self.closed(may_mark, may_read)
        return super().get(request, *args, **kwargs) if may_read else self.undeclared()

    def closed(self, refusal: Decision, may_read: Decision) -> HttpResponse:
        marks = self.subject.marks.all() if may_read or self.subject.handed_in_at else []
        context = {**self.surroundings(), "refusal": refusal, "marks": marks, "may_read": may_read}
        return render(self.request, "tendering/evaluation_closed.html", context)

    def undeclared(self) -> HttpResponse:
        evaluator = self.subject.seat.evaluator
        ties = evaluator.ties.filter(ended_at=None).select_related("organisation")
        context = {**self.surroundings(), "evaluator": evaluator, "ties": ties}
        return render(self.request, "tendering/evaluation_declare.html", context)

    def numbered_at(self) -> str:
        return reverse("tendering:evaluation", args=[self.kwargs["pk"]])

    def initial(self) -> dict[str, Any]:
        return {"edited_at": self.subject.edited_at.isoformat()}

    def form_arguments(self) -> dict[str, Any]:
        return {"marks": list(self.subject.marks.all())}

    def operate(self, form: Any) -> Paper:
        return services.save_marks(
            paper_id=self.subject.pk,
            marks=form.values,
            actor=self.request.user,
            edited_at=moment_of(form.cleaned_data["edited_at"]),
        )

    def saved_forms(self) -> list[Any]:
        return [MarksForm(**self.form_arguments())]


class SaveMarksAsTyped(SavedAsTyped, SaveMarks):
    """The marks as the evaluator types; what is no mark yet waits."""

    def is_valid(self, form: Any) -> bool:
        for name in form.errors:
            form.cleaned_data.setdefault(name, form.fields[name].initial)
        return "edited_at" not in form.errors

    def operate(self, form: Any) -> Any:
        self.left_out = [str(text) for texts in form.errors.values() for text in texts]
        return super().operate(form)

    def fields(self, result: Any) -> dict[str, str]:
        return {"edited_at": result.edited_at.isoformat()}

    def unread(self, result: Any) -> list[str]:
        return self.left_out


class LookOverMarks(SaveMarks):
    """Save, and on to what will count."""

    done = ""

    def place(self, result: Any) -> str:
        return reverse("tendering:evaluation-hand-in", args=[self.subject.pk])


class DeclareNoTie(Press, PaperOperation):
    def operate(self, form: Any) -> None:
        services.declare_no_tie(paper_id=self.subject.pk, actor=self.request.user)


class DeclareTie(PaperOperation):
    """Give the place up for a tie, also one that shows only while reading."""

    template_name = "tendering/evaluation_tie.html"
    form_class = OwnTieForm
    done = gettext_lazy("Thank you. The next evaluator takes your place.")

    def operate(self, form: Any) -> None:
        services.declare_own_tie(paper_id=self.subject.pk, reason=form.cleaned_data["reason"], actor=self.request.user)

    def place(self, result: Any) -> str:
        return "tendering:evaluation-list"


@login_required
@require_safe
def proposal(request: MemberRequest, pk: int, label: int) -> FileResponse:
    """A proposal's file under its neutral name."""
    paper = get_object_or_404(_readable(request), pk=pk)
    require(permissions.can_read_proposals(request.user, paper))
    row = get_object_or_404(paper.marks.select_related("opened_bid__proposal"), label=label)
    stored = row.opened_bid.proposal
    if stored is None:
        raise Http404
    suffix = f".{stored.name.rsplit('.', 1)[-1].lower()}" if "." in stored.name else ""
    return files.serve(stored, name=f"{paper.seat.opening.work_request.number}-proposal-{label}{suffix}")


class HandIn(PaperOperation):
    """The marks once more as they will count, and the one button that hands them in."""

    template_name = "tendering/evaluation_hand_in.html"
    form_class = HandInForm
    done = gettext_lazy("Your marks are handed in.")

    def decision(self) -> Decision:
        return super().decision() and permissions.can_read_proposals(self.request.user, self.subject)

    def operate(self, form: Any) -> None:
        require(self.decision())
        services.hand_in_marks(
            paper_id=self.subject.pk,
            actor=self.request.user,
            edited_at=moment_of(form.cleaned_data["edited_at"]),
        )

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        # What is missing is no field of this page: it is mended on the page before.
        return super().refuse(form, DomainError(failure.message) if failure.field_errors else failure)

    def place(self, result: Any) -> str:
        return "tendering:evaluation-list"

    def context(self) -> dict[str, Any]:
        marks = list(self.subject.marks.all())
        return {"marks": marks, "incomplete": any(row.mark is None or not row.remark.strip() for row in marks)}
