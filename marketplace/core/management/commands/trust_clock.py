from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.core.clock import SHANGHAI
from marketplace.core.running import clock_watch


class Command(BaseCommand):
    help = "Take clocks that jumped as right, as the workers saw them last; what waited for that goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        found = clock_watch.trouble()
        if not found:
            self.stdout.write("Every clock is trusted.")
        for reading in found:
            try:
                clock_watch.trust(boot=reading.boot, actor=None)
            except clock_watch.UnableToTrust as refusal:
                raise CommandError(f"{reading.machine}: {refusal}") from refusal
            shown = clock_watch.shown(reading).astimezone(SHANGHAI)
            self.stdout.write(f"{reading.machine}: {shown:%Y-%m-%d %H:%M} is taken as right.")
