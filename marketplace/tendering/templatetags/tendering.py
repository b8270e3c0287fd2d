from django import template

from ..models import WorkRequest
from ..sealing import custodians

register = template.Library()


@register.simple_tag
def custody_place(work_request: WorkRequest) -> str:
    """Where the two halves of a request lie: `one_process`, `one_machine` or `two_machines`."""
    return str(custodians.place_of(work_request))
