"""Whether certificates are still good, and the proof of it: from lists kept in a folder, renewed before they end.

The answer is never guessed: a certificate that names a list or a responder needs a fresh word of its issuer. One that
names neither (RFC 5280 leaves that open) cannot be revoked by anyone, and needs none.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from esign.errors import CertificateRevoked, RevocationUnavailable
from esign.keys import RevocationData

__all__ = ["Declared", "FolderRevocation", "ListRenewer", "Responder", "declared_addresses"]

logger = logging.getLogger(__name__)

_RETRY_AFTER = timedelta(minutes=5)


class ListRenewer(Protocol):
    """Puts a newer list into the folder."""

    def renew(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> None:
        """Get the list of `issuer` that speaks of `certificate`; raises `RevocationUnavailable` or OSError."""


class Responder(Protocol):
    """Answers for one certificate (OCSP)."""

    def answer_for(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bytes:
        """An OCSPResponse (DER) good now; raises `RevocationUnavailable` or `CertificateRevoked`."""


@dataclass(frozen=True)
class _Stored:
    """A list in the folder; `of` says which file content it was read from."""

    of: tuple[int, int, int]
    der: bytes
    parsed: x509.CertificateRevocationList


class FolderRevocation:
    """Lists (`*.crl`, DER or PEM) in a folder that others may change meanwhile: what counts is what is there now.

    A list that is half over is renewed when somebody can (`renewer`); while it is fresh a failure to do so is no harm,
    and is not tried again for five minutes. With a `responder` a certificate without a usable list is asked for there.
    """

    def __init__(
        self,
        folder: Path,
        renewer: ListRenewer | None = None,
        responder: Responder | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._renewer = renewer
        self._responder = responder
        self._clock = clock
        self._stored: dict[str, _Stored] = {}
        self._unreadable: set[str] = set()
        self._not_before: dict[bytes, datetime] = {}

    def data_for(self, *chains: tuple[bytes, ...]) -> RevocationData:
        """See `RevocationSource`. Each chain: DER, certificate, its issuer, ... its root."""
        now = self._clock()
        crls: dict[bytes, None] = {}
        ocsps: dict[bytes, None] = {}
        for pair in dict.fromkeys(pair for chain in chains for pair in pairwise(chain)):
            certificate, issuer = (_parsed(der) for der in pair)
            try:
                crl = self._list_for(certificate, issuer, now)
            except RevocationUnavailable:
                if self._responder is None or not declared_addresses(certificate).responders:
                    raise
                ocsps[self._responder.answer_for(certificate, issuer, now)] = None
            else:
                crls |= {} if crl is None else {crl: None}
        return RevocationData(tuple(crls), tuple(ocsps))

    def _list_for(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bytes | None:
        """The list that does not name the certificate; None when there neither is nor has to be one."""
        best = self._best(certificate, issuer)
        if best is None and not declared_addresses(certificate).is_declared:
            return None
        if self._renewer is not None and (best is None or _is_half_over(best.parsed, now)):
            self._renew(self._renewer, certificate, issuer, now)
            best = self._best(certificate, issuer)
        if best is None:
            raise RevocationUnavailable(f"no revocation list of {_name(issuer)}")
        _refuse_listed(best.parsed, certificate)
        starts, ends = _starts(best.parsed), _ends(best.parsed)
        if not starts <= now < ends:
            period = f"holds from {starts:%Y-%m-%d %H:%M}Z to {ends:%Y-%m-%d %H:%M}Z, now it is {now:%Y-%m-%d %H:%M}Z"
            raise RevocationUnavailable(f"the revocation list of {_name(issuer)} {period}")
        return best.der

    def _renew(
        self, renewer: ListRenewer, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> None:
        key = issuer.subject.public_bytes()
        if now < self._not_before.get(key, now):
            return
        try:
            renewer.renew(certificate, issuer, now)
            self._not_before.pop(key, None)
        except (RevocationUnavailable, OSError) as problem:  # OSError: the folder cannot be written
            self._not_before[key] = now + _RETRY_AFTER
            logger.warning("revocation list not renewed: %s", problem)

    def _best(self, certificate: x509.Certificate, issuer: x509.Certificate) -> _Stored | None:
        """The newest list in the folder that this issuer signed and that covers the certificate."""
        self._read_folder()
        usable = [one for one in self._stored.values() if _speaks_for(one.der, certificate, issuer)]
        return max(usable, key=lambda one: (_starts(one.parsed), _number(one.parsed)), default=None)

    def _read_folder(self) -> None:
        found = {}
        for path in self._folder.glob("*.crl"):
            try:
                facts = path.stat()
                of = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
                known = self._stored.get(path.name)
                found[path.name] = known if known is not None and known.of == of else _read(path, of)
            except (OSError, ValueError) as problem:  # another list may do; if none does, the caller hears of it
                if path.name not in self._unreadable:
                    logger.warning("%s is no readable revocation list (%s)", path.name, type(problem).__name__)
                self._unreadable.add(path.name)
        self._stored = found


@dataclass(frozen=True)
class Declared:
    """What a certificate says about asking after it: whether at all, and the web addresses for that."""

    is_declared: bool
    lists: tuple[str, ...]
    responders: tuple[str, ...]


@lru_cache(maxsize=256)
def declared_addresses(certificate: x509.Certificate) -> Declared:
    """Distribution points and OCSP responders that a certificate names (RFC 5280, 4.2.1.13 and 4.2.2.1)."""
    is_declared = False
    lists: list[x509.GeneralName] = []
    responders: list[x509.GeneralName] = []
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.CRLDistributionPoints):
            is_declared = True
            lists += [name for point in extension.value for name in point.full_name or ()]
        elif isinstance(extension.value, x509.AuthorityInformationAccess):
            ocsp = [entry for entry in extension.value if entry.access_method == AuthorityInformationAccessOID.OCSP]
            is_declared = is_declared or bool(ocsp)
            responders += [entry.access_location for entry in ocsp]
    return Declared(is_declared, _web(lists), _web(responders))


def _web(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    values = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return tuple(value for value in values if value.lower().startswith(("http://", "https://")))


def _refuse_listed(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> None:
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        day = f"{entry.revocation_date_utc:%Y-%m-%d %H:%M}Z"
        raise CertificateRevoked(f"certificate {certificate.serial_number:x} was revoked at {day}")


@lru_cache(maxsize=256)
def _speaks_for(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether this list is signed by this issuer and complete for certificates of this kind (RFC 5280, 6.3.3)."""
    crl = x509.load_der_x509_crl(der)
    if crl.issuer != issuer.subject or crl.next_update_utc is None:
        return False
    try:
        if not issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    if not all(_covers(extension, certificate) for extension in crl.extensions):
        return False
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # another kind of key: TypeError
    except (InvalidSignature, TypeError, ValueError):
        return False


