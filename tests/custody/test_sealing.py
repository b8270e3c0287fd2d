import stat

import pytest
from nacl.public import PrivateKey

from marketplace.custody import sealing


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    yield tmp_path
    sealing._read_or_make.cache_clear()


def key_pair():
    private = PrivateKey.generate()
    return private.encode(), private.public_key.encode().hex()


class TestSeal:
    def test_both_keys_together_open_it(self):
        (inner, inner_public), (outer, outer_public) = key_pair(), key_pair()

        box = sealing.seal(b"content", inner=inner_public, outer=outer_public)

        assert sealing.unseal(box, inner=inner, outer=outer) == b"content"

    @pytest.mark.parametrize("wrong", ["inner", "outer"])
    def test_one_key_alone_opens_nothing(self, wrong):
        (inner, inner_public), (outer, outer_public) = key_pair(), key_pair()
        box = sealing.seal(b"content", inner=inner_public, outer=outer_public)

        keys = {"inner": inner, "outer": outer, wrong: key_pair()[0]}

        with pytest.raises(sealing.DoesNotOpen):
            sealing.unseal(box, **keys)

    @pytest.mark.parametrize("garbage", [b"", b"x", b"x" * 5000])
    def test_what_is_no_box_does_not_open(self, garbage):
        with pytest.raises(sealing.DoesNotOpen):
            sealing.unseal(garbage, inner=key_pair()[0], outer=key_pair()[0])

    def test_an_altered_box_does_not_open(self):
        (inner, inner_public), (outer, outer_public) = key_pair(), key_pair()
        box = bytearray(sealing.seal(b"content", inner=inner_public, outer=outer_public))
        box[-1] ^= 1

        with pytest.raises(sealing.DoesNotOpen):
            sealing.unseal(bytes(box), inner=inner, outer=outer)


class TestPadding:
    @pytest.mark.parametrize(("length", "padded"), [(1, 4096), (4096, 4096), (4097, 8192)])
    def test_fills_up_to_a_multiple_of_4096_bytes(self, length, padded):
        assert len(sealing.pad(b"x" * length)) == padded

    def test_comes_off_again(self):
        assert sealing.check_padded(sealing.pad(b'{"a": 1}')) == b'{"a": 1}'

    @pytest.mark.parametrize("plaintext", [b"", b"x" * 4095])
    def test_another_length_is_refused(self, plaintext):
        with pytest.raises(sealing.BadPadding):
            sealing.check_padded(plaintext)


class TestHalf:
    def test_is_unwrapped_by_its_own_side_only(self):
        half = sealing.draw_half("operator")

        assert len(sealing.unwrap("operator", half.wrapped_secret)) == 32
        with pytest.raises(sealing.DoesNotOpen):
            sealing.unwrap("regulator", half.wrapped_secret)

    def test_commits_to_its_secret(self):
        import hashlib

        half = sealing.draw_half("operator")

        assert hashlib.sha256(sealing.unwrap("operator", half.wrapped_secret)).hexdigest() == half.commitment

    def test_two_are_never_alike(self):
        assert sealing.draw_half("operator") != sealing.draw_half("operator")


class TestKeyFile:
    def test_is_readable_by_its_owner_only(self, data):
        sealing.draw_half("operator")

        path = data / "keys" / "operator-master.key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_bytes()) == 32

    def test_is_made_once(self, data):
        first = sealing.keyed_reference("a")
        sealing._read_or_make.cache_clear()

        assert sealing.keyed_reference("a") == first
        assert [path.name for path in (data / "keys").iterdir()] == ["reference.key"]

    def test_of_another_length_is_refused(self, data):
        (data / "keys").mkdir()
        (data / "keys" / "signing.key").write_bytes(b"short")

        with pytest.raises(sealing.KeyDamaged, match="损坏"):
            sealing.sign(b"message")


class TestSignature:
    def test_fits_its_message_only(self):
        signature, key = sealing.sign(b"message")

        assert sealing.signature_fits(b"message", signature, key)
        assert not sealing.signature_fits(b"massage", signature, key)

    @pytest.mark.parametrize(("signature", "key"), [("", ""), ("zz", "00" * 32), ("00" * 64, "00" * 31)])
    def test_garbage_does_not_fit(self, signature, key):
        assert not sealing.signature_fits(b"message", signature, key)
