"""
Whether a receipt is true, line by line (RULES, Receipt): signed by the market, of this announcement, and in the list.

What is handed in is looked at in memory only; nothing of it is stored or logged.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.core.failures import Text
from marketplace.custody import signing

from ..models import OpenedBid, Opening, WorkRequest
from . import receipts
from .receipts import BidReceipt

#: Number and time: neither half a character nor a NUL, which nothing can hash or look up.
_PLAIN = re.compile(r"[ -~]{1,64}")
_LENGTHS = {"announcement_hash": 64, "sha256": 64, "signature": 128, "signing_key": 64, "nonce": 64, "salt": 64}
_FORMS = {name: re.compile(f"[0-9a-f]{{{length}}}") for name, length in _LENGTHS.items()}
OPTIONAL = frozenset({"nonce", "salt"})
LONGEST = 10_000


class NoReceipt(ValueError):
    """Not the JSON of a receipt; the message says what is wrong."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: true, false, or not to be told yet (None)."""

    title: str
    holds: bool | None
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    receipt: BidReceipt
    findings: Sequence[Finding]
    work_request: WorkRequest | None

    @property
    def is_true(self) -> bool:
        return not self.wrong

    @property
    def wrong(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.holds is False]


def read(text: str) -> BidReceipt:
    """
    A receipt from its JSON.

    :raises NoReceipt: if it is not one
    """
    if len(text) > LONGEST:
        raise NoReceipt(_("This is too long for a receipt."))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NoReceipt(_("This is not JSON. Paste the receipt whole, with both braces.")) from None
    wanted = set(BidReceipt.__dataclass_fields__)
    if not isinstance(document, dict) or set(document) - wanted or (wanted - OPTIONAL) - set(document):
        raise NoReceipt(_("These are not the fields of a receipt."))
    for name, value in document.items():
        if value is None and name in OPTIONAL:
            continue
        if not isinstance(value, str) or not _FORMS.get(name, _PLAIN).fullmatch(value):
            raise NoReceipt(_("The field “%(name)s” is damaged.") % {"name": name})
    return BidReceipt(**document)


def check(receipt: BidReceipt) -> Verdict:
    """Everything that can be told of a receipt now."""
    work_request = WorkRequest.objects.public().filter(number=receipt.request).first()
    findings = [_signature(receipt), _key(receipt)]
    if work_request is None:
        findings.append(Finding(_("The request exists"), False, _("No published request has this number.")))
        return Verdict(receipt, findings, None)
    findings.append(_announcement(receipt, work_request))
    opening = Opening.objects.filter(work_request=work_request).first()
    if opening is None or opening.frozen is None:
        detail = _("The list of fingerprints is published at the opening. Check again then.")
        findings.append(Finding(_("In the published list"), None, detail))
    else:
        findings += _in_list(receipt, opening)
    return Verdict(receipt, findings, work_request)


def _signature(receipt: BidReceipt) -> Finding:
    holds = receipts.is_genuine(receipt)
    detail = "" if holds else _("The signature does not fit: a field was changed, or the market did not sign this.")
    return Finding(_("Signature over request, announcement, time and fingerprint"), holds, detail)


def _key(receipt: BidReceipt) -> Finding:
    holds = any(key.public_key == receipt.signing_key for key in signing.published())
    detail = "" if holds else _("The market has never signed with this key.")
    return Finding(_("Signed with a key of the market"), holds, detail)


def _announcement(receipt: BidReceipt, work_request: WorkRequest) -> Finding:
    title = _("The announcement is one of this request")
    version = work_request.versions.filter(announcement_hash=receipt.announcement_hash).first()
    if version is None:
        return Finding(title, False, _("No version of this request has this announcement hash."))
    detail = _("Version %(number)d, published %(day)s") % {
        "number": version.number,
        "day": clock.date_of(version.published_at).isoformat(),
    }
    return Finding(title, True, detail)


def _in_list(receipt: BidReceipt, opening: Opening) -> list[Finding]:
    title = _("In the published list")
    frozen: dict[str, Any] = opening.frozen or {}
    fates = [row["fate"] for row in frozen["ciphertexts"] if row["sha256"] == receipt.sha256]
    if not fates:
        return [Finding(title, False, _("The fingerprint is not in the list that was frozen at the opening."))]
    words = ", ".join(str(OpenedBid.Fate(fate).label) for fate in fates)
    detail = _("What became of it: %(fates)s") % {"fates": words}
    if len(fates) > 1:
        detail += " " + _("It stands there twice: another firm has filed a copy, which was set aside.")
    return [Finding(title, True, detail), *_numbers(receipt, opening, frozen, counted="counted" in fates)]


def _numbers(receipt: BidReceipt, opening: Opening, frozen: dict[str, Any], *, counted: bool) -> list[Finding]:
    """Whether the two random numbers are those of the bid in the list."""
    title = _("The nonce is that of the bid in the transcript")
    if receipt.nonce is None or not counted:
        detail = _("The receipt carries no nonce.") if counted else _("Only bids that counted have theirs published.")
        return [Finding(title, None, detail)]
    row = opening.opened_bids.filter(bid__sha256=receipt.sha256, fate=OpenedBid.Fate.COUNTED).first()
    listed = next((each for each in frozen["candidates"] if row and each["id"] == row.listed_as), None)
    if listed is None or listed["nonce"] != receipt.nonce:
        return [Finding(title, False, _("The list holds another nonce for this fingerprint."))]
    return [Finding(title, True, listed["id"]), *_salt(receipt, row, listed["id"])]


def _salt(receipt: BidReceipt, row: OpenedBid | None, listed_as: str) -> list[Finding]:
    """Where names are not published, the salt shows whose line in the list it is."""
    if receipt.salt is None or row is None or row.intermediary is None or len(listed_as) != 64:
        return []
    found = hashlib.sha256(bytes.fromhex(receipt.salt) + row.intermediary.uscc.encode()).hexdigest()
    holds = found == listed_as
    detail = "" if holds else _("With this salt the firm's line in the list would be another.")
    return [Finding(_("The salt makes the firm's line in the list"), holds, detail)]


def received_at(receipt: BidReceipt) -> datetime | None:
    """The time of arrival, where it can be read."""
    try:
        return datetime.fromisoformat(receipt.received_at)
    except ValueError:
        return None
