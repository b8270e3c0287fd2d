"""The regulator's custodian as a process of its own (RULES, Custody): `python manage.py custodian`."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import sealing
from ...messages import Identity
from ...server import CustodianServer
from ...vault import Vault


class Command(BaseCommand):
    help = "Run the regulator's custodian: its own keys and database, answering one market only."
    # It shares nothing with the market, so it looks at none of its tables.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show-keys", action="store_true", help="print the custodian's public key, and stop")
        parser.add_argument(
            "--rotate-master-key", action="store_true", help="wrap every deposit under a new master key, and stop"
        )
        parser.add_argument("--audit", action="store_true", help="print the chain of what was given up, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        identity = Identity(settings.CUSTODIAN_DATA / "identity.key")
        vault = Vault(settings.CUSTODIAN_DATABASE, sealing.MasterKey(settings.CUSTODIAN_DATA / "master.key"))
        if options["show_keys"]:
            self.stdout.write(identity.public_key)
        elif options["rotate_master_key"]:
            self.stdout.write(f"{vault.rotate()} deposits wrapped under the new master key")
        elif options["audit"]:
            self._print_chain(vault)
        else:
            self._serve(vault, identity)

    def _print_chain(self, vault: Vault) -> None:
        for line in vault.lines():
            self.stdout.write("{position} {at} {action} {number} {detail} {hash}".format(**line))
        if broken := vault.first_broken():
            raise CommandError(f"line {broken} does not fit the chain")

    def _serve(self, vault: Vault, identity: Identity) -> None:
        if not settings.CUSTODIAN_MARKET_KEY:
            raise CommandError("set CUSTODIAN_MARKET_KEY to the market's public key (manage.py custody_client_key)")
        host, _, port = settings.CUSTODIAN_LISTEN.rpartition(":")
        with CustodianServer((host, int(port)), vault, identity, settings.CUSTODIAN_MARKET_KEY) as server:
            self.stdout.write(f"custodian {identity.public_key} on {host}:{server.server_port}")
            self.stdout.flush()
            with suppress(KeyboardInterrupt):
                server.serve_forever()
