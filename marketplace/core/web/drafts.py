"""A draft's page saves itself while somebody types (`static/js/saving.js`), by the page's own operation."""

from typing import Any

from django.http import JsonResponse

from .. import clock
from ..clock import SHANGHAI
from ..failures import DomainError, SavedElsewhere
from .operation import Operation


class SavedAsTyped(Operation):
    """
    In front of an operation on a draft: the same save, answered with what the open page needs next.

    `fields` are the page's hidden fields that follow the draft's state, by name; `unread` says of what was typed that
    it could not be saved yet.
    """

    http_method_names = ["post"]

    def fields(self, result: Any) -> dict[str, str]:
        raise NotImplementedError

    def unread(self, result: Any) -> list[str]:
        return []

    def respond(self, result: Any) -> JsonResponse:
        saved_at = f"{clock.now().astimezone(SHANGHAI):%H:%M}"
        return JsonResponse({"fields": self.fields(result), "saved_at": saved_at, "unread": self.unread(result)})

    def refuse(self, form: Any, failure: DomainError) -> JsonResponse:
        answer = {"detail": str(failure), "is_elsewhere": isinstance(failure, SavedElsewhere)}
        return JsonResponse(answer, status=failure.status)
