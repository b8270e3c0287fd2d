"""What the pages of operations on the organisation that one acts in have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from marketplace.core.web.operation import Operation, Press

from ..http import MemberRequest
from ..models import Organisation


class OrganisationOperation(Operation):
    """An operation of the organisation that the person acts in; who has none is led to where one is recorded."""

    request: MemberRequest
    organisation: Organisation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if organisation := self.request.organisation:
            self.organisation = organisation
        elif request.user.is_authenticated:
            return redirect("accounts:workbench")
        return super().dispatch(request, *args, **kwargs)

    def place(self, result: Any) -> str:
        return "accounts:organisation-detail"


class MembersPress(Press):
    """A button on the page of the organisation and its members."""

    request: MemberRequest

    def place(self, result: Any) -> str:
        return "accounts:organisation-detail"

    def back(self) -> str:
        return "accounts:organisation-detail"
