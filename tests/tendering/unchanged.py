"""Proof that a refusal changed nothing."""

from contextlib import contextmanager

from django.apps import apps

from marketplace.core.models import AuditEntry, DueWork


def _rows():
    models = [*apps.get_app_config("tendering").get_models(), AuditEntry, DueWork]
    return {model.__name__: sorted(map(str, model.objects.order_by("pk").values())) for model in models}


@contextmanager
def nothing_changes():
    """No row of tendering, no line of any trail and no due work differs after the block."""
    before = _rows()
    yield
    assert _rows() == before
