"""Enrolment files, and the bytes a terminal signs."""

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.protocol.enrolment import DeviceFile, LoginFile, signed_hello

DEVICE = DeviceFile("T-01", "1号终端", "ws://127.0.0.1:8787/hall", bytes(range(32)), "-----BEGIN CERTIFICATE-----")
LOGIN = LoginFile("first", "correct horse", "D-01", "ws://127.0.0.1:8787/hall")


@pytest.mark.parametrize("file", [DEVICE, LOGIN])
def test_a_file_is_read_as_it_was_written(file):
    assert msgspec.json.decode(msgspec.json.encode(file), type=type(file)) == file


@pytest.mark.parametrize("field", DeviceFile.__struct_fields__)
def test_a_device_file_with_a_part_missing_is_refused(field):
    fields = msgspec.to_builtins(DEVICE)
    del fields[field]
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert(fields, DeviceFile)


def test_a_signature_over_the_hello_is_good_for_one_nonce_and_nothing_else():
    key = Ed25519PrivateKey.from_private_bytes(DEVICE.private_key)
    signature = key.sign(signed_hello(b"n" * 32))
    key.public_key().verify(signature, b"cloud-window terminal hello\x00" + b"n" * 32)
    for other in (signed_hello(b"m" * 32), b"n" * 32):
        with pytest.raises(InvalidSignature):
            key.public_key().verify(signature, other)