def _covers(extension: x509.Extension[x509.ExtensionType], certificate: x509.Certificate) -> bool:
    value = extension.value
    if isinstance(value, x509.DeltaCRLIndicator):  # only what changed since a list that is not here
        return False
    if isinstance(value, x509.IssuingDistributionPoint):
        is_partial = value.indirect_crl or value.only_contains_attribute_certs or value.only_some_reasons
        fits = not (value.only_contains_user_certs if _is_authority(certificate) else value.only_contains_ca_certs)
        return fits and not is_partial
    return not extension.critical or isinstance(value, x509.CRLNumber | x509.AuthorityKeyIdentifier)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _read(path: Path, of: tuple[int, int, int]) -> _Stored:
    content = path.read_bytes()
    is_pem = content.startswith(b"-----BEGIN")
    crl = x509.load_pem_x509_crl(content) if is_pem else x509.load_der_x509_crl(content)
    return _Stored(of, crl.public_bytes(Encoding.DER), crl)


def _number(crl: x509.CertificateRevocationList) -> int:
    try:
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0


def _starts(crl: x509.CertificateRevocationList) -> datetime:
    return crl.last_update_utc


def _ends(crl: x509.CertificateRevocationList) -> datetime:
    """Lists without an end were sorted out before."""
    return crl.next_update_utc or crl.last_update_utc


def _is_half_over(crl: x509.CertificateRevocationList, now: datetime) -> bool:
    return now >= _starts(crl) + (_ends(crl) - _starts(crl)) / 2


def _name(issuer: x509.Certificate) -> str:
    common = issuer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else issuer.subject.rfc4514_string()


@lru_cache(maxsize=256)
def _parsed(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)
