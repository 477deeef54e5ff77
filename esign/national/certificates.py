"""SM2-with-SM3 certificates (GB/T 20518): reading one, asking who issued it, and issuing those of a test authority.

`cryptography` reads everything but the key, which it refuses; the key and its signature go through `sm`. Names in a
certificate are for people to see; what is trusted is decided over the raw encodings.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from esign.der import content_of, context, integer, object_id, sequence, split, tlv
from esign.national.errors import BadSm2Key
from esign.national.sm import SM2_WITH_SM3, Sm2Key, Sm2PublicKey

__all__ = ["ChainProblem", "Sm2Certificate", "chain_problem", "issue"]

ChainProblem = Literal["issuer_unknown", "out_of_date", "not_for_signing"]
Role = Literal["authority", "signer"]

_KNOWN = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
    ExtensionOID.EXTENDED_KEY_USAGE,
}
_SM2_WITH_SM3 = sequence(object_id(SM2_WITH_SM3))


@dataclass(frozen=True)
class Sm2Certificate:
    """One certificate with an SM2 key; `read` raises ValueError for anything else."""

    der: bytes
    parsed: x509.Certificate
    key: Sm2PublicKey

    @classmethod
    def read(cls, der: bytes) -> "Sm2Certificate":
        """Parse DER. Raises ValueError (also for a key that is not SM2) and `SmUnavailable`."""
        parsed = x509.load_der_x509_certificate(der)
        fields = split(content_of(parsed.tbs_certificate_bytes))
        # version [0] is left out in X.509 v1; the key is the sixth field after it (RFC 5280, 4.1)
        try:
            spki = fields[6] if fields[0][0] == 0xA0 else fields[5]
            return cls(der, parsed, Sm2PublicKey(spki))
        except (IndexError, BadSm2Key) as error:
            raise ValueError(f"no sm2 certificate: {error}") from error

    @property
    def organisation(self) -> str | None:
        """Whose certificate it is, for people: the organisation, or else the common name."""
        return self._subject(NameOID.ORGANIZATION_NAME) or self._subject(NameOID.COMMON_NAME)

    @property
    def issuer_name(self) -> str | None:
        """The issuer's common name, for people."""
        found = self.parsed.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(found[0].value) if found else None

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether `moment` (with zone) lies within the period of validity."""
        return self.parsed.not_valid_before_utc <= moment <= self.parsed.not_valid_after_utc

    def may(self, role: Role) -> bool:
        """Whether basic constraints and key usage allow to issue certificates, or to sign documents.

        A key usage must be there (GB/T 20518 demands it), and a critical extension that we do not know forbids all.
        """
        extensions = {extension.oid: extension for extension in self.parsed.extensions}
        if any(extension.critical and oid not in _KNOWN for oid, extension in extensions.items()):
            return False
        usage = extensions[ExtensionOID.KEY_USAGE].value if ExtensionOID.KEY_USAGE in extensions else None
        constraints = extensions.get(ExtensionOID.BASIC_CONSTRAINTS)
        is_authority = (
            constraints is not None and isinstance(constraints.value, x509.BasicConstraints) and constraints.value.ca
        )
        if not isinstance(usage, x509.KeyUsage):
            return False
        if role == "authority":
            return is_authority and usage.key_cert_sign
        return not is_authority and (usage.digital_signature or usage.content_commitment)

    def is_issued_by(self, issuer: "Sm2Certificate") -> bool:
        """Whether the names fit and the issuer's key made the signature, with SM2 and SM3."""
        return self.parsed.issuer.public_bytes() == issuer.parsed.subject.public_bytes() and self._is_signed_by(issuer)

    @cached_property
    def _algorithms(self) -> tuple[bytes, bytes]:
        fields = split(content_of(self.parsed.tbs_certificate_bytes))
        outer = split(content_of(self.der))[1]
        return fields[2] if fields[0][0] == 0xA0 else fields[1], outer

    def _is_signed_by(self, issuer: "Sm2Certificate") -> bool:
        inner, outer = self._algorithms
        named = content_of(outer)
        if inner != outer or not named.startswith(content_of(_SM2_WITH_SM3)):
            return False
        return issuer.key.verifies(self.parsed.signature, self.parsed.tbs_certificate_bytes)

    def _subject(self, oid: x509.ObjectIdentifier) -> str | None:
        found = self.parsed.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else None


def chain_problem(
    certificate: Sm2Certificate, roots: tuple[Sm2Certificate, ...], moment: datetime
) -> ChainProblem | None:
    """What speaks against a signer's certificate at `moment`, or None.

    An electronic seal carries no intermediate certificates (GB/T 38540-2020 has no field for them): the issuer itself
    must be among the trusted ones.
    """
    issuers = [root for root in roots if certificate.is_issued_by(root)]
    if not issuers:
        return "issuer_unknown"
    if not certificate.may("signer") or not any(issuer.may("authority") for issuer in issuers):
        return "not_for_signing"
    if not certificate.is_valid_at(moment) or not any(issuer.is_valid_at(moment) for issuer in issuers):
        return "out_of_date"
    return None


def issue(
    subject: x509.Name,
    spki: bytes,
    issuer: x509.Name,
    issuer_key: Sm2Key,
    period: tuple[datetime, datetime],
    role: Role,
) -> bytes:
    """A certificate in DER signed with SM2 and SM3; `period` in UTC. Self-signed when both names are the same."""
    issues = role == "authority"
    usage = x509.KeyUsage(not issues, not issues, False, False, False, issues, issues, False, False)
    constraints = x509.BasicConstraints(ca=issues, path_length=0 if issues else None)
    extensions = [
        _extension(ExtensionOID.BASIC_CONSTRAINTS, constraints),
        _extension(ExtensionOID.KEY_USAGE, usage),
    ]
    tbs = sequence(
        context(0, integer(2)),
        integer(x509.random_serial_number()),
        _SM2_WITH_SM3,
        issuer.public_bytes(),
        sequence(*(_time(moment) for moment in period)),
        subject.public_bytes(),
        spki,
        context(3, sequence(*extensions)),
    )
    return sequence(tbs, _SM2_WITH_SM3, tlv(0x03, b"\0" + issuer_key.sign(tbs)))


def _extension(oid: x509.ObjectIdentifier, value: x509.ExtensionType) -> bytes:
    """A critical extension (RFC 5280, 4.1)."""
    return sequence(object_id(oid.dotted_string), tlv(0x01, b"\xff"), tlv(0x04, value.public_bytes()))


def _time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5)."""
    if moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode("ascii"))
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode("ascii"))
