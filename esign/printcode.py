"""The printed code: what a notice says, signed, as a QR code that needs no network to be checked.

One text serves both readers: a phone opens it as the address of the notice's public page, a checker takes its last part
as COSE_Sign1 (RFC 9052, 4.2) with ES256 over a CBOR map. The address is signed as well (external_aad). What is
shortened to fit is bound by a digest. Reading the paper around the code is `print_check`'s.
"""

import binascii
import re
import unicodedata
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import product
from typing import Any

import cbor2
import msgspec
import numpy as np
import zxingcpp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from esign.errors import BadCode, BadNotice
from esign.facts import NoticeFacts
from esign.keys import SealKey
from esign.notice import mask_number

__all__ = ["CodeArt", "PrintedNotice", "decode_code", "draw_code", "encode_code", "plain_text", "printed_of"]

_MOST_VERSION = 17  # 85 modules: 0.405 mm each in a square of 34.5 mm
_MOST_CHARACTERS = 734  # alphanumeric ones in a version 17-M symbol (ISO/IEC 18004, table 7)
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_CUTS = (120, 60, 48, 40, 32, 28, 24, 20, 16, 12, 10, 8)
_DIGEST_BYTES = 8  # of the full text of a shortened one: enough against a second text made to fit (2^64 tries)
_EPOCH = date(1970, 1, 1)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_ES256 = -7  # RFC 9053, 2.1
_SIGN1_TAG = 18
_CUT_KEY = 0
_TEXT_KEYS = {
    "authority": 2,
    "number": 3,
    "kind": 4,
    "applicant": 5,
    "applicant_id": 6,
    "item": 7,
    "item_code": 8,
    "case_number": 9,
    "query_code": 10,
    "voided_number": 11,
}
_LONG_NAMES = ("authority", "applicant", "item")
_DATE_KEYS = {
    "issued_on": 20,
    "received_on": 21,
    "accepted_on": 22,
    "due_on": 23,
    "hand_in_by": 24,
    "from_on": 25,
    "until_on": 26,
    "keep_until": 27,
}
_VERSION_KEY, _BASE_KEY = 1, 30
_VERSION = 1


class PrintedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What the code says of its notice; "" and None for what that kind of notice does not state.

    A field named in `cut` holds only the beginning of its text; the value is the first 8 bytes of the SHA-256 of the
    full text (UTF-8) without spaces and punctuation (`plain_text`), so that a full text read elsewhere is compared
    exactly by `holds`.
    """

    version: int = _VERSION
    authority: str
    number: str
    kind: str  # the title, 受理通知书 ...
    applicant: str
    applicant_id: str = ""  # as it stands on the paper: a person's with its middle masked
    item: str
    item_code: str
    case_number: str
    query_code: str = ""
    voided_number: str = ""
    base_digest: bytes  # first 16 bytes of the unsealed PDF's SHA-256
    issued_on: date
    received_on: date | None = None
    accepted_on: date | None = None
    due_on: date | None = None
    hand_in_by: date | None = None
    from_on: date | None = None
    until_on: date | None = None
    keep_until: date | None = None
    cut: dict[str, bytes] = msgspec.field(default_factory=dict)

    def holds(self, field: str, text: str) -> bool:
        """Whether `text` has the letters and digits that were signed for this field, all of them even of a cut one."""
        said, plain = plain_text(getattr(self, field)), plain_text(text)
        digest = self.cut.get(field)
        return plain == said if digest is None else plain.startswith(said) and _digest(plain) == digest


class CodeArt(msgspec.Struct, frozen=True):
    """A code drawn: `operators` are PDF path operators, one unit a module, lower left corner at 0, no quiet zone."""

    modules: int
    operators: bytes


def plain_text(text: str) -> str:
    """Letters, digits and characters alone (NFKC), what paper shows without doubt; any masked part as one star."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum() or c == "*")
    return re.sub(r"\*+", "*", kept)


