"""What happens where the disk is full: files are stored whole or not at all, and some room is left for the database."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from .failures import DomainError

#: What the system says where there is no room, no quota, or a file may not grow.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL = _("The market's disk is full. Nothing was stored; try again later. The operator sees it on the state page.")


class UnableToStore(DomainError):
    """There is no room for a file; nothing of it is left."""

    code = "storage-full"
    status = 507

    def __init__(self) -> None:
        super().__init__(FULL)


def free_bytes(folder: str | Path = "") -> int:
    """What is free on the disk that a folder is, or will be, on; without one that of `DATA`."""
    path = Path(folder or settings.DATA)
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def has_room(size: int = 0, folder: str | Path = "") -> bool:
    """Whether so many bytes can be stored and the database still has its reserve."""
    return free_bytes(folder) - size >= settings.DISK_RESERVE_BYTES


def is_full(failure: BaseException | None) -> bool:
    """Whether something failed for want of room, in the system's words or in a database's."""
    while failure is not None:
        if isinstance(failure, OSError) and failure.errno in NO_ROOM:
            return True
        if isinstance(failure, DatabaseError) and _is_full_database(str(failure)):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _is_full_database(words: str) -> bool:
    # SQLite; PostgreSQL (53100, disk_full).
    return "disk is full" in words or "No space left on device" in words


class WholeFiles(FileSystemStorage):
    """Files under their names only once they are whole: written beside, forced to the disk, then moved."""

    def _save(self, name: str, content: File) -> str:
        folder = Path(self.location)
        if not has_room(content.size or 0, folder):
            raise UnableToStore
        part = folder / f".{get_random_string(20)}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._write(part, content)
            saved: str = super()._save(name, _Moved(part, content))  # type: ignore[misc]  # the guide's own hook
            return saved
        except OSError as failure:
            if is_full(failure):
                raise UnableToStore from failure
            raise
        finally:
            part.unlink(missing_ok=True)

    def _write(self, part: Path, content: File) -> None:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in content.chunks():
                file.write(chunk if isinstance(chunk, bytes) else chunk.encode())
            file.flush()
            os.fsync(file.fileno())


class _Moved(ContentFile):
    """A file that lies on the disk already: Django moves what has a temporary path instead of copying it."""

    def __init__(self, path: Path, content: File) -> None:
        super().__init__(b"", name=content.name)
        self._path = str(path)

    def temporary_file_path(self) -> str:
        return self._path

    def chunks(self, chunk_size: int | None = None) -> Any:
        raise NotImplementedError("moved, never copied")
