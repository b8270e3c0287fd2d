from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from cms.models import HomePage
from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.demo.people import ACCOUNTS, PASSWORD
from search.models import ConsoleEntry

#: Intermediaries of the sample, the fewest that the large world is made with; it is written within seconds.
SAMPLE_SCALE = 20


class Command(BaseCommand):
    help = "Make this machine's market ready: tables, catalogue, pages and the demo world, each once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sample", action="store_true", help="a small sample in place of the demo world")

    def handle(self, *args: Any, sample: bool = False, **options: Any) -> None:
        Path(settings.DATA).mkdir(parents=True, exist_ok=True)
        self.stdout.write("Tables …")
        call_command("migrate", verbosity=0)
        if not ServiceItem.objects.exists():
            self.stdout.write("Catalogue, fee schedules, regulations and the credit model …")
            call_command("load_catalogue", verbosity=0, stdout=self.stdout)
            call_command("load_credit_model", stdout=self.stdout)
        elif not ConsoleEntry.objects.filter(root="catalogue.regulation").exists():
            # A market from before the console's choosers searched.
            call_command("update_index", verbosity=0, stdout=StringIO())
        if not HomePage.objects.exists():
            self.stdout.write("Pages …")
            call_command("load_pages", stdout=self.stdout)
        if not Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY).exists():
            self._fill(sample)
        self._announce()

    def _fill(self, sample: bool) -> None:
        if sample:
            self.stdout.write("A small sample …")
            call_command("demo", scale=SAMPLE_SCALE, stdout=StringIO())
            return
        self.stdout.write("The demo world: about a minute, once …")
        call_command("demo", stdout=self.stdout)
        call_command("rebuild_search_index", stdout=self.stdout)

    def _announce(self) -> None:
        self.stdout.write(f"\n明选 Mingxuan   {settings.WAGTAILADMIN_BASE_URL}/   Ctrl-C stops it")
        self.stdout.write(f"Demo accounts, password {PASSWORD}:")
        there = set(User.objects.values_list("email", flat=True))
        for name, kind in ACCOUNTS:
            if (email := f"{name}@demo.example") in there:
                self.stdout.write(f"  {email}   {kind}")
        self.stdout.write("")
