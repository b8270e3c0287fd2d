from typing import Any

from django.core.management.base import BaseCommand

from ...sealing.custodians import market_identity


class Command(BaseCommand):
    help = "Print the public key that a custodian knows this market by (CUSTODIAN_MARKET_KEY on its machine)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(market_identity().public_key)
