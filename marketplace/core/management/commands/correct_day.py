from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.core import calendar

KINDS = {"working": True, "off": False}


class Command(BaseCommand):
    help = "Say that a published day is a working day here, or off; clocks that run are counted anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", type=date.fromisoformat, help="such as 2026-12-31")
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("--reason", required=True, help="the decree, or what else it follows from")

    def handle(self, *args: Any, day: date, kind: str, reason: str, **options: Any) -> None:
        try:
            changed = calendar.correct_day(day=day, is_working=KINDS[kind], reason=reason)
        except calendar.UnableToCorrect as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{day} is {kind} from now on." if changed else f"{day} was {kind} already.")
