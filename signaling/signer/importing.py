"""Takes a real seal in: a key in PEM, PKCS#12 or a PKCS#11 token becomes a seal folder, registered without any grant.

Nobody can use it before the keeper grants it. Passwords and PINs stay in the keeper's files and are never copied.
"""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

import esign
from signaling.protocol.values import NoticeKind
from signaling.signer.cabinet import Cabinet, registration
from signaling.signer.entries import SealRegistered
from signaling.signer.errors import BadCustody, SignerError

_TSA_CHAIN, _CHAIN, _CODE_KEY, _CODE_CERTIFICATE = "tsa.pem", "chain.pem", "code.key", "code.crt"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """What the keeper says about the new seal. Exactly one of ``pem``, ``p12`` and ``module`` tells where the key is.

    ``chain`` (PEM) goes from the issuer of the seal's certificate to the root. ``secret_file`` holds the password or
    PIN in its first line. A key that is not P-256 needs ``code_key`` for the printed codes.
    """

    seal_id: str
    organisation: str
    stamp: str
    chain: Path
    tsa_url: str
    tsa_chain: Path
    pem: Path | None = None
    p12: Path | None = None
    module: Path | None = None
    certificate: Path | None = None
    token: str = ""
    label: str = ""
    secret_file: Path | None = None
    code_key: Path | None = None
    code_certificate: Path | None = None
    persons: int = 1
    kinds: tuple[NoticeKind, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def take_in(cabinet: Cabinet, said: Import) -> SealRegistered:
    """Make the seal's folder and the entry to register it by. Raises SignerError, and nothing is left."""
    if said.persons not in (1, 2):
        raise BadCustody("用印人数只能是 1 或 2 (one or two persons)")
    try:
        files = {_CHAIN: said.chain.read_bytes(), _TSA_CHAIN: said.tsa_chain.read_bytes()}
        place = _place(said, files)
        code_place = _code_place(said, files)
    except OSError as problem:
        raise SignerError(f"无法读取 {problem.filename} (cannot read: {problem.strerror})") from None
    seal_file = esign.SealFile(
        seal_id=said.seal_id,
        organisation=said.organisation,
        kind=said.stamp,
        is_test=False,
        key=place,
        chain=_CHAIN,
        timestamper=esign.RemoteTime(said.tsa_url, _TSA_CHAIN),
        revocation=esign.DeclaredLists("crls"),
        code_key=code_place,
    )
    seal = cabinet.add(lambda folder: esign.make_seal_folder(folder, seal_file, files))
    entry = replace(registration(seal), persons_needed=2 if said.persons == 2 else 1, kinds=said.kinds)
    since, until = said.since or entry.since, said.until or entry.until
    return replace(entry, since=max(since, entry.since), until=min(until, entry.until))


def _place(said: Import, files: dict[str, bytes]) -> "esign.FileKeyAt | esign.ContainerKeyAt | esign.TokenKeyAt":
    secret = str(said.secret_file.absolute()) if said.secret_file is not None else ""
    if said.pem is not None and said.certificate is not None:
        files |= {"seal.key": said.pem.read_bytes(), "seal.crt": said.certificate.read_bytes()}
        return esign.FileKeyAt("seal.key", "seal.crt")
    if said.p12 is not None and secret:
        files["seal.p12"] = said.p12.read_bytes()
        return esign.ContainerKeyAt("seal.p12", password_file=secret)
    if said.module is not None and said.certificate is not None and said.token and said.label and secret:
        files["seal.crt"] = said.certificate.read_bytes()
        return esign.TokenKeyAt(str(said.module.absolute()), said.token, said.label, "seal.crt", pin_file=secret)
    raise SignerError(
        "请用一种方式写明密钥：--pem 加 --certificate；--p12 加 --secret-file；"
        "--pkcs11 加 --token --label --certificate --secret-file (say where the key is, in one of these ways)"
    )


def _code_place(said: Import, files: dict[str, bytes]) -> "esign.FileKeyAt | None":
    if said.code_key is None or said.code_certificate is None:
        return None
    files |= {_CODE_KEY: said.code_key.read_bytes(), _CODE_CERTIFICATE: said.code_certificate.read_bytes()}
    return esign.FileKeyAt(_CODE_KEY, _CODE_CERTIFICATE)
