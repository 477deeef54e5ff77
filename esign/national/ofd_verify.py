"""Is this OFD sealed, unchanged, and by whom? Any bytes in, a `Report` out, never an exception.

Every part must be under every seal, but for the parts of the signatures themselves. Trust is given, never fetched;
without trusted SM2 roots at best `cannot_judge`. Bounds keep a hostile file below 5 seconds and 512 MiB.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from esign.kinds import KINDS
from esign.national.certificates import Sm2Certificate
from esign.national.errors import BadOfd, SmUnavailable
from esign.national.findings import ofd_found
from esign.national.ofd_container import Container, Element, open_container
from esign.national.seals import TEST_ROOT_NAME
from esign.national.ses_check import SealCheck, Trusted, check_seal_signature
from esign.national.sm import SM3, sm3_of
from esign.report import Report, SignatureFound, verdict_of
from esign.verify import read_roots

__all__ = ["verify_ofd"]

_MOST_SIGNATURES, _MOST_LISTS = 32, 8
_LARGEST_VALUES, _LARGEST_DESCRIPTIONS = 4 * 1024 * 1024, 2 * 1024 * 1024  # of all signatures together


def verify_ofd(data: bytes, trust_roots: Sequence[bytes], now: datetime | None = None) -> Report:
    """Judge an OFD; `trust_roots` are PEM certificates: SM2 ones count for seals, others for timestamps.

    `now` is the present unless a test says otherwise. A few milliseconds for a notice, seconds for a hostile file.
    """
    if not data:
        return _unjudged("ofd_empty")
    try:
        return _judge(open_container(data), _trusted(trust_roots, now or datetime.now(UTC)))
    except BadOfd as error:
        return _unjudged(error.finding)
    except SmUnavailable:
        return _unjudged("ofd_sm_unavailable")
    # asn1crypto and cryptography raise almost anything for a hostile certificate; the answer is the same: unreadable
    except Exception:  # noqa: BLE001
        return _unjudged("ofd_unreadable")


@dataclass(frozen=True)
class _Listed:
    """One entry of `Signatures.xml`, its parts found: description, value and (unless left out) the seal."""

    identifier: str
    described: Element
    description: str
    value: str
    seal: str | None

    @property
    def parts(self) -> set[str]:
        """The parts that a signature need not protect, since it cannot or since they are compared otherwise."""
        return {self.description, self.value} | ({self.seal} if self.seal is not None else set())


def _judge(container: Container, trusted: Trusted) -> Report:
    entry = container.xml("OFD.xml", "OFD")
    lists = {container.named(path, "OFD.xml") for body in entry.all("DocBody") if (path := body.text_of("Signatures"))}
    if not lists:
        return _report((), ("ofd_no_seal",), entry)
    if len(lists) > _MOST_LISTS:
        return _report((), ("ofd_too_many_signatures",), entry)
    codes = [] if all(body.text_of("Signatures") for body in entry.all("DocBody")) else ["ofd_document_unsealed"]
    listed: list[_Listed] = []
    for path in sorted(lists):
        for signature in container.xml(path, "Signatures").all("Signature"):
            if len(listed) == _MOST_SIGNATURES:
                return _report((), ("ofd_too_many_signatures",), entry)
            if signature.attributes.get("Type", "Seal") != "Seal":
                codes.append("ofd_plain_signature")
                continue
            listed.append(_find(container, path, signature))
            if sum(container.size(signature.description) for signature in listed) > _LARGEST_DESCRIPTIONS:
                raise BadOfd("ofd_too_large", "the descriptions of signatures")
    if not listed and not codes:
        codes.append("ofd_no_seal")
    if sum(container.size(signature.value) for signature in listed) > _LARGEST_VALUES:
        raise BadOfd("ofd_too_large", "the signatures")
    digest = cache(lambda name: sm3_of(container.chunks(name)))
    free = lists.union(*(signature.parts for signature in listed))
    checks = [_check(container, signature, free, digest, trusted) for signature in listed]
    return _report(tuple(zip(listed, checks, strict=True)), tuple(codes), entry)


def _find(container: Container, path: str, signature: Element) -> _Listed:
    description = container.named(signature.attributes.get("BaseLoc", ""), path)
    described = container.xml(description, "Signature")
    info = described.one("SignedInfo")
    seal = info.one("Seal") if info else None
    return _Listed(
        identifier=signature.attributes.get("ID", ""),
        described=described,
        description=description,
        value=container.named(described.text_of("SignedValue"), description),
        seal=container.named(seal.text_of("BaseLoc"), description) if seal else None,
    )


def _check(
    container: Container, listed: _Listed, free: set[str], digest: Callable[[str], bytes], trusted: Trusted
) -> SealCheck:
    seal = container.read(listed.seal, _LARGEST_VALUES) if listed.seal is not None else None
    value = container.read(listed.value, _LARGEST_VALUES)
    check = check_seal_signature(value, container.read(listed.description), seal, trusted)
    found = list(_references(container, listed, free, digest))
    if "ofd_signature_genuine" not in check.codes or "ofd_description_changed" in check.codes:
        # the list of digests proves nothing when nobody vouches for it
        found = [code for code in found if code != "ofd_parts_unchanged"]
    return replace(check, codes=(*found, *check.codes))


def _references(container: Container, listed: _Listed, free: set[str], digest: Callable[[str], bytes]) -> Iterator[str]:
    """Whether what the signature protects is unchanged, and is everything."""
    info = listed.described.one("SignedInfo")
    references = info.one("References") if info else None
    if references is None:
        yield "ofd_part_not_covered"
        return
    if references.attributes.get("CheckMethod", "MD5").upper() not in (SM3, "SM3"):
        yield "ofd_weak_digest"
        return
    covered, problems = set(), set()
    for reference in references.all("Reference"):
        name = container.named(reference.attributes.get("FileRef", ""), listed.description)
        covered.add(name)
        if name not in container.names:
            problems.add("ofd_part_missing")
        elif _base64(reference.text_of("CheckValue")) != digest(name):
            problems.add("ofd_part_changed")
    if container.names - covered - free:
        problems.add("ofd_part_not_covered")
    yield from sorted(problems) if problems else ["ofd_parts_unchanged"]


def _report(signatures: tuple[tuple[_Listed, SealCheck], ...], codes: tuple[str, ...], entry: Element) -> Report:
    found = dict.fromkeys([*codes, *(code for _, check in signatures for code in check.codes)])
    signers = [check.signer for _, check in signatures if check.signer is not None]
    is_test = any(signer.issuer_name == TEST_ROOT_NAME for signer in signers)
    if is_test:
        found["ofd_test_authority"] = None
    findings = tuple(map(ofd_found, found))
    first = signatures[0][1] if signatures else SealCheck(())
    number, template = _said(entry)
    return Report(
        verdict=verdict_of(findings),
        findings=findings,
        signer=first.signer.organisation if first.signer else None,
        seal_name=first.seal_name,
        signing_time=first.claimed,
        timestamp_time=first.attested,
        notice_number=number,
        notice_title=KINDS[template].title if template in KINDS else None,
        is_test_authority=is_test,
        file_kind="ofd",
        signatures=tuple(
            SignatureFound(
                kind="seal",
                field=listed.identifier,
                verdict=verdict_of(map(ofd_found, check.codes)),
                signer=check.signer.organisation if check.signer else None,
                signing_time=check.claimed,
                timestamp_time=check.attested,
            )
            for listed, check in signatures
        ),
    )


def _said(entry: Element) -> tuple[str | None, str]:
    """Number and template of a notice of ours, as its document information says."""
    body = entry.all("DocBody")[0] if entry.all("DocBody") else None
    info = body.one("DocInfo") if body else None
    custom = info.one("CustomDatas") if info else None
    said = {item.attributes.get("Name", ""): item.text for item in custom.all("CustomData")} if custom else {}
    return said.get("notice_number"), said.get("template", "")


def _trusted(trust_roots: Sequence[bytes], now: datetime) -> Trusted:
    sm2, others = [], []
    for root in read_roots(trust_roots):
        try:
            sm2.append(Sm2Certificate.read(root.dump()))
        except ValueError:
            others.append(root)
    return Trusted(tuple(sm2), tuple(others), now)


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _unjudged(code: str) -> Report:
    finding = ofd_found(code)
    return Report(verdict=verdict_of([finding]), findings=(finding,), file_kind="ofd")
