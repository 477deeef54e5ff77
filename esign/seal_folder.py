"""A seal's folder: `seal.json` says what the stamp shows and where key, chain, timestamper and revocation lists are.

Paths in it are relative to the folder. Keys are read once; nothing here prints or logs one. Folders of the first test
authority (no `version`: one root that issued seal and timestamper itself) are read as they are, so that what halls and
terminals already trust stays trusted; no list can be had there, and the printed codes are signed by the seal's own key.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.errors import BadSealFolder
from esign.issuing import IssuingAuthority, write_atomically
from esign.keys import FileKey, Seal, SealKey, Timestamper, read_secret
from esign.ocsp import OcspResponder
from esign.published_lists import PublishedLists
from esign.revocation import FolderRevocation
from esign.stamp import StampDesign
from esign.timestamps import ClockGuard, HttpTimestamper, LocalTimestamper
from esign.token import TokenKey

__all__ = [
    "AuthorityLists",
    "ContainerKeyAt",
    "DeclaredLists",
    "FileKeyAt",
    "LocalTime",
    "RemoteTime",
    "SealFile",
    "TokenKeyAt",
    "load_seal",
    "make_seal_folder",
]


class FileKeyAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="file", tag_field="kept"):
    """An unencrypted PEM key and its PEM certificate."""

    key: str
    certificate: str


class ContainerKeyAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="p12", tag_field="kept"):
    """Key and certificate in a PKCS#12 container; the password is in a file or an environment variable."""

    container: str
    password_file: str = ""
    password_variable: str = ""


class TokenKeyAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="token", tag_field="kept"):
    """A key in a PKCS#11 token: the driver's library, the labels of token and key, the certificate as a PEM file."""

    module: str
    token: str
    label: str
    certificate: str
    pin_file: str = ""
    pin_variable: str = ""


class LocalTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="local", tag_field="from"):
    """Our own timestamp authority; `chain` (PEM) from its issuer to the root."""

    key: FileKeyAt | ContainerKeyAt | TokenKeyAt
    chain: str


class RemoteTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="url", tag_field="from"):
    """An authority that speaks RFC 3161 over HTTP; `chain` (PEM) from its own certificate to the root."""

    url: str
    chain: str
    timeout_s: float = 10.0


class AuthorityLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="folder", tag_field="from"):
    """Lists that somebody puts into `folder`; with `authority` the test authority in that folder renews them."""

    folder: str
    authority: str = ""


class DeclaredLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="declared", tag_field="from"):
    """Lists and OCSP answers from the addresses that the certificates name, kept in `folder`."""

    folder: str
    timeout_s: float = 10.0


class SealFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seal.json`. `chain` (PEM) goes from the issuer of the seal's certificate to the root, the root last."""

    version: Literal[2] = 2
    seal_id: str
    organisation: str
    kind: str
    is_test: bool
    key: FileKeyAt | ContainerKeyAt | TokenKeyAt
    chain: str
    timestamper: LocalTime | RemoteTime
    revocation: AuthorityLists | DeclaredLists
    code_key: FileKeyAt | ContainerKeyAt | TokenKeyAt | None = None
    """Signs the printed codes, P-256; the seal's own key when left out."""


class _FirstSealFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    organisation: str
    kind: str
    is_test: bool


Kind = TypeVar("Kind", bound=x509.ExtensionType)
_Place = FileKeyAt | ContainerKeyAt | TokenKeyAt


def load_seal(folder: Path, *, clock: ClockGuard | None = None) -> Seal:
    """Read a seal folder; raises `BadSealFolder` when something is missing, unreadable or does not fit together.

    A token is not touched before the first signature. `clock` is for our own timestamp authority.
    """
    try:
        return _load(folder, clock or ClockGuard())
    except BadSealFolder as error:
        raise BadSealFolder(f"{folder.name}: {error}") from error.__cause__
    except (OSError, ValueError, TypeError, msgspec.MsgspecError) as error:
        raise BadSealFolder(f"{folder.name}: {error}") from error


def make_seal_folder(folder: Path, said: SealFile, files: Mapping[str, bytes]) -> Seal:
    """Create a seal folder with these files, private to their owner, and load it: complete and usable or not there.

    Names in `files` may lead into subfolders. Raises `BadSealFolder`; an existing folder that is not empty is refused.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise BadSealFolder(f"{folder.name} is not empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        encoded = msgspec.json.format(msgspec.json.encode(said), indent=2)
        for name, content in {**files, "seal.json": encoded}.items():
            (draft / name).parent.mkdir(mode=0o700, exist_ok=True)
            write_atomically(draft / name, content)
        load_seal(draft)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise
    return load_seal(folder)


def _load(folder: Path, clock: ClockGuard) -> Seal:
    said = _read(folder)
    chain = _certificates(folder / said.chain)
    key = _key(folder, said.key)
    _check_chain(key.certificate, chain)
    code_key = key
    if said.code_key is not None:
        code_key = _key(folder, said.code_key)
        _check_chain(code_key.certificate, chain)
    if code_key.algorithm != "ecdsa-p256-sha256":
        raise BadSealFolder("printed codes need a P-256 key: name one as code_key")
    return Seal(
        seal_id=said.seal_id or f"{x509.load_der_x509_certificate(key.certificate).serial_number:x}"[:16],
        design=StampDesign(said.organisation, said.kind),
        key=key,
        chain=chain,
        timestamper=_timestamper(folder, said.timestamper, clock),
        revocation=_revocation(folder, said.revocation),
        code_key=code_key,
        root_pem=x509.load_der_x509_certificate(chain[-1]).public_bytes(Encoding.PEM),
        is_test=said.is_test,
    )


def _read(folder: Path) -> SealFile:
    content = (folder / "seal.json").read_bytes()
    if "version" in msgspec.json.decode(content, type=dict[str, object]):
        return msgspec.json.decode(content, type=SealFile)
    first = msgspec.json.decode(content, type=_FirstSealFile)
    return SealFile(
        seal_id="",
        organisation=first.organisation,
        kind=first.kind,
        is_test=first.is_test,
        key=FileKeyAt("seal.key", "seal.crt"),
        chain="root.crt",
        timestamper=LocalTime(FileKeyAt("tsa.key", "tsa.crt"), "root.crt"),
        revocation=AuthorityLists("crls"),
    )


def _key(folder: Path, place: _Place) -> SealKey:
    name = place.container if isinstance(place, ContainerKeyAt) else place.certificate
    try:
        if isinstance(place, TokenKeyAt):
            leaf = x509.load_pem_x509_certificate((folder / place.certificate).read_bytes())
            certificate = leaf.public_bytes(Encoding.DER)
            return TokenKey(place.module, place.token, place.label, certificate, _secret_at(folder, place))
        if isinstance(place, ContainerKeyAt):
            password = _secret_at(folder, place)()
            return FileKey.from_p12((folder / place.container).read_bytes(), password)
        return FileKey.from_pem((folder / place.key).read_bytes(), (folder / place.certificate).read_bytes())
    except (ValueError, TypeError) as error:
        raise BadSealFolder(f"{name}: {error}") from error


def _secret_at(folder: Path, place: ContainerKeyAt | TokenKeyAt) -> Callable[[], str]:
    if isinstance(place, ContainerKeyAt):
        file, variable = place.password_file, place.password_variable
    else:
        file, variable = place.pin_file, place.pin_variable
    if bool(file) == bool(variable):
        raise BadSealFolder("give either a file or an environment variable for the secret")
    return partial(read_secret, folder / file if file else None, variable)


def _certificates(path: Path) -> tuple[bytes, ...]:
    try:
        return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(path.read_bytes()))
    except ValueError as error:
        raise BadSealFolder(f"{path.name}: {error}") from error


def _check_chain(certificate: bytes, chain: tuple[bytes, ...]) -> None:
    """Each certificate issued by the next, each issuer an authority, the last one a root (its own issuer)."""
    for der, issuer_der in pairwise((certificate, *chain, chain[-1])):
        one, issuer = x509.load_der_x509_certificate(der), x509.load_der_x509_certificate(issuer_der)
        try:
            one.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError) as error:
            names = [name.rfc4514_string() for name in (one.subject, issuer.subject)]
            raise BadSealFolder(f"{names[0]} was not issued by {names[1]}") from error
        if not _extension(issuer, x509.BasicConstraints, lambda value: value.ca):
            raise BadSealFolder(f"{issuer.subject.rfc4514_string()} may not issue certificates")


def _extension(certificate: x509.Certificate, kind: type[Kind], test: Callable[[Kind], bool]) -> bool:
    try:
        return test(certificate.extensions.get_extension_for_class(kind).value)
    except x509.ExtensionNotFound:
        return False


def _timestamper(folder: Path, place: LocalTime | RemoteTime, clock: ClockGuard) -> Timestamper:
    chain = _certificates(folder / place.chain)
    if isinstance(place, LocalTime):
        key = _key(folder, place.key)
        chain = (key.certificate, *chain)
    _check_chain(chain[0], chain[1:])
    authority = x509.load_der_x509_certificate(chain[0])
    if not _extension(
        authority, x509.ExtendedKeyUsage, lambda value: list(value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    ):
        raise BadSealFolder("the timestamper's certificate is not for timestamps")
    if isinstance(place, LocalTime):
        return LocalTimestamper(key, chain, clock)
    return HttpTimestamper(place.url, chain, timeout_s=place.timeout_s)


def _revocation(folder: Path, place: AuthorityLists | DeclaredLists) -> FolderRevocation:
    lists = folder / place.folder
    if isinstance(place, DeclaredLists):
        return FolderRevocation(lists, PublishedLists(lists, place.timeout_s), OcspResponder(lists, place.timeout_s))
    return FolderRevocation(lists, IssuingAuthority.load(folder / place.authority) if place.authority else None)
