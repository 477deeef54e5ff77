"""The seals of this hall on the disk: ``seals/<seal id>/`` as ``esign`` makes them, loaded once and kept.

Whether one of them may be used is not known here (``custody``). Nothing but this process reads the folder.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

import esign
from signaling.signer.entries import SealRegistered
from signaling.signer.errors import SignerError

Maker = Callable[[Path], esign.Seal]
"""Makes a seal in a folder that does not exist yet."""


class Cabinet:
    """The seals in ``folder``/seals."""

    def __init__(self, folder: Path, clock: esign.ClockGuard | None = None) -> None:
        """``clock`` is what our own time authority goes by."""
        self._folder = folder / "seals"
        self._clock = clock or esign.ClockGuard()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._loaded: dict[str, esign.Seal] = {}

    def seal(self, seal_id: str) -> esign.Seal:
        """The seal of this id. Raises SignerError when its folder is gone or unusable."""
        if seal_id not in self._loaded:
            try:
                self._loaded[seal_id] = esign.load_seal(self._folder / seal_id, clock=self._clock)
            except esign.EsignError as problem:
                raise SignerError(f"印章 {seal_id} 不能使用 (this seal cannot be used: {problem})") from None
        return self._loaded[seal_id]

    def add(self, make: Maker) -> esign.Seal:
        """Have a seal made and put it in its place. Raises SignerError, and nothing is left."""
        made = self._folder / f".new-{secrets.token_hex(8)}"  # as deep as its place: a seal may name files beside it
        try:
            seal = make(made)
            place = self._folder / seal.seal_id
            if place.exists():
                raise SignerError(f"已有编号为 {seal.seal_id} 的印章 (a seal of this id is there already)")
            os.replace(made, place)
        except esign.EsignError as problem:
            raise SignerError(f"不能使用这枚印章 (this seal cannot be used: {problem})") from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return self.seal(seal.seal_id)

    def take_over(self, old: Path) -> esign.Seal:
        """Put the folder of an earlier version in its place. Raises SignerError."""
        try:
            seal_id = esign.load_seal(old).seal_id
            os.replace(old, self._folder / seal_id)
        except (esign.EsignError, OSError) as problem:
            raise SignerError(f"不能接管原有印章 {old.name} (the old seal cannot be taken over: {problem})") from None
        return self.seal(seal_id)

    def folder_of(self, seal_id: str) -> Path:
        """Where this seal lies."""
        return self._folder / seal_id

    def ids(self) -> Iterator[str]:
        """Every seal that is here, registered or not."""
        return (path.name for path in sorted(self._folder.iterdir()) if not path.name.startswith("."))


def registration(seal: esign.Seal) -> SealRegistered:
    """A seal as it enters the register: its certificate's period, for any kind, by one person."""
    certificate = x509.load_der_x509_certificate(seal.key.certificate)
    return SealRegistered(
        seal_id=seal.seal_id,
        authority=seal.design.organisation,
        stamp=seal.design.kind,
        is_test=seal.is_test,
        certificate=hashlib.sha256(seal.key.certificate).hexdigest(),
        serial=f"{certificate.serial_number:x}",
        since=certificate.not_valid_before_utc,
        until=certificate.not_valid_after_utc,
    )


def ends(certificate: bytes) -> datetime:
    """When a certificate (DER) ends."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def serial_of(certificate: bytes) -> str:
    """The serial number of a certificate (DER) in hex."""
    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"
