"""
The custodians: one a side, each holding half of what an opening needs (RULES, Custody).

The embedded ones run in the market's process, each with its own master key. They give up, only after the deadline
and each once with an audit line, the private key for one list of ciphertext hashes, then the secret for one list hash.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock, sealing
from marketplace.core.failures import DomainError

from .models import Deposit, WorkRequest
from .models.bids import Side


class CustodianRefuses(DomainError):
    """The custodian's conditions are not met; the opening waits."""

    code = "custodian-refuses"


#: What an opening waits through: a custodian that refuses, or whose master key does not open its half.
WAITS = (CustodianRefuses, sealing.DoesNotOpen)


@dataclass(frozen=True)
class Published:
    """What a custodian publishes of a request before the bids: public key and commitment, hexadecimal."""

    public_key: str
    commitment: str


class Custodian(Protocol):
    side: str

    def draw(self, work_request: WorkRequest) -> Published: ...

    def release_key(self, work_request: WorkRequest, ciphertexts: Iterable[str]) -> bytes: ...

    def release_secret(self, work_request: WorkRequest, list_hash: str) -> bytes: ...


class EmbeddedCustodian:
    """A custodian within the market's process; its rows are `Deposit`s."""

    def __init__(self, side: str) -> None:
        self.side = side

    def draw(self, work_request: WorkRequest) -> Published:
        """Draw key pair and secret of a request; a second call gives the same again."""
        deposit = Deposit.objects.filter(work_request=work_request, side=self.side).first()
        if deposit is None:
            half = sealing.draw_half(self.side)
            deposit = Deposit.objects.create(
                work_request=work_request,
                side=self.side,
                public_key=half.public_key,
                commitment=half.commitment,
                wrapped_key=half.wrapped_key,
                wrapped_secret=half.wrapped_secret,
            )
        return Published(deposit.public_key, deposit.commitment)

    def release_key(self, work_request: WorkRequest, ciphertexts: Iterable[str]) -> bytes:
        """
        The request's private key, for one list of ciphertext hashes.

        :raises CustodianRefuses: before the deadline, or for a second list
        """
        listed = hashlib.sha256("\n".join(sorted(ciphertexts)).encode()).hexdigest()
        deposit = self._deposit(work_request)
        if deposit.key_released_for not in ("", listed):
            raise CustodianRefuses(_("The key was given up for another list of bids."))
        deposit.key_released_at, deposit.key_released_for = self._now(work_request), listed
        deposit.save(update_fields=["key_released_at", "key_released_for"])
        self._record(work_request, "custody.key_released", listed)
        return sealing.unwrap(self.side, bytes(deposit.wrapped_key))

    def release_secret(self, work_request: WorkRequest, list_hash: str) -> bytes:
        """
        The request's secret, for one frozen list.

        :raises CustodianRefuses: before the deadline, before the key, or for a second list
        """
        deposit = self._deposit(work_request)
        if not deposit.key_released_for:
            raise CustodianRefuses(_("The bids have not been opened yet."))
        if deposit.secret_released_for not in ("", list_hash):
            raise CustodianRefuses(_("The secret was given up for another list."))
        deposit.secret_released_at, deposit.secret_released_for = self._now(work_request), list_hash
        deposit.save(update_fields=["secret_released_at", "secret_released_for"])
        self._record(work_request, "custody.secret_released", list_hash)
        return sealing.unwrap(self.side, bytes(deposit.wrapped_secret))

    def _deposit(self, work_request: WorkRequest) -> Deposit:
        return Deposit.objects.select_for_update().get(work_request=work_request, side=self.side)

    def _now(self, work_request: WorkRequest) -> datetime:
        now = clock.now()
        closes_at = work_request.closes_at(now)
        if closes_at is None or now < closes_at:
            raise CustodianRefuses(_("The bids are still open."))
        return now

    def _record(self, work_request: WorkRequest, action: str, released_for: str) -> None:
        audit.record(
            matter=work_request.audit_matter,
            action=action,
            actor=None,
            after={"side": self.side, "released_for": released_for},
        )


def custodians() -> dict[str, Custodian]:
    """Both sides' custodians; the one place that decides where they run."""
    return {side: EmbeddedCustodian(side) for side in Side.values}


def on_one_machine() -> bool:
    """Whether both halves lie on one machine, so that the draw trusts the operator; the pages say so."""
    return True
