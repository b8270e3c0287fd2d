import errno
import os
import shutil

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, transaction

from marketplace.core import disk, files
from marketplace.core.disk import UnableToStore
from marketplace.core.models import StoredFile


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


def stored(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def full(monkeypatch):
    """A disk that takes ten bytes more, and reports plenty of room."""

    class Ten:
        def __init__(self, file):
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def __getattr__(self, name):
            return getattr(self._file, name)

        def write(self, data):
            self._file.write(data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = os.fdopen
    monkeypatch.setattr(disk.os, "fdopen", lambda *arguments: Ten(real(*arguments)))


class TestWholeFiles:
    def test_stores_what_it_is_given_under_its_name(self, folder):
        name = default_storage.save("files/ab/one", ContentFile(b"content"))

        assert name == "files/ab/one"
        assert (folder / name).read_bytes() == b"content"
        assert stored(folder) == ["files/ab/one"]
        assert oct((folder / name).stat().st_mode)[-3:] == "644"

    def test_never_overwrites(self, folder):
        default_storage.save("one", ContentFile(b"first"))

        other = default_storage.save("one", ContentFile(b"second"))

        assert other != "one"
        assert (folder / "one").read_bytes() == b"first"

    def test_leaves_nothing_of_a_file_that_found_no_room(self, folder, monkeypatch):
        full(monkeypatch)

        with pytest.raises(UnableToStore, match="存储空间已满"):
            default_storage.save("one", ContentFile(b"content" * 100))

        assert stored(folder) == []

    def test_leaves_the_database_its_reserve(self, folder, settings):
        settings.DISK_RESERVE_BYTES = shutil.disk_usage("/").total * 2

        with pytest.raises(UnableToStore):
            default_storage.save("one", ContentFile(b"content"))

        assert stored(folder) == []


@pytest.mark.django_db
class TestUploads:
    def upload(self):
        return SimpleUploadedFile("plan.pdf", b"%PDF-1.7 content")

    def test_on_a_full_disk_are_refused_with_a_sentence_and_leave_no_row(self, folder, monkeypatch):
        full(monkeypatch)

        with pytest.raises(UnableToStore) as refusal, transaction.atomic():
            files.store(self.upload(), actor=None)

        assert refusal.value.status == 507
        assert not StoredFile.objects.exists()
        assert stored(folder) == []

    def test_whose_row_could_not_be_written_leave_no_file(self, folder, monkeypatch):
        def refuse(self, *arguments, **options):
            StoredFile.file.field.pre_save(self, True)
            raise OperationalError("database or disk is full")

        monkeypatch.setattr(StoredFile, "save", refuse)

        with pytest.raises(OperationalError):
            files.store(self.upload(), actor=None)

        assert stored(folder) == []


@pytest.mark.parametrize(
    ("failure", "is_full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OperationalError("database or disk is full"), True),
        (OperationalError('could not extend file "base/1": No space left on device'), True),
        (OperationalError("database is locked"), False),
        (DatabaseError("no such table"), False),
        (OSError(errno.EACCES, "Permission denied"), False),
        (None, False),
    ],
)
def test_a_full_disk_is_told_from_other_failures(failure, is_full):
    assert disk.is_full(failure) is is_full


def test_a_full_disk_behind_another_failure_is_seen():
    failure = ValueError("not stored")
    failure.__cause__ = OSError(errno.ENOSPC, "No space left on device")

    assert disk.is_full(failure)
