"""The one shape that every page of an operation on a contract has."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from marketplace.accounts.http import MemberRequest
from marketplace.core.web.operation import Operation

from .. import selectors
from ..models import Contract
from ..permissions import Seat, seat_of


class ContractOperation(Operation):
    """An operation of a party: it knows the contract and the seat at its table, and leads back to the contract."""

    request: MemberRequest
    subject: Contract

    def visible(self) -> QuerySet[Contract]:
        return selectors.for_page(Contract.objects.visible_to(self.request.user))

    def looked_up_by(self) -> dict[str, Any]:
        return {"number": self.kwargs["number"]}

    @property
    def contract(self) -> Contract:
        return self.subject

    @cached_property
    def seat(self) -> Seat:
        return seat_of(self.request.user, self.contract)

    def surroundings(self) -> dict[str, Any]:
        return {"contract": self.contract, "seat": self.seat, "workbench_tab": "contracting:contract-list"}
