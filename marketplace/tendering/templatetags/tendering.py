from django import template

from .. import custody
from ..models import WorkRequest

register = template.Library()


@register.simple_tag
def custody_place(work_request: WorkRequest) -> str:
    """Where the two halves of a request lie: `one_process`, `one_machine` or `two_machines`."""
    return str(custody.place_of(work_request))
