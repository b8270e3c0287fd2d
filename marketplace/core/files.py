"""Uploads: checked by size and by what they really are, stored with their SHA-256."""

import hashlib
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from . import clock
from .models import StoredFile

ZIP = b"PK\x03\x04"
#: Extension → content type and the bytes that a file of this kind begins with.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (ZIP,)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (ZIP,)),
    "ofd": ("application/ofd", (ZIP,)),
    "zip": ("application/zip", (ZIP,)),
    "dwg": ("image/vnd.dwg", (b"AC10",)),
}


def check(upload: UploadedFile) -> str:
    """
    The content type of an acceptable upload.

    :raises ValidationError: too large, empty, of a kind that is not taken, or not what its name says
    """
    extension = PurePath(upload.name or "").suffix.lower().lstrip(".")
    if extension not in KINDS:
        raise ValidationError(
            _("Files of this kind are not accepted. Choose one of: %(kinds)s.") % {"kinds": ", ".join(sorted(KINDS))},
            code="kind",
        )
    if not upload.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if upload.size > settings.MAX_UPLOAD_BYTES:
        raise ValidationError(
            _("The file is larger than %(megabytes)d MB.") % {"megabytes": settings.MAX_UPLOAD_BYTES // 2**20},
            code="size",
        )
    content_type, beginnings = KINDS[extension]
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    if not head.startswith(beginnings):
        raise ValidationError(
            _("The file's content is not that of a .%(kind)s file.") % {"kind": extension}, code="content"
        )
    return content_type


def store(upload: UploadedFile, *, actor: Any | None) -> StoredFile:
    """
    Store an upload.

    :raises ValidationError: see `check`
    :raises UnableToStore: if there is no room
    """
    content_type = check(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = StoredFile(
        file=upload,
        name=PurePath(upload.name or "").name[-200:],
        size=upload.size or 0,
        sha256=digest.hexdigest(),
        content_type=content_type,
        uploaded_by=actor,
        created_at=clock.now(),
    )
    try:
        stored.save(force_insert=True)
    except DatabaseError:
        # A row that could not be written leaves no file behind.
        stored.file.storage.delete(str(stored.file.name))
        raise
    return stored


def serve(stored: StoredFile, *, name: str = "") -> FileResponse:
    """
    A download; the view that calls this has checked who asks.

    :param name: what to call it instead of its own name, where that would tell too much
    """
    return FileResponse(
        stored.file.open("rb"), as_attachment=True, filename=name or stored.name, content_type=stored.content_type
    )


class UploadField(forms.FileField):
    """A form's file field with the market's checks."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            check(upload)
        return upload
