from django.http import Http404, HttpRequest
from wagtail import hooks
from wagtail.documents.models import AbstractDocument

from . import files


@hooks.register("before_serve_document")
def keep_drafts_files_inside(document: AbstractDocument, request: HttpRequest) -> None:
    """A guessed address of a file that nothing published shows leads nowhere."""
    if not files.may_read(request, document):
        raise Http404
