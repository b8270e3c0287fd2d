from typing import Any

from django.core.management.base import BaseCommand

from ...signing import rotate_signing_key


class Command(BaseCommand):
    help = "Sign receipts and transcripts with a new key; the keys before stay published."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(rotate_signing_key().public_key)
