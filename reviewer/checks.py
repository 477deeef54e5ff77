"""Pre-checks shown while it rings, before the reviewer answers: plain rows with codes.

They advise and decide nothing. Sentences for the codes are in ``qt/checks.py``.
"""

from typing import Literal

import msgspec

from esign.report import Report
from reviewer.papers import Paper, Papers
from signaling.protocol.identity import credit_code_fault, normalise_number, resident_id_fault
from signaling.protocol.values import Applicant, CaseView

CheckCode = Literal[
    "slots_filled",
    "slot_missing",
    "number_valid",
    "number_invalid",
    "opening",
    "readable",
    "cannot_open",
    "pages_differ",
    "kind_differs",
    "small_file",
    "signed",
    "signature_valid",
    "signature_invalid",
    "signature_unjudged",
    "same_file",
]
CheckLevel = Literal["good", "wait", "warn", "bad"]

SMALL_FILE_BYTES = 8 * 1024
"""A scan below this is hardly legible (a 150 dpi grey A4 page is some 100 KB); drawn PDFs may be: only a warning."""


class Check(msgspec.Struct, frozen=True):
    """One finding. ``subject`` is a material's or slot's name, ``value`` what was found."""

    code: CheckCode
    level: CheckLevel
    subject: str = ""
    value: str = ""


def run_checks(case: CaseView, papers: Papers) -> tuple[Check, ...]:
    """Everything there is to say about the case as far as its files are here; worst first."""
    checks = [*_slot_checks(case), _number_check(case.applicant)]
    for paper in papers.current():
        checks.extend(_paper_checks(paper))
    checks.extend(_twin_checks(papers))
    order = ("bad", "warn", "wait", "good")
    return tuple(sorted(checks, key=lambda check: order.index(check.level)))


def _slot_checks(case: CaseView) -> list[Check]:
    filled = {material.slot for material in case.materials}
    missing = [slot.name for slot in case.item.slots if slot.is_required and slot.code not in filled]
    if missing:
        return [Check("slot_missing", "bad", name) for name in missing]
    return [Check("slots_filled", "good", "", str(len(filled)))]


def _number_check(applicant: Applicant) -> Check:
    fault = (resident_id_fault if applicant.id_kind == "resident_id" else credit_code_fault)(
        normalise_number(applicant.id_number)
    )
    if fault:
        return Check("number_invalid", "bad", applicant.id_kind, fault)
    return Check("number_valid", "good", applicant.id_kind)


def _twin_checks(papers: Papers) -> list[Check]:
    """One file for several slots is lawful, and often a mistake."""
    names: dict[str, list[str]] = {}
    for paper in papers.current():
        names.setdefault(paper.material.digest, []).append(paper.slot_name)
    return [Check("same_file", "warn", "、".join(slots)) for slots in names.values() if len(slots) > 1]


def _paper_checks(paper: Paper) -> list[Check]:
    name, material, opened = paper.slot_name, paper.material, paper.opened
    if paper.state == "failed":
        return [Check("cannot_open", "bad", name, paper.problem)]
    if opened is None:
        return [Check("opening", "wait", name)]
    found = []
    if opened.page_count != material.pages:
        found.append(Check("pages_differ", "warn", name, f"{material.pages}/{opened.page_count}"))
    if opened.media_type != material.media_type:
        found.append(Check("kind_differs", "warn", name, opened.media_type))
    if material.size < SMALL_FILE_BYTES and material.media_type != "application/pdf":
        found.append(Check("small_file", "warn", name, str(material.size)))
    if opened.has_signature:
        found.append(_signature_check(name, paper.signature))
    return found or [Check("readable", "good", name, str(opened.page_count))]


def _signature_check(name: str, report: Report | None) -> Check:
    """What the signatures in a file are worth, with who signed or the first thing against it."""
    if report is None:
        return Check("signed", "wait", name)
    if report.verdict == "valid":
        return Check("signature_valid", "good", name, report.signer or report.seal_name or "")
    against = next((finding.sentence for finding in report.findings if finding.severity in ("error", "unknown")), "")
    if report.verdict == "invalid":
        return Check("signature_invalid", "bad", name, against)
    return Check("signature_unjudged", "warn", name, against)
