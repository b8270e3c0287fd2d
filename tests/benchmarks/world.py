"""The large world, made once."""

import sys
import time

from django.core.management import call_command
from django.db import connection

from cms.models import HomePage
from marketplace.catalogue.models import ServiceItem
from marketplace.registry.models import Intermediary


def prepare(scale: int) -> None:
    """Tables up to date, and catalogue, pages and large world in them; what is there is used again."""
    call_command("migrate", verbosity=0)
    if not ServiceItem.objects.exists():
        call_command("load_catalogue", verbosity=0)
        call_command("load_credit_model", verbosity=0)
    if not HomePage.objects.exists():
        call_command("load_pages", verbosity=0)
    if not Intermediary.objects.exists():
        began = time.monotonic()
        call_command("demo", scale=scale)
        sys.stdout.write(f"the large world took {time.monotonic() - began:.0f} s\n")
    with connection.cursor() as cursor:
        # What a server's autovacuum does a minute after such a load.
        cursor.execute("VACUUM ANALYZE")
