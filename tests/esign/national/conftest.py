"""A national seal, a sealed OFD, and a maker of OFDs and signatures that a real writer would refuse to make."""

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from esign import der, render_notice
from esign.national import NationalSeal, make_national_test_seal, write_notice_ofd
from esign.national.certificates import issue
from esign.national.ses import make_seal, sign_with_seal
from esign.national.sm import SM2_WITH_SM3, SM3, Sm2Key, sm3

NOW = datetime.now(UTC).replace(microsecond=0)
SIGN = "Doc_0/Signs/Sign_0"
OFD = "http://www.ofdspec.org/2016"


def name_of(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def pem_of(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


class Authority:
    """An SM2 authority of these tests, able to issue what a real one would refuse."""

    def __init__(self, name: str = "国密根") -> None:
        self.name = name_of(name)
        self.key = Sm2Key.generate()
        period = (NOW - timedelta(days=4000), NOW + timedelta(days=4000))
        self.certificate = issue(self.name, self.key.spki, self.name, self.key, period, "authority")
        self.pem = pem_of(self.certificate)

    def issue(self, name: str, key: Sm2Key, *, role: Any = "signer", days: tuple[int, int] = (-9, 9)) -> bytes:
        period = (NOW + timedelta(days=days[0]), NOW + timedelta(days=days[1]))
        return issue(name_of(name), key.spki, self.name, self.key, period, role)


@dataclass
class Sealer:
    """Who signs, with which certificate and seal; by default all is in order and issued by `authority`."""

    authority: Authority = field(default_factory=Authority)
    key: Sm2Key = field(default_factory=Sm2Key.generate)
    days: tuple[int, int] = (-9, 9)
    seal_days: tuple[int, int] = (-9, 9)
    maker_role: Any = "signer"
    role: Any = "signer"
    version: int = 4

    def __post_init__(self) -> None:
        self.certificate = self.authority.issue("局", self.key, role=self.role, days=self.days)
        self.maker_key = Sm2Key.generate()
        self.maker = self.authority.issue("制章者", self.maker_key, role=self.maker_role, days=(-3000, 9))
        period = (NOW + timedelta(days=self.seal_days[0]), NOW + timedelta(days=self.seal_days[1]))
        if self.version == 4:
            self.esl = make_seal("E1", "局章", self.certificate, b"pic", 42, period, (self.maker_key, self.maker))
        else:
            self.esl = self._old_seal(period)

    def sign(self, content: bytes, time: datetime, **more: Any) -> bytes:
        if self.version == 4:
            return sign_with_seal(self.esl, self.key, self.certificate, content, "/a", time, **more)
        written = der.tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode())
        to_sign = der.sequence(
            der.integer(1),
            self.esl,
            bits(written),
            bits(sm3(content)),
            der.tlv(0x16, b"/a"),
            der.octets(self.certificate),
            der.object_id(SM2_WITH_SM3),
        )
        return der.sequence(to_sign, bits(self.key.sign(to_sign)))

    def _old_seal(self, period: tuple[datetime, datetime]) -> bytes:
        """GM/T 0031-2014: UTCTime, whole certificates only, the maker signs its certificate and algorithm as well."""
        start, end = (der.tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode()) for moment in period)
        info = der.sequence(
            der.sequence(der.tlv(0x16, b"ES"), der.integer(1), der.tlv(0x16, b"test")),
            der.tlv(0x16, b"E1"),
            der.sequence(
                der.integer(1),
                der.tlv(0x0C, "旧章".encode()),
                der.sequence(der.octets(self.certificate)),
                start,
                start,
                end,
            ),
            der.sequence(der.tlv(0x16, b"png"), der.octets(b"pic"), der.integer(40), der.integer(40)),
        )
        parts = (der.octets(self.maker), der.object_id(SM2_WITH_SM3))
        return der.sequence(info, der.sequence(*parts, bits(self.maker_key.sign(der.sequence(info, *parts)))))


def bits(value: bytes) -> bytes:
    return der.tlv(0x03, b"\0" + value)


class Ofd:
    """The parts of an OFD, to be changed, signed again and packed."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def replace(self, name: str, old: str, new: str) -> "Ofd":
        assert old.encode() in self.parts[name], f"{old} is not in {name}"
        self.parts[name] = self.parts[name].replace(old.encode(), new.encode(), 1)
        return self

    def listed(self, count: int) -> "Ofd":
        entries = "".join(
            f'<ofd:Signature ID="s{index}" BaseLoc="Sign_{index}/Signature.xml"/>' for index in range(count)
        )
        self.parts["Doc_0/Signs/Signatures.xml"] = (
            f'<ofd:Signatures xmlns:ofd="{OFD}">{entries}</ofd:Signatures>'.encode()
        )
        return self

    def sign(
        self,
        sealer: Sealer,
        time: datetime = NOW,
        *,
        index: int = 0,
        method: str = SM3,
        leave_out: tuple[str, ...] = (),
        esl: bytes | None = None,
        **more: Any,
    ) -> "Ofd":
        """Describe and sign all parts but `leave_out`; a signature that was there under this number is replaced."""
        folder = f"Doc_0/Signs/Sign_{index}"
        for name in ("Signature.xml", "SignedValue.dat", "Seal.esl"):
            self.parts.pop(f"{folder}/{name}", None)
        self.parts[f"{folder}/Seal.esl"] = sealer.esl if esl is None else esl
        references = "".join(
            f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(sm3(data)).decode()}</ofd:CheckValue>'
            "</ofd:Reference>"
            for name, data in self.parts.items()
            if name not in leave_out
        )
        description = (
            f'<ofd:Signature xmlns:ofd="{OFD}"><ofd:SignedInfo><ofd:Provider ProviderName="test"/>'
            f'<ofd:References CheckMethod="{method}">{references}</ofd:References>'
            "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
            "<ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"
        ).encode()
        self.parts[f"{folder}/Signature.xml"] = description
        self.parts[f"{folder}/SignedValue.dat"] = sealer.sign(description, time, **more)
        return self

    def pack(self, extra: Mapping[str, bytes] | None = None) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in [*self.parts.items(), *(extra or {}).items()]:
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return written.getvalue()


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def authority_type() -> type[Authority]:
    return Authority


@pytest.fixture(scope="session")
def sealer_type() -> type[Sealer]:
    return Sealer


@pytest.fixture(scope="session")
def sealer(authority: Authority) -> Sealer:
    return Sealer(authority)


@pytest.fixture(scope="session")
def national_seal(tmp_path_factory: pytest.TempPathFactory) -> NationalSeal:
    return make_national_test_seal(tmp_path_factory.mktemp("national") / "seal", "北京市通州区政务服务管理局")


@pytest.fixture(scope="session")
def base_pdf(acceptance: Callable[..., Any]) -> bytes:
    return render_notice(acceptance())


@pytest.fixture(scope="session")
def notice_ofd(base_pdf: bytes, national_seal: NationalSeal) -> bytes:
    return write_notice_ofd(base_pdf, national_seal, NOW)


@pytest.fixture
def ofd(notice_ofd: bytes) -> Ofd:
    return Ofd(notice_ofd)


@pytest.fixture(scope="session")
def ofd_type() -> type[Ofd]:
    return Ofd


@pytest.fixture
def key_file(tmp_path: Path) -> Callable[[Sm2Key], Path]:
    def written(key: Sm2Key) -> Path:
        (tmp_path / "sm2.key").write_bytes(key.to_pem())
        return tmp_path / "sm2.key"

    return written
