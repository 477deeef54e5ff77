"""A national seal: the SM2 key, its certificate and the electronic seal made for it; a folder of them, and test ones.

The folder holds `seal.json` (what the stamp says), `seal.key` and `seal.crt` (SM2), `seal.esl` (GB/T 38540) and
`roots.crt`, whom to trust. A real one comes from a licensed seal maker; the test one says TEST ONLY everywhere.
"""

import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from esign.errors import BadSealFolder
from esign.national.certificates import Sm2Certificate, issue
from esign.national.errors import BadSm2Key
from esign.national.ofd_drawing import MM, PageArt, draw
from esign.national.ofd_package import DocumentInfo, Page, document_parts, pack
from esign.national.ses import make_seal, read_seal
from esign.national.sm import Sm2Key
from esign.stamp import DIAMETER_MM, StampDesign, seal_operators

__all__ = ["TEST_ROOT_NAME", "NationalSeal", "load_national_seal", "make_national_test_seal", "stamp_picture"]

TEST_ROOT_NAME = "云窗口国密测试根 TEST ONLY"
_YEARS = timedelta(days=3650)
_PICTURE_DAY = date(2026, 1, 1)  # a picture has no day of its own: same design, same bytes
_CLOCK_SKEW = timedelta(hours=1)  # a machine whose clock is a little behind must not find the seal "not yet valid"


@dataclass(frozen=True)
class NationalSeal:
    """An organisation's electronic seal under national cryptography; `certificate` and `esl` in DER."""

    design: StampDesign
    key: Sm2Key
    certificate: bytes
    esl: bytes
    roots_pem: bytes
    is_test: bool


class _SealFile(msgspec.Struct, frozen=True):
    design: StampDesign
    is_test: bool


def load_national_seal(folder: Path) -> NationalSeal:
    """Read a seal folder; raises `BadSealFolder` when a part is missing or they do not belong together."""
    try:
        said = msgspec.json.decode((folder / "seal.json").read_bytes(), type=_SealFile)
        key = Sm2Key.from_pem((folder / "seal.key").read_bytes())
        pem = (folder / "seal.crt").read_bytes()
        certificate = Sm2Certificate.read(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER))
        esl = (folder / "seal.esl").read_bytes()
        roots = (folder / "roots.crt").read_bytes()
        admitted = read_seal(esl).admits(certificate.der)
    except (OSError, ValueError, BadSm2Key, msgspec.MsgspecError) as error:
        raise BadSealFolder(f"{folder.name}: {error}") from error
    if key.spki != certificate.key.spki:
        raise BadSealFolder(f"{folder.name}: seal.key does not belong to seal.crt")
    if not admitted:
        raise BadSealFolder(f"{folder.name}: seal.esl was not made for seal.crt")
    return NationalSeal(said.design, key, certificate.der, esl, roots, said.is_test)


def make_national_test_seal(
    folder: Path, organisation: str, kind: str = "行政审批专用章", now: datetime | None = None
) -> NationalSeal:
    """Create a test seal in `folder`, or load the one that is already there (for the same organisation and kind).

    Root and seal maker exist for this one seal: their keys are forgotten at once. Valid from an hour before `now`
    (aware; the machine's clock when not given) for ten years. The folder is readable by its owner only, and complete or
    not there. Raises `SmUnavailable`, `BadNotice`, `MissingGlyph` (names that do not fit the stamp), `BadSealFolder`.
    """
    design = StampDesign(organisation, kind)
    if folder.is_dir() and any(folder.iterdir()):
        seal = load_national_seal(folder)
        if seal.design != design:
            raise BadSealFolder(f"{folder.name} holds the seal of another organisation")
        return seal
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for name, content in _test_files(design, now or datetime.now(UTC)).items():
            with open(os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise
    return load_national_seal(folder)


def stamp_picture(design: StampDesign) -> bytes:
    """The stamp as a little OFD of one page, 42 by 42 mm: vector, as most seal makers deliver it."""
    art = PageArt()
    half = DIAMETER_MM / 2
    objects = draw(seal_operators(design), (MM, 0, 0, -MM, half, half), art)
    info = DocumentInfo(
        uuid.uuid5(uuid.NAMESPACE_OID, repr(design)).hex, design.kind, design.organisation, _PICTURE_DAY
    )
    parts, _ = document_parts(info, [Page(DIAMETER_MM, DIAMETER_MM, objects)], art)
    return pack(parts)


def _test_files(design: StampDesign, now: datetime) -> dict[str, bytes]:
    picture = stamp_picture(design)
    period = (now - _CLOCK_SKEW).astimezone(UTC), (now + _YEARS).astimezone(UTC)
    root_key, maker_key, key = Sm2Key.generate(), Sm2Key.generate(), Sm2Key.generate()
    root_name = _name("Cloud Window", TEST_ROOT_NAME)
    name = f"{design.organisation}{design.kind}"
    root = issue(root_name, root_key.spki, root_name, root_key, period, "authority")
    maker_name = _name("Cloud Window", "云窗口测试制章者 TEST ONLY")
    maker = issue(maker_name, maker_key.spki, root_name, root_key, period, "signer")
    certificate = issue(_name(design.organisation, name), key.spki, root_name, root_key, period, "signer")
    esl = make_seal(uuid.uuid4().hex, name, certificate, picture, round(DIAMETER_MM), period, (maker_key, maker))
    return {
        "seal.json": msgspec.json.encode(_SealFile(design, is_test=True)),
        "seal.key": key.to_pem(),
        "seal.crt": _pem(certificate),
        "seal.esl": esl,
        "roots.crt": _pem(root),
    }


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
