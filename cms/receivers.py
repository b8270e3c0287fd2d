"""What the pages follow in the catalogue, and what holds their files."""

from typing import Any

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from marketplace.catalogue.models import Regulation
from marketplace.core.permissions import Refused

from . import files
from .models import RegulationPage


@receiver(post_save, sender=Regulation, dispatch_uid="cms.regulation_renumbered")
def move_its_page(sender: type[Regulation], instance: Regulation, raw: bool = False, **_: Any) -> None:
    """
    A document that gets another number takes its page along, and the old address leads on.

    The catalogue is edited row by row and has no news of its own; where its page lies is no rule, so a signal will do.
    """
    if raw:
        return
    # The row's own: what was saved may be a version that nobody has approved, of which only its number was noted.
    slug = Regulation.objects.values_list("slug", flat=True).get(pk=instance.pk)
    for page in RegulationPage.objects.filter(regulation=instance).exclude(slug=slug):
        page.slug = slug
        page.save()


@receiver(pre_delete, sender=get_document_model(), dispatch_uid="cms.document_stays")
@receiver(pre_delete, sender=get_image_model(), dispatch_uid="cms.picture_stays")
def stay_where_published(sender: type[Any], instance: Any, **__: Any) -> None:
    """Wagtail deletes a file by several doors, and a link in a text protects nothing: so it is held at the row."""
    if files.was_published(instance):
        raise Refused(_("A published page shows this file; it stays."))
