import base64

import pytest

from marketplace.custody import sealing
from marketplace.tendering.sealing.origins import Origin, network_of, opened, sealed

HERE = Origin("192.0.2.7", "Firefox")
NUMBER = "MX-2026-0001"


class TestSealed:
    def test_what_is_kept_names_neither_and_opens_to_both(self):
        kept = sealed(NUMBER, HERE)

        assert "192.0.2" not in str(kept)
        assert "Firefox" not in str(kept)
        assert b"192.0.2" not in base64.b64decode(kept["origin"])
        assert opened(kept["origin"]) == HERE

    def test_the_length_of_a_box_tells_nothing(self):
        assert len(sealed(NUMBER, HERE)["origin"]) == len(sealed(NUMBER, Origin("2001:db8::1", "x" * 900))["origin"])

    def test_the_same_address_has_the_same_hash_in_one_request_only(self):
        first, again, elsewhere = sealed(NUMBER, HERE), sealed(NUMBER, HERE), sealed("MX-2026-0002", HERE)

        for name in ("address_ref", "network_ref", "device_ref"):
            assert first[name] == again[name] != elsewhere[name]
        assert first["origin"] != again["origin"]

    def test_neighbours_share_the_hash_of_their_network(self):
        first, second = sealed(NUMBER, HERE), sealed(NUMBER, Origin("192.0.2.250", "Safari"))

        assert first["network_ref"] == second["network_ref"]
        assert first["address_ref"] != second["address_ref"]

    def test_what_is_unknown_has_no_hash(self):
        kept = sealed(NUMBER, Origin("", ""))

        assert (kept["address_ref"], kept["network_ref"], kept["device_ref"]) == ("", "", "")
        assert opened(kept["origin"]) == Origin("", "")

    def test_another_key_opens_nothing(self, settings, tmp_path):
        box = sealed(NUMBER, HERE)["origin"]

        settings.DATA = tmp_path / "elsewhere"

        with pytest.raises(sealing.DoesNotOpen):
            opened(box)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.3.7", "192.0.3.0/24"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_a_network_is_24_bits_of_ipv4_or_64_of_ipv6(address, network):
    assert network_of(address) == network
