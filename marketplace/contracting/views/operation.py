"""The one shape that every page of an operation on a contract has."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import View

from marketplace.accounts.http import MemberRequest
from marketplace.core.failures import DomainError
from marketplace.core.permissions import Decision, require
from marketplace.core.web.forms import add_failure

from .. import selectors
from ..models import Contract
from ..permissions import Seat, seat_of


class ContractOperation(LoginRequiredMixin, View):
    """
    A form, one service call, and back to the contract's page.

    A subclass names template, form and words, and gives `decision` (may this person do it now?) and `operate`.
    What the rules refuse stands above the form, which keeps what was filled in.
    """

    http_method_names = ["get", "head", "post"]
    request: MemberRequest
    template_name: str
    form_class: type[forms.Form] = forms.Form
    done: Any

    @cached_property
    def contract(self) -> Contract:
        visible = Contract.objects.visible_to(self.request.user)
        return get_object_or_404(selectors.for_page(visible), number=self.kwargs["number"])

    @cached_property
    def seat(self) -> Seat:
        return seat_of(self.request.user, self.contract)

    def decision(self) -> Decision:
        raise NotImplementedError

    def operate(self, form: Any) -> None:
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        return {}

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.decision())
        return self.page(self.form_class(initial=self.initial(), **self.form_arguments()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contract = self.contract
        form = self.form_class(request.POST, request.FILES, initial=self.initial(), **self.form_arguments())
        if not form.is_valid():
            require(self.decision())
            return self.page(form, status=422)
        try:
            self.operate(form)
        except DomainError as failure:
            return self.refuse(form, failure)
        messages.success(request, self.done)
        return redirect(contract)

    def refuse(self, form: forms.Form, failure: DomainError) -> HttpResponse:
        """The page again with the refusal at its fields, or above the form where it is about the contract's state."""
        add_failure(form, failure)
        return self.page(form, status=422 if failure.field_errors else failure.status)

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "contract": self.contract,
            "seat": self.seat,
            "form": form,
            "workbench_tab": "contracting:contract-list",
            **self.context(),
        }
        return render(self.request, self.template_name, context, status=status)
