"""What the owner does with a published request: answer, change, end it, post it again; and what was announced."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from marketplace.accounts.http import MemberRequest
from marketplace.core import calendar, clock
from marketplace.core.permissions import Decision, require

from .. import permissions, services
from ..announcing.announcement import announcement_bytes
from ..forms.decisions import AnswerForm, ReasonForm
from ..models import Question, RequestVersion, WorkRequest
from ..rules import deadlines
from .operation import RequestOperation, RequestPress


class Answer(RequestOperation):
    template_name = "tendering/question_answer.html"
    form_class = AnswerForm
    done = _("Your answer is published.")

    def decision(self) -> Decision:
        return permissions.can_answer(self.request.user, self.work_request)

    @cached_property
    def question(self) -> Question:
        return get_object_or_404(Question, work_request=self.work_request, number=self.kwargs["question"])

    def operate(self, form: Any) -> None:
        services.answer_question(
            question_id=self.question.pk, answer=form.cleaned_data["answer"], actor=self.request.user
        )

    def place(self, result: Any) -> str:
        return f"{self.work_request.get_absolute_url()}#questions"

    def context(self) -> dict[str, Any]:
        return {"question": self.question}


class Change(RequestOperation):
    """What a new version means; then its draft, which is edited like any other."""

    template_name = "tendering/version_begin.html"

    def decision(self) -> Decision:
        return permissions.can_change(self.request.user, self.work_request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.decision())
        if begun := WorkRequest.objects.filter(amends=self.work_request).first():
            return redirect("tendering:draft-summary", begun.number)
        return super().get(request, *args, **kwargs)

    def operate(self, form: Any) -> WorkRequest:
        return services.begin_version(request_id=self.work_request.pk, actor=self.request.user)

    def place(self, result: WorkRequest) -> str:
        return reverse("tendering:draft-page", args=[result.number, "project"])

    def context(self) -> dict[str, Any]:
        work_request = self.work_request
        most = work_request.rules.substance_changes
        return {
            "next_version": work_request.version + 1,
            "most": most,
            "left": most - work_request.version + 1,
            "until": work_request.changes_until,
            "earliest": deadlines.earliest_for_version(
                work_request.bids_close_at, clock.now(), working_days=calendar.current()
            ),
        }


@require_safe
def announcement_file(request: MemberRequest, number: str, version: int) -> HttpResponse:
    """The announcement of a version as a file, byte for byte as it was hashed."""
    found = get_object_or_404(
        RequestVersion, work_request__in=WorkRequest.objects.public(), work_request__number=number, number=version
    )
    response = HttpResponse(announcement_bytes(found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{number}-v{version}.json"'
    return response


class Terminate(RequestOperation):
    template_name = "tendering/request_terminate.html"
    form_class = ReasonForm
    act = _("End the request")
    asks = _("The request ends here for good, and the reason is published. It can only be posted anew.")
    done = _("The request has ended; those who bid are told after the deadline.")

    def decision(self) -> Decision:
        return permissions.can_terminate(self.request.user, self.work_request)

    def operate(self, form: Any) -> None:
        services.terminate_request(
            request_id=self.work_request.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )


class Repost(RequestPress):
    """Copy a request that came to nothing into a new draft."""

    done = _("A new draft holds all that you had filled in. Set a new deadline and hand it in.")

    def operate(self, form: Any) -> WorkRequest:
        return services.repost_request(request_id=self.work_request.pk, actor=self.request.user)

    def place(self, result: WorkRequest) -> str:
        return reverse("tendering:draft-page", args=[result.number, "selection"])
