import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.catalogue.fees import UnableToCalculate
from marketplace.catalogue.services import calculate_by_code


class Command(BaseCommand):
    help = "Work out a fee by a schedule's or a service item's code and print it as JSON with its steps."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="a fee schedule's code, or a service item's")
        parser.add_argument(
            "--base",
            required=True,
            help="in the document's unit (10,000 CNY, 100 million CNY, m²), or with its own: 3000万",
        )
        parser.add_argument("--variant", default="", help="one of the schedule's services; an item has its own")
        parser.add_argument(
            "--coefficient",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="an entry, a number where the file gives a range or no table, or a parameter; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        values: dict[str, object] = {}
        for pair in options["coefficient"]:
            name, equals, value = pair.partition("=")
            if not (name and equals and value):
                raise CommandError(f"--coefficient {pair}: give NAME=VALUE")
            if name in values:
                raise CommandError(f"--coefficient {name} is given twice")
            values[name] = value
        try:
            calculation = calculate_by_code(
                code=options["code"], base=options["base"], variant=options["variant"], coefficients=values
            )
        except UnableToCalculate as failure:
            raise CommandError(f"{failure.field}: {failure.message}") from None
        if calculation.question is not None:
            self.stderr.write(str(calculation.question))
        self.stdout.write(json.dumps(calculation.as_dict(), ensure_ascii=False, indent=2))
