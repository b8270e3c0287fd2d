"""The contract's text: composed from both parties' data, kept as bytes that never change."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import translation

from .models import Contract
from .policy import ContractingPolicy

#: The version of the template; a text keeps the one that it was made with.
TEMPLATE = "2026.2"


@dataclass(frozen=True)
class Share:
    """A milestone as proposed; `amount` is its part of the price in CNY."""

    title: str
    percent: Decimal
    amount: Decimal
    due_on: date


@dataclass(frozen=True)
class Block:
    """A piece of a text as a page sets it: the title, an article's heading, or a line."""

    kind: str
    text: str


def compose(contract: Contract, *, shares: Sequence[Share], version: int, policy: ContractingPolicy) -> str:
    """The text in Chinese, which is the one that binds; Unicode NFC, lines ended by a single LF."""
    with translation.override("zh-hans"):
        text = render_to_string(
            f"contracting/text/{TEMPLATE}.txt",
            {
                "contract": contract,
                "items": list(contract.items.order_by("code")),
                "policy": policy,
                "shares": shares,
                "version": version,
                "work_request": contract.award.work_request,
            },
        )
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def digest(body: str) -> str:
    """SHA-256 of a text in UTF-8, lower-case hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def blocks(body: str) -> list[Block]:
    """A text's lines for a page; empty ones only part the others."""
    found: list[Block] = []
    for line in body.splitlines():
        if not line:
            continue
        if not found:
            kind = "title"
        elif line.startswith("第") and "条　" in line[:6]:
            kind = "article"
        else:
            kind = "line"
        found.append(Block(kind, line))
    return found
