"""
Where a filing came from: address and device, sealed in the trail, and compared without being read.

The box opens under a key file of its own, which no copy of the database holds. What is compared at an opening are keyed
hashes, made for one request: nobody can look an address up by them, nor follow it from one request to another.
"""

import base64
import ipaddress
import json
from dataclasses import dataclass

import rfc8785

from marketplace.custody import sealing


@dataclass(frozen=True)
class Origin:
    """Where a filing was sent from, and how the device described itself."""

    address: str
    device: str


def sealed(number: str, origin: Origin) -> dict[str, str]:
    """What the trail of a request keeps of an origin: a box, and the hashes by which filings are compared."""
    plain = sealing.pad(rfc8785.dumps({"address": origin.address, "device": origin.device}))
    return {
        "origin": base64.b64encode(_key().wrap(plain)).decode(),
        "address_ref": _ref(number, "address", origin.address),
        "network_ref": _ref(number, "network", network_of(origin.address)),
        "device_ref": _ref(number, "device", origin.device),
    }


def opened(box: str) -> Origin:
    """
    An origin, for a purpose that two regulators have decided.

    :raises sealing.DoesNotOpen: if it was sealed under another key
    """
    return Origin(**json.loads(sealing.check_padded(_key().unwrap(base64.b64decode(box)))))


def network_of(address: str) -> str:
    """The IPv4 /24 or IPv6 /64 that an address lies in; nothing where it is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{24 if parsed.version == 4 else 64}", strict=False))


def _key() -> sealing.MasterKey:
    return sealing.MasterKey(sealing.key_path("origins"))


def _ref(number: str, kind: str, value: str) -> str:
    return sealing.keyed_reference("origin:", number, ":", kind, ":", value) if value else ""
