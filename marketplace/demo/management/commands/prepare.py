from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from cms.models import HomePage
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import ServiceItem
from marketplace.demo.people import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    help = "Make this machine's market ready: tables, catalogue, pages and the demo world, each once."

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.DATA).mkdir(parents=True, exist_ok=True)
        for folder in ("data_folder_in", "processed_folder", "control_folder"):
            if path := settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(folder):
                Path(str(path)).mkdir(parents=True, exist_ok=True)
        self.stdout.write("Tables …")
        call_command("migrate", verbosity=0)
        if not ServiceItem.objects.exists():
            self.stdout.write("Catalogue, fee schedules, regulations and the credit model …")
            call_command("load_catalogue", verbosity=0, stdout=self.stdout)
            call_command("load_credit_model", stdout=self.stdout)
        if not HomePage.objects.exists():
            self.stdout.write("Pages …")
            call_command("load_pages", stdout=self.stdout)
        if not Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY).exists():
            self.stdout.write("The demo world: about a minute, once …")
            call_command("demo", stdout=self.stdout)
            call_command("rebuild_search_index", stdout=self.stdout)
        self._announce()

    def _announce(self) -> None:
        self.stdout.write(f"\n明选 Mingxuan   {settings.WAGTAILADMIN_BASE_URL}/   Ctrl-C stops it")
        self.stdout.write(f"Demo accounts, password {PASSWORD}:")
        for name, kind in ACCOUNTS:
            self.stdout.write(f"  {name}@demo.example   {kind}")
        self.stdout.write("")
