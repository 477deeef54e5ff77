"""What one electronic signature with a seal proves: the whole list of GB/T 38540-2020, each step a finding.

Structure, seal by its maker, maker's chain, seal in force when used, signer on the seal's list, signer's chain and key
usage, the same seal in the file, digest of the description, signature, timestamp. What the description protects is
checked in `ofd_verify`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from esign.national.certificates import Sm2Certificate, chain_problem
from esign.national.ses import SealContent, SealSignature, Signed, read_signature
from esign.national.sm import sm3
from esign.proof import finish

__all__ = ["SealCheck", "Trusted", "check_seal_signature"]

_CLOCKS_APART = timedelta(minutes=5)
_HASHES = {"sha256", "sha384", "sha512"}


@dataclass(frozen=True)
class Trusted:
    """Whom to trust: SM2 authorities for seals, any others for timestamps, as of `now`."""

    sm2: tuple[Sm2Certificate, ...]
    others: tuple[asn1_x509.Certificate, ...]
    now: datetime


@dataclass(frozen=True)
class SealCheck:
    """The codes of the findings, and who and when for people; None where it could not be read."""

    codes: tuple[str, ...]
    signer: Sm2Certificate | None = None
    seal_name: str | None = None
    claimed: datetime | None = None
    attested: datetime | None = None


def check_seal_signature(value: bytes, description: bytes, seal_file: bytes | None, trusted: Trusted) -> SealCheck:
    """Judge `SignedValue.dat` against `Signature.xml` and the seal beside it. Raises `SmUnavailable` only."""
    try:
        signature = read_signature(value)
        signer = Sm2Certificate.read(signature.by_signer.certificate)
        maker = Sm2Certificate.read(signature.seal.by_maker.certificate)
    except ValueError:
        return SealCheck(("ofd_signature_unreadable",))
    attested, timestamp_code = _attested(signature, trusted)
    moment = attested or signature.time
    codes = (
        *_structure(signature),
        *_integrity(signature, signer, description, seal_file),
        *_seal(signature.seal, maker, moment, trusted),
        *_signer(signature, signer, moment, trusted),
        *_time(signature, (signer, maker), attested, trusted.now),
        *([timestamp_code] if timestamp_code else []),
        "ofd_revocation_not_checked",
    )
    return SealCheck(codes, signer, signature.seal.name, signature.time, attested)


def _structure(signature: SealSignature) -> Iterator[str]:
    if not signature.is_der:
        yield "ofd_not_der"
    if signature.version == 1:
        yield "ofd_old_structure"
    if signature.has_critical_extension or signature.seal.has_critical_extension:
        yield "ofd_unknown_extension"


def _integrity(
    signature: SealSignature, signer: Sm2Certificate, description: bytes, seal_file: bytes | None
) -> Iterator[str]:
    yield _verified(signature.by_signer, signer, "ofd_signature_genuine", "ofd_signature_forged")
    if signature.data_hash != sm3(description):
        yield "ofd_description_changed"
    if seal_file is not None and seal_file != signature.seal.der:
        yield "ofd_seal_swapped"


def _seal(seal: SealContent, maker: Sm2Certificate, moment: datetime | None, trusted: Trusted) -> Iterator[str]:
    made = _verified(seal.by_maker, maker, "", "ofd_seal_forged")
    problems = [made] if made else []
    if moment is not None and not seal.valid_from <= moment <= seal.valid_until:
        problems.append("ofd_seal_out_of_date")
    if trusted.sm2:
        # the maker vouched for the seal when it was made: that is when its certificate must have been good
        problem = chain_problem(maker, trusted.sm2, seal.valid_from)
        if problem:
            problems.append({"issuer_unknown": "ofd_maker_unknown"}.get(problem, f"ofd_maker_{problem}"))
        elif not problems:
            yield "ofd_seal_made"
    yield from problems


def _signer(
    signature: SealSignature, signer: Sm2Certificate, moment: datetime | None, trusted: Trusted
) -> Iterator[str]:
    is_admitted = signature.seal.admits(signer.der)
    if not is_admitted:
        yield "ofd_signer_not_admitted"
    if not trusted.sm2:
        yield "ofd_issuer_not_judged"
        return
    problem = chain_problem(signer, trusted.sm2, moment or trusted.now)
    if problem == "issuer_unknown":
        yield "ofd_issuer_unknown"
    elif problem:
        yield f"ofd_certificate_{problem}"
    elif is_admitted:
        yield "ofd_signer_admitted"


def _time(
    signature: SealSignature,
    certificates: tuple[Sm2Certificate, ...],
    attested: datetime | None,
    now: datetime,
) -> Iterator[str]:
    if signature.time is None:
        yield "ofd_time_unreadable"
    elif signature.time > now + _CLOCKS_APART:
        yield "ofd_time_in_future"
    if attested is None:
        yield "ofd_time_claimed"
        ends = [certificates[0].parsed.not_valid_after_utc, signature.seal.valid_until]
        if any(end < now for end in ends):
            yield "ofd_time_not_proven"


def _verified(signed: Signed, certificate: Sm2Certificate, good: str, bad: str) -> str:
    if not signed.is_sm2:
        return "ofd_algorithm_unknown"
    return good if certificate.key.verifies(signed.signature, signed.content) else bad


def _attested(signature: SealSignature, trusted: Trusted) -> tuple[datetime | None, str]:
    """The time of a trusted timestamp, and the finding about it ("" when there is none).

    RFC 3161 over the signature value with SHA-2. Those of national authorities (SM2, GB/T 20520) are left unjudged.
    """
    if signature.timestamp is None:
        return None, ""
    try:
        token = cms.ContentInfo.load(signature.timestamp, strict=True)
        signed = token["content"]
        info = signed["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        moment: datetime = info["gen_time"].native
        if algorithm not in _HASHES:
            return None, "ofd_timestamp_not_judged"
        if imprint["hashed_message"].native != hashlib.new(algorithm, signature.by_signer.signature).digest():
            return None, "ofd_timestamp_invalid"
        context = ValidationContext(trust_roots=list(trusted.others), allow_fetching=False, moment=trusted.now)
        status = finish(
            validate_tst_signed_data(
                signed, context, lambda name: hashlib.new(name, signature.by_signer.signature).digest()
            )
        )
    except (ValueError, TypeError, LookupError, AttributeError, SignatureValidationError):
        return None, "ofd_timestamp_invalid"
    if not (status["intact"] and status["valid"]):
        return None, "ofd_timestamp_invalid"
    path = status.get("validation_path")
    return (moment, "ofd_timestamp_trusted") if path is not None else (None, "ofd_timestamp_not_judged")
