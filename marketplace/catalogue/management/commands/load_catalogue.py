from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from marketplace.catalogue.loading import CatalogueLoader


class Command(BaseCommand):
    help = "Load districts, authorities, regulations, fee schedules and service items from the data files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.FIXTURES, help="where the data files are")
        parser.add_argument("--overwrite", action="store_true", help="put the files' values over the present ones")

    def handle(self, *args: Any, **options: Any) -> None:
        created = CatalogueLoader(options["folder"], overwrite=options["overwrite"]).load()
        for name, count in created.items():
            self.stdout.write(f"{name}: {count} new")
