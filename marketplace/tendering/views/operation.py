"""What the pages of operations on a request have in common."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from marketplace.accounts.http import MemberRequest
from marketplace.core import clock
from marketplace.core.web.operation import Operation, Press
from marketplace.registry.models import Intermediary

from ..models import WorkRequest
from ..senders import firm_of


class RequestOperation(Operation):
    """An operation on a request that the person sees, found by its number."""

    request: MemberRequest
    subject: WorkRequest

    def visible(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.visible_to(self.request.user).select_related("owner")

    def looked_up_by(self) -> dict[str, Any]:
        return {"number": self.kwargs["number"]}

    @property
    def work_request(self) -> WorkRequest:
        return self.subject

    def surroundings(self) -> dict[str, Any]:
        return {"work_request": self.work_request}


class RequestPress(Press, RequestOperation):
    """A button on a request's page."""


class FirmOperation(RequestOperation):
    """What an intermediary does with a request that is public."""

    def visible(self) -> QuerySet[WorkRequest]:
        return WorkRequest.objects.public().for_list()

    @cached_property
    def firm(self) -> Intermediary:
        return firm_of(self.request)


def moment_of(text: str) -> datetime:
    """When a page says that its row was edited; long ago where it says nothing readable."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=clock.SHANGHAI)
