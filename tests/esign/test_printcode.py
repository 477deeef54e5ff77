"""The printed code: what goes in comes out, a second reader agrees, and no changed byte is believed."""

import hashlib
import re
from base64 import b32decode, b32encode
from collections.abc import Callable
from datetime import date

import cbor2
import cv2
import msgspec
import numpy as np
import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cwt import COSE, COSEKey

from esign import (
    AcceptanceNotice,
    BadCode,
    BadNotice,
    NoticeFacts,
    PrintedNotice,
    Seal,
    decode_code,
    encode_code,
    printed_of,
)
from esign.kinds import KINDS
from esign.printcode import draw_code, plain_text

ADDRESS = "https://hall.example/N"


@pytest.fixture(scope="module")
def printed(acceptance: Callable[..., AcceptanceNotice]) -> PrintedNotice:
    facts = acceptance(query_code="7K3M-9PQ2-XW4T", check_address=ADDRESS)
    return printed_of(facts, b"the unsealed notice")


@pytest.fixture(scope="module")
def text(printed: PrintedNotice, seal: Seal) -> str:
    return encode_code(printed, seal.code_key, ADDRESS)


def _message(text: str) -> bytes:
    coded = text.rpartition("/")[2]
    return b32decode(coded + "=" * (-len(coded) % 8))


def _as_text(message: bytes) -> str:
    return f"HTTPS://HALL.EXAMPLE/N/{b32encode(message).decode().rstrip('=')}"


def test_the_code_says_what_the_notice_says(printed: PrintedNotice, text: str, seal: Seal) -> None:
    assert decode_code(text, [seal.key.certificate, seal.code_key.certificate]) == printed
    assert printed.base_digest == hashlib.sha256(b"the unsealed notice").digest()[:16]
    assert (printed.kind, printed.due_on) == ("受理通知书", date(2026, 12, 4))
    assert printed.applicant_id == "1101**********2316"  # as on the paper, not in full
    assert "19900307" not in str(_message(text))
    assert printed.cut == {}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_every_kind_fits_and_comes_back(
    kind: type[NoticeFacts], notice: Callable[..., NoticeFacts], seal: Seal
) -> None:
    facts = notice(kind, query_code="7K3M-9PQ2-XW4T", check_address=ADDRESS)
    stated = printed_of(facts, b"")
    read = decode_code(encode_code(stated, seal.code_key, ADDRESS), [seal.code_key.certificate])
    assert all(read.holds(name, getattr(stated, name)) for name in ("authority", "number", "applicant", "item"))
    assert (read.issued_on, read.received_on, read.kind) == (facts.issued_on, facts.received_on, facts.title)


def test_a_second_implementation_verifies_it(text: str, printed: PrintedNotice, seal: Seal) -> None:
    key = x509.load_der_x509_certificate(seal.code_key.certificate).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = hashlib.sha256(seal.code_key.certificate).digest()[:4]
    judge, public = COSE.new(), COSEKey.from_pem(pem, kid=kid, alg="ES256")
    place = b"HTTPS://HALL.EXAMPLE/N"
    payload = judge.decode(_message(text), keys=public, external_aad=place)
    assert cbor2.loads(payload)[3] == printed.number
    for aad, message in ((b"HTTPS://EVIL.EXAMPLE/N", _message(text)), (place, _message(text)[:-1] + b"\0")):
        with pytest.raises(Exception, match=r"verify|signature"):
            judge.decode(message, keys=public, external_aad=aad)


def test_no_changed_byte_is_believed(text: str, seal: Seal) -> None:
    chance, message = np.random.default_rng(1), _message(text)
    for index in range(len(message)):
        changed = bytearray(message)
        changed[index] ^= 1 << int(chance.integers(8))
        with pytest.raises(BadCode):
            decode_code(_as_text(bytes(changed)), [seal.code_key.certificate])


