"""
Proposal files as ciphertext (RULES, Bids): encrypted on their own, bound by hash and key within the sealed bid.

A secret box under a fresh key holds a head (its length in 4 bytes, then RFC 8785 of name and size), the file, and
zeros up to a power of two, so that its length tells little.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import PurePath

import rfc8785
from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

SMALLEST = 4096
#: Nonce and authenticator of a secret box, in bytes.
OVERHEAD = SecretBox.NONCE_SIZE + SecretBox.MACBYTES
NAME_LENGTH = 120


class UnfitProposal(ValueError):
    """Not a proposal's ciphertext, or one that its key does not open."""


@dataclass(frozen=True)
class SealedFile:
    """A proposal as it is stored: named by its hash, of nobody."""

    ciphertext: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.ciphertext).hexdigest()


@dataclass(frozen=True)
class ProposalFile:
    """What a proposal's box held."""

    name: str
    content: bytes


def largest() -> int:
    """Bytes of the longest ciphertext that a file of the market's size limit can give."""
    return _power_of_two(settings.MAX_UPLOAD_BYTES + 1024) + OVERHEAD


def accept(ciphertext: bytes) -> SealedFile:
    """
    A ciphertext as somebody hands it in.

    :raises UnfitProposal: if it has not the length of one
    """
    padded = len(ciphertext) - OVERHEAD
    if padded < SMALLEST or padded & (padded - 1) or len(ciphertext) > largest():
        raise UnfitProposal(len(ciphertext))
    return SealedFile(ciphertext)


def seal_file(file: ProposalFile) -> tuple[SealedFile, dict[str, str]]:
    """Encrypt a file under a fresh key; the second part is what the bid says of it."""
    head = rfc8785.dumps({"name": file.name[-NAME_LENGTH:], "size": len(file.content)})
    plain = len(head).to_bytes(4, "big") + head + file.content
    key = secrets.token_bytes(SecretBox.KEY_SIZE)
    sealed = SealedFile(bytes(SecretBox(key).encrypt(plain.ljust(_power_of_two(len(plain)), b"\0"))))
    return sealed, {"key": key.hex(), "sha256": sealed.sha256}


def open_file(ciphertext: bytes, key: str) -> ProposalFile:
    """
    The file within.

    :param key: 32 bytes, hexadecimal
    :raises UnfitProposal: if it does not open, or is not of the form above
    """
    try:
        plain = SecretBox(bytes.fromhex(key)).decrypt(ciphertext)
        begin = 4 + int.from_bytes(plain[:4], "big")
        head = json.loads(plain[4:begin])
        name, size = head["name"], head["size"]
        if type(size) is not int or not 0 < size <= len(plain) - begin:
            raise UnfitProposal("size")
        name = _plain_name(name)
    except (CryptoError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnfitProposal from error
    return ProposalFile(name, plain[begin : begin + size])


def _plain_name(name: object) -> str:
    """
    The last part of a file's name, as a database and a file store take it.

    :raises UnfitProposal: if nothing of that kind is left; what a bidder wrote here must not stop the opening
    """
    last = PurePath(name).name[-NAME_LENGTH:] if isinstance(name, str) else ""
    if last in ("", ".", "..") or "\0" in last:
        raise UnfitProposal("name")
    last.encode()
    return last


def _power_of_two(length: int) -> int:
    return max(SMALLEST, 1 << (length - 1).bit_length())
