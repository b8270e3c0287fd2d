from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.tendering.models.bids import Side
from marketplace.tendering.services import rotate_master_key

from ...sealing import custodians


class Command(BaseCommand):
    help = "Wrap every deposit of a side under a new master key; cut off anywhere, run it again to finish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("side", choices=Side.values)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["side"] == Side.REGULATOR and custodians.regulator_elsewhere():
            raise CommandError(
                "The regulator's custodian runs elsewhere: on its machine, manage.py custodian --rotate-master-key"
            )
        wrapped = rotate_master_key(side=options["side"])
        self.stdout.write(f"{wrapped} deposits wrapped under the new master key of the {options['side']}")
