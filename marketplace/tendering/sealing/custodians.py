"""
The custodians: one a side, each holding half of what an opening needs (RULES, Custody).

They give up, only after the deadline and each once with an audit line, the private key for one list of ciphertext
hashes, then the secret for one list hash. The embedded ones run in the market's process, each with its own master key;
the regulator's may run as a process of its own (`marketplace.custody`), on another machine.
"""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.core import audit, clock
from marketplace.core.failures import DomainError, Text
from marketplace.custody import client, sealing
from marketplace.custody.messages import Identity
from marketplace.custody.vault import list_digest

from ..models import Deposit, WorkRequest
from ..models.bids import Side

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class CustodianRefuses(DomainError):
    """The custodian's conditions are not met; the opening waits."""

    code = "custodian-refuses"


class CustodianUnreachable(CustodianRefuses):
    """The custodian does not answer; the opening waits and asks again."""

    code = "custodian-unreachable"
    status = 503


class CustodianLostKey(CustodianRefuses):
    """The custodian's master key does not open its half: without it the bids stay sealed, and a regulator voids."""

    code = "custodian-lost-key"


#: What an opening waits through: a custodian that refuses, is away, or whose master key does not open its half.
WAITS = (CustodianRefuses, sealing.DoesNotOpen)

STILL_OPEN = _("The bids are still open.")
KEY_FOR_ANOTHER = _("The key was given up for another list of bids.")
NOT_OPENED = _("The bids have not been opened yet.")
SECRET_FOR_ANOTHER = _("The secret was given up for another list.")
LOST = _("The custodian's master key does not open what it keeps.")
UNKNOWN = _("The custodian keeps nothing for this request.")
AWAY = _("The regulator's custodian does not answer.")


class Place(StrEnum):
    """Where the two halves lie; what the pages say about whom a draw trusts follows from it."""

    ONE_PROCESS = "one_process"
    ONE_MACHINE = "one_machine"
    TWO_MACHINES = "two_machines"


@dataclass(frozen=True)
class Published:
    """What a custodian publishes of a request before the bids: public key and commitment, hexadecimal."""

    public_key: str
    commitment: str


class Custodian(Protocol):
    side: str

    def draw(self, work_request: WorkRequest) -> Published: ...

    def release_key(self, work_request: WorkRequest, ciphertexts: Collection[str]) -> bytes: ...

    def release_secret(self, work_request: WorkRequest, list_hash: str) -> bytes: ...


class EmbeddedCustodian:
    """A custodian within the market's process; its rows are `Deposit`s."""

    def __init__(self, side: str) -> None:
        self.side = side

    @transaction.atomic
    def draw(self, work_request: WorkRequest) -> Published:
        """Draw key pair and secret of a request; a second call gives the same again."""
        lock_deposits("ROW EXCLUSIVE")
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

    def release_key(self, work_request: WorkRequest, ciphertexts: Collection[str]) -> bytes:
        """
        The request's private key, for one list of ciphertext hashes; for the same list it may be asked again.

        :raises CustodianRefuses: before the deadline, or for a second list
        """
        listed = list_digest(list(ciphertexts))
        deposit = self._deposit(work_request)
        if deposit.key_released_for not in ("", listed):
            raise CustodianRefuses(KEY_FOR_ANOTHER)
        if not deposit.key_released_for:
            deposit.key_released_at, deposit.key_released_for = _after_deadline(work_request), listed
            deposit.save(update_fields=["key_released_at", "key_released_for"])
            _record(work_request, "custody.key_released", self.side, listed)
        return sealing.unwrap(self.side, bytes(deposit.wrapped_key))

    def release_secret(self, work_request: WorkRequest, list_hash: str) -> bytes:
        """
        The request's secret, for one frozen list; for the same list it may be asked again.

        :raises CustodianRefuses: before the key, or for a second list
        """
        deposit = self._deposit(work_request)
        if not deposit.key_released_for:
            raise CustodianRefuses(NOT_OPENED)
        if deposit.secret_released_for not in ("", list_hash):
            raise CustodianRefuses(SECRET_FOR_ANOTHER)
        if not deposit.secret_released_for:
            deposit.secret_released_at, deposit.secret_released_for = _after_deadline(work_request), list_hash
            deposit.save(update_fields=["secret_released_at", "secret_released_for"])
            _record(work_request, "custody.secret_released", self.side, list_hash)
        return sealing.unwrap(self.side, bytes(deposit.wrapped_secret))

    def keeps(self, work_request: WorkRequest) -> bool:
        return Deposit.objects.filter(work_request=work_request, side=self.side).exists()

    def _deposit(self, work_request: WorkRequest) -> Deposit:
        deposit = Deposit.objects.select_for_update().filter(work_request=work_request, side=self.side).first()
        if deposit is None:
            raise CustodianRefuses(UNKNOWN)
        return deposit


