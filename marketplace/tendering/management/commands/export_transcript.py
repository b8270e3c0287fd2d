from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.tendering.models import Opening

from ...announcing.announcement import transcript_bytes


class Command(BaseCommand):
    help = "Write a published transcript to standard output, byte for byte as it is signed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="of the request, such as MX-2026-0001")
        parser.add_argument("--signature", action="store_true", help="the market's Ed25519 signature (hex) instead")
        parser.add_argument("--key", action="store_true", help="the public key (hex) that it was made with instead")

    def handle(self, *args: Any, **options: Any) -> None:
        opening = Opening.objects.published().filter(work_request__number=options["number"]).first()
        if opening is None:
            raise CommandError(f"{options['number']} has no published transcript")
        if options["signature"]:
            self.stdout.write(opening.signature)
        elif options["key"]:
            self.stdout.write(opening.signing_key)
        else:
            self._write(transcript_bytes(opening))

    def _write(self, content: bytes) -> None:
        # No line end and no encoding of the terminal's: the signature is over exactly these bytes.
        if (binary := getattr(self.stdout, "buffer", None)) is not None:
            binary.write(content)
            binary.flush()
        else:
            self.stdout.write(content.decode(), ending="")
