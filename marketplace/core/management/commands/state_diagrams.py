from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils import translation
from django_fsm import FSMFieldMixin, Transition

HEAD = """# States

What each matter's states are and what leads from one to the next. Made from the transitions in the code by
`python manage.py state_diagrams`; nothing else assigns a status.
"""


class Command(BaseCommand):
    help = "Write docs/guide/states.md from the models' transitions; --check only tells whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "guide" / "states.md"
        text = document()
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/guide/states.md is out of date: run manage.py state_diagrams")


def document() -> str:
    """All diagrams, as Markdown with Mermaid."""
    with translation.override("en"):
        return "\n".join([HEAD, *(_diagram(model, field) for model, field in _state_fields())])


def _state_fields() -> Iterator[tuple[type[models.Model], Any]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FSMFieldMixin) and field.choices:
                yield model, field


def _diagram(model: type[models.Model], field: Any) -> str:
    lines = [f"## {str(model._meta.verbose_name).capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {code}: {label}" for code, label in field.flatchoices]
    lines.append(f"    [*] --> {field.default}")
    arrows = {
        f"    {transition.source} --> {target}: {transition.name.replace('_', ' ')}"
        for transition in field.get_all_transitions(model)
        for target in _targets(transition)
    }
    return "\n".join([*lines, *sorted(arrows), "```", ""])


def _targets(transition: Transition) -> list[Any]:
    allowed = getattr(transition.target, "allowed_states", None)
    return list(allowed) if allowed else [transition.target]