class RemoteCustodian:
    """
    A custodian elsewhere: it keeps its own rows and judges the deadline by its own clock.

    What was published while the halves still lay in the market's process is given up by that one.
    """

    def __init__(self, side: str, door: client.Client) -> None:
        self.side, self._door = side, door
        self._before = EmbeddedCustodian(side)

    def draw(self, work_request: WorkRequest) -> Published:
        """:raises CustodianUnreachable: if it does not answer; without it nothing is published"""
        with _in_own_words():
            found = self._door.ask("draw", number=work_request.number, deadline=_deadline(work_request))
        return Published(found["public_key"], found["commitment"])

    def ask_nothing(self) -> None:
        """:raises client.Unreachable: if it does not answer"""
        with contextlib.suppress(client.Refused):
            self._door.ask("")

    def extend(self, work_request: WorkRequest) -> None:
        """
        Tell it the deadline as it stands now; it keeps the latest it was told.

        :raises CustodianUnreachable: if it does not answer
        """
        if self._before.keeps(work_request):
            return
        with _in_own_words():
            self._door.ask("extend", number=work_request.number, deadline=_deadline(work_request))

    def release_key(self, work_request: WorkRequest, ciphertexts: Collection[str]) -> bytes:
        """:raises CustodianRefuses: before the deadline, for a second list, or if it does not answer"""
        if self._before.keeps(work_request):
            return self._before.release_key(work_request, ciphertexts)
        _after_deadline(work_request)
        with _in_own_words():
            key = self._door.ask_secret(
                "release_key",
                "key",
                number=work_request.number,
                ciphertexts=sorted(ciphertexts),
                deadline=_deadline(work_request),
            )
        _record(work_request, "custody.key_released", self.side, list_digest(list(ciphertexts)))
        return key

    def release_secret(self, work_request: WorkRequest, list_hash: str) -> bytes:
        """:raises CustodianRefuses: before the key, for a second list, or if it does not answer"""
        if self._before.keeps(work_request):
            return self._before.release_secret(work_request, list_hash)
        with _in_own_words():
            secret = self._door.ask_secret("release_secret", "secret", number=work_request.number, list_hash=list_hash)
        _record(work_request, "custody.secret_released", self.side, list_hash)
        return secret


class _in_own_words:
    """Turns the door's failures into this module's."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, failure: BaseException | None, trace: object) -> None:
        if isinstance(failure, client.Unreachable):
            raise CustodianUnreachable(AWAY) from failure
        if isinstance(failure, client.Refused):
            code = str(failure)
            if code == "lost":
                raise CustodianLostKey(LOST) from failure
            raise CustodianRefuses(REFUSALS.get(code, code)) from failure


REFUSALS: dict[str, Text] = {
    "bids-open": STILL_OPEN,
    "other-list": KEY_FOR_ANOTHER,
    "not-opened": NOT_OPENED,
    "earlier": _("The custodian knows a later deadline."),
    "released": _("The key has been given up already."),
    "unknown": UNKNOWN,
}


def custodians() -> dict[str, Custodian]:
    """Both sides' custodians; the one place that decides where they run."""
    found: dict[str, Custodian] = {side: EmbeddedCustodian(side) for side in Side.values}
    if remote := regulator_elsewhere():
        found[Side.REGULATOR] = remote
    return found


def regulator_elsewhere() -> RemoteCustodian | None:
    """The regulator's custodian where it is a process of its own."""
    if not settings.REGULATOR_CUSTODIAN_URL:
        return None
    door = client.Client(
        url=settings.REGULATOR_CUSTODIAN_URL,
        public_key=settings.REGULATOR_CUSTODIAN_KEY,
        identity=market_identity(),
        timeout=settings.CUSTODIAN_TIMEOUT,
    )
    return RemoteCustodian(Side.REGULATOR, door)


def regulator_answers() -> bool:
    """Whether the regulator's custodian, where it is elsewhere, gives an answer that it has signed."""
    try:
        if remote := regulator_elsewhere():
            remote.ask_nothing()
    except (client.Unreachable, sealing.KeyDamaged):
        return False
    return True


def market_identity() -> Identity:
    """The key that the market signs its questions to a custodian with."""
    return Identity(sealing.key_path("custody-client"))


def place() -> Place:
    """Where the two halves lie."""
    if not settings.REGULATOR_CUSTODIAN_URL:
        return Place.ONE_PROCESS
    on_loopback = urlsplit(settings.REGULATOR_CUSTODIAN_URL).hostname in LOOPBACK
    if on_loopback and not settings.REGULATOR_CUSTODIAN_BY_TUNNEL:
        return Place.ONE_MACHINE
    return Place.TWO_MACHINES


def place_of(work_request: WorkRequest) -> Place:
    """Where the two halves of a request lie: what was drawn in the market's process stays there."""
    here = Place.ONE_PROCESS
    return here if EmbeddedCustodian(Side.REGULATOR).keeps(work_request) else place()


def on_one_machine() -> bool:
    """Whether both halves lie on one machine, so that the draw trusts the operator; the pages say so."""
    return place() is not Place.TWO_MACHINES


def lock_deposits(mode: str) -> None:
    """
    Hold off the replacing of a master key while a half is drawn under it, and the other way round.

    On SQLite every writing transaction is alone anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE tendering_deposit IN {mode} MODE")


def _deadline(work_request: WorkRequest) -> str:
    # The certain one: an unanswered question may still be answered, and a custodian keeps to the latest it was told.
    deadline = work_request.deadline(clock.now())
    if deadline is None:
        raise ValueError(f"{work_request.number} has no deadline")
    return deadline.isoformat()


def _after_deadline(work_request: WorkRequest) -> datetime:
    now = clock.now()
    closes_at = work_request.closes_at(now)
    if closes_at is None or now < closes_at:
        raise CustodianRefuses(STILL_OPEN)
    return now


def _record(work_request: WorkRequest, action: str, side: str, released_for: str) -> None:
    audit.record(
        matter=work_request.audit_matter,
        action=action,
        actor=None,
        after={"side": side, "released_for": released_for},
    )
