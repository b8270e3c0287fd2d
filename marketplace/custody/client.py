"""Asking a custodian that runs elsewhere."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from nacl.public import PrivateKey

from . import messages
from .messages import Identity, NotAuthentic, Request


class Unreachable(Exception):
    """No answer in time, or none that the custodian has signed."""


class Refused(Exception):
    """The custodian says no; the argument is its code."""


@dataclass(frozen=True)
class Client:
    """
    A custodian as the market knows it.

    :param public_key: the custodian's, hexadecimal
    :param timeout: seconds
    """

    url: str
    public_key: str
    identity: Identity
    timeout: float

    def ask(self, operation: str, **fields: Any) -> dict[str, Any]:
        """
        The custodian's answer.

        :raises Unreachable: if it does not come, or is not the custodian's
        :raises Refused: if it is no
        """
        return self._send(Request(operation, fields))

    def ask_secret(self, operation: str, name: str, **fields: Any) -> bytes:
        """A key or secret, which travels sealed to a key made for this one answer; raises as `ask`."""
        reply_key = PrivateKey.generate()
        result = self._send(Request(operation, fields, reply_key.public_key.encode().hex()))
        try:
            return messages.unboxed(result[name], reply_key)
        except (KeyError, NotAuthentic) as error:
            raise Unreachable("the answer does not open") from error

    def _send(self, request: Request) -> dict[str, Any]:
        body = request.encode()
        question = urllib.request.Request(  # noqa: S310  the address is the operator's own setting
            self.url, data=body, headers={messages.SIGNATURE: self.identity.sign(body)}, method="POST"
        )
        try:
            with urllib.request.urlopen(question, timeout=self.timeout) as response:  # noqa: S310
                content = response.read(messages.LARGEST)
                signature = response.headers.get(messages.SIGNATURE, "")
            document = messages.read_answer(content, signature, self.public_key, body)
        except (OSError, urllib.error.URLError, NotAuthentic, ValueError) as error:
            raise Unreachable(str(error)) from error
        if document["error"]:
            raise Refused(document["error"])
        return document["result"]
