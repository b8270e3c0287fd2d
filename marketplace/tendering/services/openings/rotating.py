"""Replacing a side's master key; nothing in the database changes but how the halves are wrapped."""

from django.db import transaction

from marketplace.core import audit
from marketplace.custody import sealing

from ...models import Deposit
from ...sealing import custodians


def rotate_master_key(*, side: str) -> int:
    """
    Wrap every deposit of a side anew under a new key.

    The old key file stays until all is committed: a call that was cut off anywhere is finished by the next.

    :returns: how many deposits were wrapped anew
    """
    master = sealing.master_key(side)
    with transaction.atomic():
        custodians.lock_deposits("SHARE ROW EXCLUSIVE")
        if not master.is_being_replaced:
            master.replace()
        wrapped = 0
        for deposit in Deposit.objects.filter(side=side).iterator(chunk_size=500):
            if master.wraps(bytes(deposit.wrapped_key)) and master.wraps(bytes(deposit.wrapped_secret)):
                continue
            deposit.wrapped_key = master.wrap(master.unwrap(bytes(deposit.wrapped_key)))
            deposit.wrapped_secret = master.wrap(master.unwrap(bytes(deposit.wrapped_secret)))
            deposit.save(update_fields=["wrapped_key", "wrapped_secret"])
            wrapped += 1
        audit.record(
            matter=f"custody:{side}", action="custody.master_key_replaced", actor=None, after={"deposits": wrapped}
        )
    master.forget_before()
    return wrapped
