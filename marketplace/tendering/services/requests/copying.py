"""All that an owner wrote, from one request into another: posted again, or begun as the next version."""

from ...models import WorkRequest
from ...models.written import OWNERS_FIELDS, OWNERS_LISTS, OWNERS_ROWS


def copy_fields(source: WorkRequest, target: WorkRequest) -> None:
    """The fields of the row itself; neither is saved."""
    for name in OWNERS_FIELDS:
        setattr(target, name, getattr(source, name))


def copy_lists(source: WorkRequest, target: WorkRequest) -> None:
    """What was ticked; the target's is replaced."""
    for name in OWNERS_LISTS:
        getattr(target, name).set(getattr(source, name).all())


def copy_rows(source: WorkRequest, target: WorkRequest) -> None:
    """Services, exclusions and attachments; the target has none yet."""
    for model in OWNERS_ROWS:
        rows = list(model.objects.filter(work_request=source).order_by("pk"))
        for row in rows:
            row.pk, row.work_request = None, target
        model.objects.bulk_create(rows)
