"""What the owner does with a published request: answer, change, end it, post it again; and what was announced."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.core import clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.core.web.forms import add_failure

from .. import permissions, services
from ..announcing.announcement import announcement_bytes
from ..forms.decisions import AnswerForm, ReasonForm
from ..models import Question, RequestVersion, WorkRequest
from ..rules import deadlines


def _visible(request: MemberRequest, number: str) -> WorkRequest:
    return get_object_or_404(WorkRequest.objects.visible_to(request.user).select_related("owner"), number=number)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: MemberRequest, number: str, question: int) -> HttpResponse:
    work_request = _visible(request, number)
    require(permissions.can_answer(request.user, work_request))
    asked = get_object_or_404(Question, work_request=work_request, number=question)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            services.answer_question(question_id=asked.pk, answer=form.cleaned_data["answer"], actor=request.user)
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("Your answer is published."))
            return redirect(f"{work_request.get_absolute_url()}#questions")
    return render(
        request, "tendering/question_answer.html", {"work_request": work_request, "question": asked, "form": form}
    )


@login_required
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest, number: str) -> HttpResponse:
    """What a new version means; then its draft, which is edited like any other."""
    work_request = _visible(request, number)
    require(permissions.can_change(request.user, work_request))
    if request.method == "POST":
        draft = services.begin_version(request_id=work_request.pk, actor=request.user)
        return redirect("tendering:draft-page", draft.number, "project")
    begun = WorkRequest.objects.filter(amends=work_request).first()
    if begun is not None:
        return redirect("tendering:draft-summary", begun.number)
    most = work_request.rules.substance_changes
    context = {
        "work_request": work_request,
        "next_version": work_request.version + 1,
        "most": most,
        "left": most - work_request.version + 1,
        "until": deadlines.questions_until(work_request),
        "earliest": deadlines.earliest_close(clock.now(), deadlines.VERSION_DAYS),
    }
    return render(request, "tendering/version_begin.html", context)


@require_safe
def announcement_file(request: MemberRequest, number: str, version: int) -> HttpResponse:
    """The announcement of a version as a file, byte for byte as it was hashed."""
    found = get_object_or_404(
        RequestVersion, work_request__in=WorkRequest.objects.public(), work_request__number=number, number=version
    )
    response = HttpResponse(announcement_bytes(found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{number}-v{version}.json"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def terminate(request: MemberRequest, number: str) -> HttpResponse:
    work_request = _visible(request, number)
    require(permissions.can_terminate(request.user, work_request))
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            services.terminate_request(
                request_id=work_request.pk, reason=form.cleaned_data["reason"], actor=request.user
            )
        except DomainError as failure:
            add_failure(form, failure)
        else:
            messages.success(request, _("The request has ended; those who bid are told after the deadline."))
            return redirect(work_request)
    return render(request, "tendering/request_terminate.html", {"work_request": work_request, "form": form})


@login_required
@require_POST
def repost(request: MemberRequest, number: str) -> HttpResponse:
    """Copy a request that came to nothing into a new draft."""
    work_request = _visible(request, number)
    draft = services.repost_request(request_id=work_request.pk, actor=request.user)
    messages.success(request, _("A new draft holds all that you had filled in. Set a new deadline and hand it in."))
    return redirect("tendering:draft-page", draft.number, "selection")
