import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core import files
from marketplace.core.models import StoredFile

PDF = b"%PDF-1.7 a small file"


@pytest.mark.django_db
class TestStore:
    def test_a_file_is_stored_with_its_hash(self):
        stored = files.store(SimpleUploadedFile("报告.pdf", PDF), actor=None)

        assert (stored.name, stored.size, stored.sha256) == ("报告.pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
        assert stored.file.read() == PDF

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("run.exe", PDF, "kind"),
            ("page.pdf", b"<html>", "content"),
            ("empty.pdf", b"", "empty"),
            ("licence", PDF, "kind"),
        ],
    )
    def test_what_is_not_acceptable_is_refused_and_not_stored(self, name, content, code):
        with pytest.raises(ValidationError) as refusal:
            files.store(SimpleUploadedFile(name, content), actor=None)

        assert refusal.value.code == code
        assert not StoredFile.objects.exists()

    def test_a_file_over_the_limit_is_refused(self, settings):
        settings.MAX_UPLOAD_BYTES = 10

        with pytest.raises(ValidationError) as refusal:
            files.store(SimpleUploadedFile("a.pdf", PDF), actor=None)

        assert refusal.value.code == "size"
