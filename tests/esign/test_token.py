"""A key in SoftHSM2: it signs what OpenSSL accepts, cannot be taken out, and comes back after the token was lost."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509 import load_der_x509_certificate
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from esign import (
    AuthorityLists,
    BadSealFolder,
    FileKeyAt,
    LocalTime,
    SealFile,
    SealKey,
    TokenKeyAt,
    TokenUnavailable,
    make_seal_folder,
    make_test_authority,
    seal_notice,
    verify_notice,
)
from esign.issuing import IssuingAuthority, distinguished_name
from esign.keys import algorithm_of
from esign.token import TokenKey

pytestmark = pytest.mark.slow

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
AUTHORITY = "北京市通州区政务服务管理局"
PIN = "739104"
PRIVATE = {  # what any real token should be told at the making of a key
    pkcs11.Attribute.SENSITIVE: True,
    pkcs11.Attribute.EXTRACTABLE: False,
    pkcs11.Attribute.WRAP_WITH_TRUSTED: True,
}


class SoftToken:
    """A software token with one key of each kind, and certificates for them by a test authority."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "tokens"
        self.certificates: dict[str, bytes] = {}
        make_test_authority(folder / "authority", AUTHORITY)
        authority = IssuingAuthority.load(folder / "authority")
        with self.session(rw=True) as session:
            curve = encode_named_curve_parameters("secp256r1")
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
            )
            public, _ = parameters.generate_keypair(store=True, label="p256", private_template=PRIVATE)
            self._certify(authority, "p256", load_der_public_key(encode_ec_public_key(public)))
            public, _ = session.generate_keypair(
                pkcs11.KeyType.RSA, 3072, store=True, label="rsa", private_template=PRIVATE
            )
            self._certify(authority, "rsa", load_der_public_key(encode_rsa_public_key(public)))

    def session(self, *, rw: bool = False) -> Any:
        pkcs11.lib(MODULE).reinitialize()  # whoever is logged in no longer is; the folder is read anew
        return pkcs11.lib(MODULE).get_token(token_label="hall").open(user_pin=PIN, rw=rw)

    def _certify(self, authority: IssuingAuthority, label: str, public: Any) -> None:
        assert isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
        now = datetime.now(UTC)
        subject = distinguished_name(AUTHORITY, "行政审批专用章", label)
        made = authority.issue(subject, public, (now - timedelta(hours=1), now + timedelta(days=30)))
        self.certificates[label] = made.public_bytes(Encoding.DER)

    def key(self, certificate: str = "p256", **changes: Any) -> TokenKey:
        place = {"module": MODULE, "token": "hall", "label": certificate, "pin": lambda: PIN, **changes}
        return TokenKey(certificate=self.certificates[certificate], **place)

    def take_away(self) -> Path:
        """Pull the token out: its files are gone, and the driver looks again."""
        away = self.store.with_name("pulled out")
        self.store.rename(away)
        self.store.mkdir()
        pkcs11.lib(MODULE).reinitialize()
        return away

    def put_back(self, away: Path) -> None:
        self.store.rmdir()
        away.rename(self.store)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory, judge: Callable[..., Any]) -> Iterator[SoftToken]:
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        said = judge("softhsm2-util", "--init-token", "--free", "--label", "hall", "--so-pin", "84210", "--pin", PIN)
        assert said.returncode == 0, said.stderr
        yield SoftToken(folder)


@pytest.mark.parametrize(("label", "algorithm"), [("p256", "ecdsa-p256-sha256"), ("rsa", "rsa-sha256")])
def test_openssl_verifies_what_the_token_signs(
    token: SoftToken, tmp_path: Path, judge: Callable[..., Any], label: str, algorithm: str
) -> None:
    key: SealKey = token.key(label)
    assert key.algorithm == algorithm_of(key.certificate) == algorithm
    (tmp_path / "leaf").write_bytes(key.certificate)
    public = judge("openssl", "x509", "-inform", "DER", "-in", tmp_path / "leaf", "-pubkey", "-noout").stdout
    (tmp_path / "public").write_bytes(public)
    (tmp_path / "data").write_bytes(b"data" * 1000)
    (tmp_path / "signature").write_bytes(key.sign(b"data" * 1000))
    arguments = ["dgst", "-sha256", "-verify", tmp_path / "public", "-signature", tmp_path / "signature"]
    assert judge("openssl", *arguments, tmp_path / "data").stdout == b"Verified OK\n"


