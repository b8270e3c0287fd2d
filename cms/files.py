"""
Documents and pictures of the pages: read by everybody once a page that shows them is published, and from then on fixed.

What shows a file is Wagtail's index of references, which follows what is published, and not the drafts above it.
"""

from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.documents.models import AbstractDocument
from wagtail.images.forms import BaseImageForm
from wagtail.images.models import AbstractImage
from wagtail.images.views.serve import ServeView
from wagtail.models import Page, ReferenceIndex

File: TypeAlias = AbstractDocument | AbstractImage


def pages_showing(file: File) -> Any:
    """The pages that show a file, as they stand in the tree."""
    keys = ReferenceIndex.get_references_to(file).values_list("object_id", flat=True)
    return Page.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()])


def is_published(file: File) -> bool:
    """Whether everybody may read a file: a page that shows it is published."""
    return pages_showing(file).live().public().exists()


def was_published(file: File) -> bool:
    """Whether a page that shows the file is or was published: somebody may have relied on what it says."""
    return pages_showing(file).filter(first_published_at__isnull=False).exists()


def may_read(request: HttpRequest, file: File) -> bool:
    return is_published(file) or request.user.has_perm("wagtailadmin.access_admin")


class FixedOncePublished(forms.ModelForm):
    """A file cannot be exchanged under a published page; a corrected one is another file, approved with its page."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data and self.instance.pk and was_published(self.instance):
            raise ValidationError(
                _("A published page shows this file. Add the new one as another file, and put it on the page.")
            )
        return file


class DocumentForm(FixedOncePublished, BaseDocumentForm):
    pass


class ImageForm(FixedOncePublished, BaseImageForm):
    pass


class PictureView(ServeView):
    """A picture of a page, in the size that its signed address names."""

    def get(self, request: HttpRequest, signature: str, image_id: int, filter_spec: str, **kwargs: Any) -> HttpResponse:
        image = self.model.objects.filter(pk=image_id).first()
        if image is None or not may_read(request, image):
            raise Http404
        response: HttpResponse = super().get(request, signature, image_id, filter_spec)
        if not is_published(image):
            response["Cache-Control"] = "private, no-store"
        return response
