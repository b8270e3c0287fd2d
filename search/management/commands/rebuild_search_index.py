from typing import Any

from django.core.management.base import BaseCommand

from search.models import Kind
from search.services import rebuild


class Command(BaseCommand):
    help = "Index everything public anew; what is indexed now keeps answering meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = rebuild(self._show)
        self.stdout.write(self.style.SUCCESS(", ".join(f"{kind}: {count}" for kind, count in counts.items())))

    def _show(self, kind: Kind, done: int, total: int) -> None:
        self.stdout.write(f"  {kind} {done}/{total}")
