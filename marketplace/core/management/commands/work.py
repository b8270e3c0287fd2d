import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules

from marketplace.core.running.sweeper import Sweeper


class Command(BaseCommand):
    help = "Do the due work, the periodic jobs and the heartbeats of a market without Redis, until it is ended."

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("tasks")
        sweeper = Sweeper()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, sweeper.stop)
        sweeper.run()
