"""The custodian's door: one address, one signed question at a time, no answer that is not signed."""

import re
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog

from . import messages
from .messages import Identity, NotAuthentic, Request
from .vault import Refusal, Vault

log = structlog.get_logger(__name__)
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[A-Z]+-[0-9]{4}-[0-9]{1,12}")


class CustodianServer(ThreadingHTTPServer):
    """
    Serves a vault to one market.

    :param market_key: the market's public key, hexadecimal; nobody else is answered
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], vault: Vault, identity: Identity, market_key: str) -> None:
        super().__init__(address, _Handler)
        self.vault, self.identity, self.market_key = vault, identity, market_key

    def answer(self, body: bytes, signature: str) -> bytes:
        """
        The answer to a question's bytes.

        :raises NotAuthentic: if the market has not asked it just now, for the first time
        """
        request = messages.read_request(body, signature, self.market_key)
        if not self.vault.use_nonce(request.nonce, request.at, keep=3 * messages.SKEW):
            raise NotAuthentic("seen before")
        try:
            return messages.answer(body, result=_perform(self.vault, request))
        except Refusal as refusal:
            log.warning("custodian_refused", operation=request.operation, code=str(refusal))
            return messages.answer(body, error=str(refusal))
        except (KeyError, TypeError, ValueError):
            return messages.answer(body, error="form")


def _perform(vault: Vault, request: Request) -> dict[str, Any]:
    fields = request.fields
    if not _NUMBER.fullmatch(fields["number"]):
        raise ValueError("number")
    match request.operation:
        case "draw":
            return vault.draw(fields["number"], _instant(fields["deadline"]))
        case "extend":
            return vault.extend(fields["number"], _instant(fields["deadline"]))
        case "release_key":
            hashes = [_hash(one) for one in fields["ciphertexts"]]
            key = vault.release_key(fields["number"], hashes, _instant(fields["deadline"]))
            return {"key": messages.boxed(key, request.reply_key)}
        case "release_secret":
            secret = vault.release_secret(fields["number"], _hash(fields["list_hash"]))
            return {"secret": messages.boxed(secret, request.reply_key)}
    raise ValueError(request.operation)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise ValueError("hash")
    return text


class _Handler(BaseHTTPRequestHandler):
    server: CustodianServer
    timeout = 20

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= messages.LARGEST:
            self.send_error(413)
            return
        try:
            body = self.server.answer(self.rfile.read(length), self.headers.get(messages.SIGNATURE, ""))
        except NotAuthentic as refusal:
            log.warning("custodian_not_authentic", reason=str(refusal))
            self.send_error(403)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header(messages.SIGNATURE, self.server.identity.sign(body))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Every release stands in the vault's chain; the door keeps no log of its own."""
