"""What makes the index follow: news of the market, pages published, and the catalogue's rows."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from cms.models import GuidePage, NoticePage, RegulationPage
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.core.events import receives
from marketplace.registry.events import IntermediaryChanged, IntermediaryListed
from marketplace.registry.models import Intermediary
from marketplace.tendering.events import RequestChanged, RequestEnded, RequestFailed, RequestPublished
from marketplace.tendering.models import WorkRequest

from .models import Kind
from .services import refresh


@receives(IntermediaryListed)
def intermediary_listed(event: IntermediaryListed) -> None:
    _refresh_intermediary(event.intermediary_id)


@receives(IntermediaryChanged)
def intermediary_changed(event: IntermediaryChanged) -> None:
    _refresh_intermediary(event.intermediary_id)


def _refresh_intermediary(intermediary_id: int) -> None:
    firm = Intermediary.objects.select_related("organisation").get(pk=intermediary_id)
    refresh(Kind.INTERMEDIARY, [firm.uscc])


@receives(RequestPublished)
def request_published(event: RequestPublished) -> None:
    _refresh_request(event.request_id)


@receives(RequestChanged)
def request_changed(event: RequestChanged) -> None:
    _refresh_request(event.request_id)


@receives(RequestFailed)
def request_failed(event: RequestFailed) -> None:
    _refresh_request(event.request_id)


@receives(RequestEnded)
def request_ended(event: RequestEnded) -> None:
    _refresh_request(event.request_id)


def _refresh_request(request_id: int) -> None:
    refresh(Kind.REQUEST, [WorkRequest.objects.values_list("number", flat=True).get(pk=request_id)])


def page_changed(sender: type[Page], instance: Page, **_: Any) -> None:
    """What pages say is public while they are, and so is a regulation."""
    match instance:
        case RegulationPage():
            refresh(Kind.REGULATION, [instance.regulation.document_no])
        case NoticePage():
            refresh(Kind.NOTICE, [str(instance.pk)])
        case GuidePage():
            refresh(Kind.GUIDE, [str(instance.pk)])


def row_changed(sender: type[Model], instance: Any, raw: bool = False, **_: Any) -> None:
    """The catalogue is edited row by row and has no news of its own; the index is no rule, so a signal will do."""
    kind, key = (Kind.SERVICE, "code") if sender is ServiceItem else (Kind.REGULATION, "document_no")
    if not raw:
        keys = {getattr(instance, key), getattr(instance, "_key_before", getattr(instance, key))}
        transaction.on_commit(lambda: refresh(kind, sorted(keys)))


def row_changes(sender: type[Model], instance: Any, raw: bool = False, **_: Any) -> None:
    """An entry under another number or code must not be found under the old one as well."""
    key = "code" if sender is ServiceItem else "document_no"
    stored = None if raw else sender._default_manager.filter(pk=instance.pk).values_list(key, flat=True).first()
    if stored is not None:
        instance._key_before = stored


page_published.connect(page_changed, dispatch_uid="search.page_published")
page_unpublished.connect(page_changed, dispatch_uid="search.page_unpublished")
for model in (ServiceItem, Regulation):
    pre_save.connect(row_changes, sender=model, dispatch_uid=f"search.saves.{model.__name__}")
    post_save.connect(row_changed, sender=model, dispatch_uid=f"search.saved.{model.__name__}")
    post_delete.connect(row_changed, sender=model, dispatch_uid=f"search.deleted.{model.__name__}")
