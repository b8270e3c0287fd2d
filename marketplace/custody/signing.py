"""The market's public signing keys, past and present: with them a receipt is checked also years later."""

from django.db import transaction

from marketplace.core import audit, clock

from . import sealing
from .models import SigningKey

MATTER = "market:signing_keys"


@transaction.atomic
def published() -> list[SigningKey]:
    """Every key that the market has signed with, the one in use first; that one is noted at its first use."""
    in_use = sealing.sign(b"")[1]
    keys = list(SigningKey.objects.all())
    if all(key.public_key != in_use for key in keys):
        now = clock.now()
        SigningKey.objects.filter(in_use_until=None).update(in_use_until=now)
        SigningKey.objects.get_or_create(public_key=in_use, defaults={"in_use_from": now if keys else None})
        keys = list(SigningKey.objects.all())
    return keys


@transaction.atomic
def rotate_signing_key() -> SigningKey:
    """Sign with a new key from now on; what was signed before is checked with the old ones, which stay published."""
    before = published()[0]
    sealing.replace_signing_key()
    after = published()[0]
    audit.record(
        matter=MATTER,
        action="signing_key.replaced",
        actor=None,
        before={"public_key": before.public_key},
        after={"public_key": after.public_key},
    )
    return after
