from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision

from .. import permissions, services, text
from ..forms import AgreeForm, MilestoneFormSet, SignForm, TermsForm, WishForm
from ..models import ContractText
from .operation import ContractOperation


class ProposeTerms(ContractOperation):
    """The owner proposes dates, milestones and further terms."""

    template_name = "contracting/terms_propose.html"
    form_class = TermsForm
    done = _("The terms are proposed. The intermediary is asked to agree.")

    def decision(self) -> Decision:
        return permissions.can_propose_terms(self.seat, self.contract)

    def initial(self) -> dict[str, Any]:
        return TermsForm.initial_of(self.contract)

    def milestones(self, data: Any = None) -> Any:
        rows = [
            {"title": each.title, "percent": each.percent, "due_on": each.due_on}
            for each in self.contract.milestones.all()
        ]
        return MilestoneFormSet(data, prefix="milestones", initial=rows)

    def is_valid(self, form: Any) -> bool:
        self.formset = self.milestones(self.request.POST)
        # Both are asked, so that every error shows at once.
        return form.is_valid() & self.formset.is_valid()

    def operate(self, form: Any) -> None:
        given = form.cleaned_data
        services.propose_terms(
            contract_id=self.contract.pk,
            starts_on=given["service_starts_on"],
            ends_on=given["service_ends_on"],
            terms=given["terms"],
            remedies=form.remedies(),
            milestones=self.formset.terms(),
            based_on=given["based_on"],
            actor=self.request.user,
        )

    def refuse(self, form: forms.Form, failure: DomainError) -> HttpResponse:
        self.milestone_fault = failure.field_errors.pop("milestones", "")
        if self.milestone_fault and not failure.field_errors:
            return self.page(form, status=422)
        return super().refuse(form, failure)

    def context(self) -> dict[str, Any]:
        return {
            "formset": getattr(self, "formset", None) or self.milestones(),
            "milestone_fault": getattr(self, "milestone_fault", ""),
        }


class _OverText(ContractOperation):
    """An operation on the text in force, whose hash the form carries."""

    @property
    def text(self) -> ContractText:
        return next(each for each in self.contract.texts.all() if each.version == self.contract.text_version)

    def initial(self) -> dict[str, Any]:
        return {"sha256": self.text.sha256}

    def context(self) -> dict[str, Any]:
        return {"text": self.text, "blocks": text.blocks(self.text.body)}


class AgreeTerms(_OverText):
    template_name = "contracting/terms_agree.html"
    form_class = AgreeForm
    done = _("The terms are agreed. Both sides can sign now.")

    def decision(self) -> Decision:
        return permissions.can_agree_terms(self.seat, self.contract)

    def operate(self, form: Any) -> None:
        services.agree_terms(contract_id=self.contract.pk, sha256=form.cleaned_data["sha256"], actor=self.request.user)


class AskChange(ContractOperation):
    template_name = "contracting/terms_change.html"
    form_class = WishForm
    done = _("The owner is asked for the change.")

    def decision(self) -> Decision:
        return permissions.can_ask_change(self.seat, self.contract)

    def operate(self, form: Any) -> None:
        services.ask_change(contract_id=self.contract.pk, wish=form.cleaned_data["wish"], actor=self.request.user)


class Sign(_OverText):
    template_name = "contracting/contract_sign.html"
    form_class = SignForm
    done = _("You have signed the contract. Time and hash are recorded.")

    def decision(self) -> Decision:
        return permissions.can_sign(self.seat, self.contract)

    def operate(self, form: Any) -> None:
        services.sign_contract(
            contract_id=self.contract.pk, sha256=form.cleaned_data["sha256"], actor=self.request.user
        )