def printed_of(facts: NoticeFacts, base_pdf: bytes) -> PrintedNotice:
    """What the code of this notice says; `base_pdf` is the unsealed PDF of the same facts."""
    person = facts.applicant.kind == "person"
    number = facts.applicant.id_number
    dates = {name: value for name in _DATE_KEYS if isinstance(value := getattr(facts, name, None), date)}
    printed = PrintedNotice(
        authority=facts.authority,
        number=facts.number,
        kind=facts.title,
        applicant=facts.applicant.name,
        applicant_id=mask_number(number) if person else number,
        item=facts.item.name,
        item_code=facts.item.code,
        case_number=facts.case_number,
        query_code=facts.query_code,
        voided_number=getattr(facts, "voided_number", ""),
        base_digest=sha256(base_pdf).digest()[:16],
        issued_on=facts.issued_on,
    )
    return msgspec.structs.replace(printed, **dates)


def encode_code(printed: PrintedNotice, key: SealKey, address: str) -> str:
    """The text of the code: `address` in upper case (say https://hall.example/N), a slash, base32 of the COSE_Sign1.

    Where all does not fit, names (authority, applicant, item) longer than n characters are cut to n, n being the
    largest of 120, 60, 48 ... 8 for which it fits; if none, all texts are. Raises `BadNotice` when even that is too
    long or the address has characters that a small code cannot hold. `key` is a P-256 key; its errors pass through.
    """
    if key.algorithm != "ecdsa-p256-sha256":
        raise ValueError(f"printed codes are signed with P-256, not {key.algorithm}")
    place = address.upper().rstrip("/")
    if not set(place) <= _ALPHANUMERIC:
        raise BadNotice("check_address", "holds a character that an alphanumeric code cannot")
    protected = cbor2.dumps({1: _ES256, 4: _kid(key.certificate)}, canonical=True)
    for names, most in product((_LONG_NAMES, _TEXT_KEYS), _CUTS):
        payload = _payload(_cut(printed, names, most))
        blank = cbor2.dumps(cbor2.CBORTag(_SIGN1_TAG, [protected, {}, payload, bytes(64)]))
        if len(place) + 1 + -(-len(blank) * 8 // 5) <= _MOST_CHARACTERS:
            break
    else:
        raise BadNotice("check_address", f"with {len(address)} characters leaves no room for the notice in the code")
    r, s = decode_dss_signature(key.sign(_to_be_signed(protected, place, payload)))
    signature = r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")  # of s and -s the lower: one text only
    message = cbor2.dumps(cbor2.CBORTag(_SIGN1_TAG, [protected, {}, payload, signature]))
    return f"{place}/{b32encode(message).decode('ascii').rstrip('=')}"


def decode_code(text: str, certificates: Sequence[bytes]) -> PrintedNotice:
    """What a code says, if one of `certificates` (DER, those of code keys that are trusted) has signed exactly this.

    Raises `BadCode`: not a code of ours, altered, or signed by another key.
    """
    place, _, coded = text.rpartition("/")
    protected, payload, signature = _parts(coded)
    head = _loaded(protected, "protected header")
    if not isinstance(head, dict) or set(head) != {1, 4} or head[1] != _ES256 or not isinstance(head[4], bytes):
        raise BadCode("not signed in the way of our codes")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not 0 < s <= _ORDER // 2:
        raise BadCode("the signature is not in its one form")
    signed = _to_be_signed(protected, place, payload)
    for certificate in certificates:
        if _kid(certificate) == head[4] and _verifies(certificate, encode_dss_signature(r, s), signed):
            return _printed(payload)
    raise BadCode("altered, or signed by a key that is not known here")


def draw_code(text: str) -> CodeArt:
    """The text as a QR code (ISO/IEC 18004), error correction M, version 17 or below, drawn as rectangles.

    Operators set black, draw one path and end with `f`. As one path neighbouring rectangles leave no hairlines between
    them. Raises `BadNotice` for a text that does not fit.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError:
        raise BadNotice("code", f"{len(text)} characters do not fit a printed code") from None
    image = np.array(code.to_image(scale=1, add_quiet_zones=False))
    if len(image) > 4 * _MOST_VERSION + 17:
        raise BadNotice("code", f"{len(text)} characters need more than the {4 * _MOST_VERSION + 17} modules of ours")
    ends = np.diff(np.pad(image[::-1] == 0, ((0, 0), (1, 1))), axis=1).nonzero()
    rows, columns = (part.tolist() for part in ends)
    runs = zip(rows[::2], columns[::2], columns[1::2], strict=True)
    steps = [f"{start} {y} {end - start} 1 re" for y, start, end in runs]
    return CodeArt(len(image), "\n".join(["0 g", *steps, "f"]).encode("ascii"))


def _cut(printed: PrintedNotice, names: Iterable[str], most: int) -> PrintedNotice:
    long = [name for name in names if len(getattr(printed, name)) > most]
    digests = {name: _digest(plain_text(getattr(printed, name))) for name in long}
    heads = {name: getattr(printed, name)[:most] for name in long}
    return msgspec.structs.replace(printed, **heads, cut={**digests, **printed.cut})


def _payload(printed: PrintedNotice) -> bytes:
    said: dict[int, Any] = {_VERSION_KEY: printed.version, _BASE_KEY: printed.base_digest}
    said |= {key: text for name, key in _TEXT_KEYS.items() if (text := getattr(printed, name))}
    said |= {key: (day - _EPOCH).days for name, key in _DATE_KEYS.items() if (day := getattr(printed, name))}
    if printed.cut:
        said[_CUT_KEY] = {_TEXT_KEYS[name]: digest for name, digest in printed.cut.items()}
    return cbor2.dumps(said, canonical=True)


def _printed(payload: bytes) -> PrintedNotice:
    """The payload as values. It is signed: what does not fit here was made by a newer version, or by mistake."""
    said = _loaded(payload, "payload")
    if not isinstance(said, dict) or said.get(_VERSION_KEY) != _VERSION:
        raise BadCode("a version of the code that is not known here")
    names = {key: name for name, key in (*_TEXT_KEYS.items(), *_DATE_KEYS.items())}
    try:
        values = {names[key]: value for key, value in said.items() if key in names}
        values |= {name: _EPOCH + timedelta(days=values[name]) for name in _DATE_KEYS if name in values}
        values["base_digest"] = said[_BASE_KEY]
        values["cut"] = {names[key]: digest for key, digest in said.get(_CUT_KEY, {}).items()}
        printed = msgspec.convert(values, PrintedNotice, builtin_types=(bytes, date))
    except (msgspec.ValidationError, LookupError, TypeError, ValueError, OverflowError, AttributeError):
        raise BadCode("the payload does not have the fields of a notice") from None
    if _payload(printed) != payload:
        raise BadCode("the payload holds more than the fields of a notice")
    return printed


def _parts(coded: str) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and signature; exactly one text stands for one message."""
    try:
        message = b32decode(coded + "=" * (-len(coded) % 8))
    except (binascii.Error, ValueError):
        raise BadCode("not a code of a notice") from None
    said = _loaded(message, "message")
    if not isinstance(said, cbor2.CBORTag) or said.tag != _SIGN1_TAG or not isinstance(said.value, list):
        raise BadCode("not a signed code")
    if len(said.value) != 4 or said.value[1] != {}:
        raise BadCode("not a code of the one form that we write")
    protected, _, payload, signature = said.value
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)) or len(signature) != 64:
        raise BadCode("not a code of the one form that we write")
    again = cbor2.dumps(cbor2.CBORTag(_SIGN1_TAG, [protected, {}, payload, signature]))
    if again != message or b32encode(message).decode("ascii").rstrip("=") != coded:
        raise BadCode("not a code of the one form that we write")
    return protected, payload, signature


def _loaded(data: bytes, what: str) -> Any:
    try:
        return cbor2.loads(data)
    except (cbor2.CBORError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        raise BadCode(f"the {what} is not CBOR") from None


def _to_be_signed(protected: bytes, place: str, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052, 4.4; the external data is the address before the last slash."""
    return cbor2.dumps(["Signature1", protected, place.encode(), payload])


def _verifies(certificate: bytes, signature: bytes, signed: bytes) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _kid(certificate: bytes) -> bytes:
    return sha256(certificate).digest()[:4]


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()[:_DIGEST_BYTES]
