from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.accounts.models import Organisation
from marketplace.demo import bulk, world


class Command(BaseCommand):
    help = "Fill an empty market with the demo world; --scale N makes the large one for benchmarks, in bulk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, help="intermediaries of the large world, such as 10000")

    def handle(self, *args: Any, scale: int | None = None, **options: Any) -> None:
        if Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY).exists():
            raise CommandError("This market has intermediaries already; the demo fills an empty one.")
        if scale:
            bulk.build(scale=scale, say=self.stdout.write)
        else:
            world.build(say=self.stdout.write)