@pytest.mark.parametrize(
    ("label", "secret"),
    [("p256", pkcs11.Attribute.VALUE), ("rsa", pkcs11.Attribute.PRIVATE_EXPONENT), ("rsa", pkcs11.Attribute.PRIME_1)],
)
def test_the_key_cannot_be_taken_out(token: SoftToken, label: str, secret: pkcs11.Attribute) -> None:
    with token.session(rw=True) as session:
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        for attribute, value in (("EXTRACTABLE", False), ("NEVER_EXTRACTABLE", True), ("ALWAYS_SENSITIVE", True)):
            assert key[pkcs11.Attribute[attribute]] is value
        with pytest.raises(pkcs11.AttributeSensitive):
            key[secret]
        with pytest.raises(pkcs11.AttributeReadOnly):
            key[pkcs11.Attribute.EXTRACTABLE] = True
        wrapping = session.generate_key(pkcs11.KeyType.AES, 256, template={pkcs11.Attribute.WRAP: True})
        with pytest.raises(pkcs11.KeyUnextractable):
            wrapping.wrap_key(key)


def test_the_key_comes_back_with_its_token(token: SoftToken) -> None:
    first, second = token.key("p256"), token.key("rsa")
    first.check()
    second.check()
    away = token.take_away()
    for key in (first, second):
        with pytest.raises(TokenUnavailable, match="hall: the token is not there"):
            key.sign(b"data")
    token.put_back(away)
    for _ in range(2):
        first.check()
        second.check()


def test_keys_of_one_token_do_not_disturb_each_other(token: SoftToken) -> None:
    keys = [token.key(label) for label in ("p256", "rsa", "p256")]
    for _ in range(3):
        for key in keys:
            key.check()
    pkcs11.lib(MODULE).reinitialize()  # every session is gone, its handles will be given to others
    for key in reversed(keys):
        key.check()


def test_a_refused_pin_is_not_tried_again(token: SoftToken, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pin = "999999"
    key = token.key(pin=lambda: pin)
    opened = pkcs11.lib(MODULE)
    opened.reinitialize()  # nobody is logged in
    for _ in range(5):
        with pytest.raises(TokenUnavailable, match="refuses the PIN; it is not tried again") as caught:
            key.sign(b"data")
        assert "999999" not in str(caught.value)
        opened.reinitialize()
    flags = opened.get_token(token_label="hall").flags
    assert pkcs11.TokenFlag.USER_PIN_COUNT_LOW in flags
    assert pkcs11.TokenFlag.USER_PIN_LOCKED not in flags
    pin = PIN  # corrected in its file
    key.check()
    assert "999999" not in caplog.text
    assert PIN not in caplog.text


def _no_pin() -> str:
    raise BadSealFolder("pin can be read by others: chmod 600")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"token": "nowhere"}, "nowhere: the token is not there"),
        ({"label": "nobody"}, "no private key with this label"),
        ({"module": "/nowhere/driver.so"}, "hall: the library of its driver cannot be loaded"),
        ({"pin": _no_pin}, "chmod 600"),
    ],
)
def test_each_trouble_is_named(token: SoftToken, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(TokenUnavailable, match=named):
        token.key(**changes).check()


def test_another_keys_certificate_is_noticed(token: SoftToken) -> None:
    with token.session(rw=True) as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
        )
        parameters.generate_keypair(store=True, label="other", private_template=PRIVATE)
    key = token.key(label="other")
    with pytest.raises(TokenUnavailable, match="does not belong to the certificate"):
        key.check()
    key = token.key(label="rsa")
    with pytest.raises(TokenUnavailable, match="another kind than its certificate"):
        key.check()


def test_a_notice_is_sealed_by_a_key_in_a_token(token: SoftToken, tmp_path: Path, notice_pdf: bytes) -> None:
    authority = token.store.with_name("authority")
    said = SealFile(
        seal_id="11011201",
        organisation=AUTHORITY,
        kind="行政审批专用章",
        is_test=True,
        key=TokenKeyAt(MODULE, "hall", "p256", "seal.crt", pin_file="pin"),
        chain=f"{authority}/chain.crt",
        timestamper=LocalTime(FileKeyAt(f"{authority}/tsa.key", f"{authority}/tsa.crt"), f"{authority}/chain.crt"),
        revocation=AuthorityLists(f"{authority}/crls", str(authority)),
    )
    leaf = load_der_x509_certificate(token.certificates["p256"]).public_bytes(Encoding.PEM)
    seal = make_seal_folder(tmp_path / "seal", said, {"seal.crt": leaf, "pin": PIN.encode()})
    assert isinstance(seal.key, TokenKey)
    sealed = seal_notice(notice_pdf, seal, datetime.now(UTC))
    assert verify_notice(sealed, [seal.root_pem]).verdict == "valid"
    assert sorted(path.name for path in (tmp_path / "seal").iterdir()) == ["pin", "seal.crt", "seal.json"]
