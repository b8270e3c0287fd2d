from typing import Any

from django.core.management.base import BaseCommand

from cms.services import load_pages


class Command(BaseCommand):
    help = "Create the site's pages, groups and workflow where they are missing; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        made: list[str] = []
        load_pages(progress=made.append)
        for title in made:
            self.stdout.write(f"  {title}")
        self.stdout.write(self.style.SUCCESS(f"{len(made)} pages created."))
