from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from marketplace.core import clock, files
from marketplace.core.calendar import clock_face
from marketplace.core.failures import Text
from marketplace.core.money import format_cny
from marketplace.core.permissions import Decision

from .. import permissions, services
from ..forms import DeliverForm, ExtendForm, ReturnForm
from ..models import Contract, Deliverable, DeliverableFile, Milestone
from .operation import ContractOperation


class _OnMilestone(ContractOperation):
    @cached_property
    def milestone(self) -> Milestone:
        for milestone in self.contract.milestones.all():
            if milestone.position == self.kwargs["position"]:
                milestone.contract = self.contract
                return milestone
        raise Http404

    def context(self) -> dict[str, Any]:
        return {"milestone": self.milestone}


class Deliver(_OnMilestone):
    template_name = "contracting/deliverable_submit.html"
    form_class = DeliverForm
    done = _("The work is submitted. The owner is told.")

    def decision(self) -> Decision:
        return permissions.can_deliver(self.seat, self.milestone)

    def operate(self, form: Any) -> None:
        services.submit_deliverable(
            milestone_id=self.milestone.pk,
            files_=form.cleaned_data["files"],
            note=form.cleaned_data["note"],
            actor=self.request.user,
        )


class Extend(_OnMilestone):
    template_name = "contracting/milestone_extend.html"
    form_class = ExtendForm
    done = _("The delivery date is moved.")

    def decision(self) -> Decision:
        return permissions.can_extend(self.seat, self.milestone, clock.now())

    def operate(self, form: Any) -> None:
        services.extend_milestone(milestone_id=self.milestone.pk, actor=self.request.user, **form.cleaned_data)


def deliverable_of(contract: Contract, pk: int) -> Deliverable:
    """A submission of a contract read for its page, with milestone and contract at hand."""
    for milestone in contract.milestones.all():
        for deliverable in milestone.deliverables.all():
            if deliverable.pk == pk:
                milestone.contract, deliverable.milestone = contract, milestone
                return deliverable
    raise Http404


class _OnDeliverable(ContractOperation):
    @cached_property
    def deliverable(self) -> Deliverable:
        return deliverable_of(self.contract, self.kwargs["pk"])

    def decision(self) -> Decision:
        return permissions.can_answer(self.seat, self.deliverable)

    def context(self) -> dict[str, Any]:
        deliverable = self.deliverable
        return {
            "deliverable": deliverable,
            "milestone": deliverable.milestone,
            "clock": clock_face(deliverable.submitted_at, deliverable.answer_due_at, clock.now()),
        }


class Answer(_OnDeliverable):
    """What was submitted, and the two ways to answer it; accepting takes this confirmation."""

    template_name = "contracting/deliverable_answer.html"
    act = _("Accept this work")
    done = _("The work is accepted.")

    def asks_first(self, form: Any) -> Text:
        return _("Accepting ends this milestone and makes %(amount)s due. It cannot be taken back.") % {
            "amount": format_cny(self.deliverable.milestone.amount)
        }

    def operate(self, form: Any) -> None:
        services.accept_deliverable(deliverable_id=self.deliverable.pk, actor=self.request.user)


class Return(_OnDeliverable):
    template_name = "contracting/deliverable_return.html"
    form_class = ReturnForm
    done = _("The work is returned with your reasons.")

    def operate(self, form: Any) -> None:
        services.return_deliverable(
            deliverable_id=self.deliverable.pk, reasons=form.cleaned_data["reasons"], actor=self.request.user
        )


@login_required
@require_safe
def download(request: HttpRequest, number: str, pk: str) -> HttpResponse | FileResponse:
    """A submitted file, for those who see the contract."""
    contract = get_object_or_404(Contract.objects.visible_to(request.user), number=number)
    found = get_object_or_404(
        DeliverableFile.objects.select_related("file"), deliverable__milestone__contract=contract, file=pk
    )
    return files.serve(found.file)
