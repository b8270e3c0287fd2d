from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from marketplace.catalogue.loading import CatalogueLoader


class Command(BaseCommand):
    help = (
        "Bring the catalogue up to the data files: new rows are added, changed ones follow; "
        "what was corrected in the console stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.FIXTURES, help="where the data files are")

    def handle(self, *args: Any, **options: Any) -> None:
        loader = CatalogueLoader(options["folder"])
        loader.load()
        for name in sorted({*loader.created, *loader.changed}):
            self.stdout.write(f"{name}: {loader.created[name]} new, {loader.changed[name]} changed")