def test_no_changed_character_is_believed(text: str, seal: Seal) -> None:
    chance = np.random.default_rng(2)
    for index in range(0, len(text), 3):
        other = str(chance.choice([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567/" if c != text[index]]))
        with pytest.raises(BadCode):
            decode_code(text[:index] + other + text[index + 1 :], [seal.code_key.certificate])
    for changed in ("", "/", text.lower(), text + "A", text[:-1], text + "/", "HTTPS://HALL.EXAMPLE/N/" + "A" * 4000):
        with pytest.raises(BadCode):
            decode_code(changed, [seal.code_key.certificate])


def test_another_form_of_the_same_signature_is_refused(text: str, seal: Seal) -> None:
    # (r, n - s) verifies as well as (r, s) (ECDSA): a second text for one notice
    protected, _, payload, signature = cbor2.loads(_message(text)).value
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = signature[:32] + (order - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    for value in (
        [protected, {}, payload, other],
        [protected, {4: b"x"}, payload, signature],
        [protected, {}, payload],
    ):
        with pytest.raises(BadCode):
            decode_code(_as_text(cbor2.dumps(cbor2.CBORTag(18, value))), [seal.code_key.certificate])


def test_only_the_keys_that_are_trusted_count(text: str, printed: PrintedNotice, seal: Seal) -> None:
    for certificates in ([], [seal.key.certificate]):
        with pytest.raises(BadCode, match="not known"):
            decode_code(text, certificates)
    with pytest.raises(BadCode):
        decode_code(encode_code(printed, seal.key, ADDRESS), [seal.code_key.certificate])


def test_long_texts_are_cut_and_still_compared_exactly(printed: PrintedNotice, seal: Seal) -> None:
    applicant, item = "某某省某某市" * 20, "关于（某某）项目的许可" * 11
    long = msgspec.structs.replace(printed, applicant=applicant, item=item)
    read = decode_code(encode_code(long, seal.code_key, ADDRESS), [seal.code_key.certificate])
    assert applicant.startswith(read.applicant)
    assert set(read.cut) <= {"authority", "applicant", "item"}  # numbers stay whole
    assert {"applicant", "item"} <= set(read.cut)
    assert read.holds("applicant", applicant)
    assert read.holds("item", item.replace("（", "(").replace("）", ") "))  # punctuation is not what counts
    assert not read.holds("applicant", applicant[:-1] + "县")
    assert not read.holds("applicant", read.applicant)


def test_an_address_that_leaves_no_room_is_refused(printed: PrintedNotice, seal: Seal) -> None:
    for address in ("https://" + "a" * 600 + ".example/N", "https://hall.example/?q=查询"):
        with pytest.raises(BadNotice, match="check_address"):
            encode_code(printed, seal.code_key, address)


def test_the_drawing_is_the_code(text: str) -> None:
    art = draw_code(text)
    assert art.modules <= 85  # version 17: 0.4 mm a module in 34.5 mm
    assert art.operators.startswith(b"0 g\n")
    assert art.operators.endswith(b"\nf")
    assert len(art.operators) < 25_000
    side = art.modules + 8
    picture = np.full((4 * side, 4 * side), 255, np.uint8)
    drawn = 0
    for found in re.finditer(rb"(\d+) (\d+) (\d+) (\d+) re", art.operators):
        x, y, wide, high = map(int, found.groups())
        place = picture[4 * (side - 4 - y - high) : 4 * (side - 4 - y), 4 * (x + 4) : 4 * (x + 4 + wide)]
        assert place.all()  # no module is drawn twice: the path's winding would not matter
        place[:] = 0
        drawn += wide * high
    assert 0.4 < drawn / art.modules**2 < 0.6
    assert zxingcpp.read_barcode(picture).text == text
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == text  # a reader that knows nothing of the writer
    for long in ("A" * 735, "A" * 5000):
        with pytest.raises(BadNotice, match="code"):
            draw_code(long)


def test_plain_text_keeps_what_paper_shows() -> None:
    assert plain_text("京通政务受〔2026〕 000123号：") == "京通政务受2026000123号"
    assert plain_text("1101**********2316") == plain_text("1101****2316") == "1101*2316"
    assert plain_text("（Ａ）①") == "A1"
