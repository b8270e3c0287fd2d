"""Every transcript that any of these tests publishes is recomputed by the strangers' script and fits its schema."""

import json
from functools import lru_cache

import jsonschema
import pytest

import verify_selection
from marketplace.tendering import selection
from marketplace.tendering.models import Opening
from marketplace.tendering.views.verification import SCHEMA


@lru_cache(maxsize=1)
def _validator():
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture(autouse=True)
def transcripts_are_checked(monkeypatch):
    publish = Opening._publish

    def publish_and_check(self, at, transcript):
        publish(self, at, transcript)
        if transcript is not None:
            document = verify_selection.parse(selection.canonical(transcript))
            _validator().validate(document)
            verify_selection.Selection(document).verify()

    monkeypatch.setattr(Opening, "_publish", publish_and_check)
