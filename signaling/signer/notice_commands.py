"""``hall notices``: what was sealed, every version of it, its numbers. Each act gives the lines to print."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import esign
from signaling.hall.facts import (
    CaseWithdrawn,
    CorrectionsLapsed,
    Decided,
    DeemedAccepted,
    NoticeStored,
    NoticeVoided,
    NumberReleased,
    NumberReserved,
)
from signaling.protocol.values import OFFICIAL_TIME
from signaling.signer.entries import NoticeExtended, SealUsed
from signaling.signer.errors import SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.notary import Notary
from signaling.signer.notice_facts import Office
from signaling.signer.seal_commands import Desk
from signaling.signer.series import Numbering, numberings
from signaling.signer.store import SealedNotice
from signaling.signer.twins import make_twin

_COUNTED = (
    CaseWithdrawn,
    CorrectionsLapsed,
    Decided,
    DeemedAccepted,
    NoticeStored,
    NoticeVoided,
    NumberReleased,
    NumberReserved,
)
_WORDS = {
    "sealed": "已盖章 sealed",
    "waiting": "待盖章 waits for its seal",
    "reserved": "已预留，待决定 reserved",
    "released": "已预留后退回，未用 given back, unused",
    "unexplained": "无记录 unexplained",
}


def listed(desk: Desk, query: str) -> Iterator[str]:
    """Every sealed notice whose number or case holds these characters."""
    found = [each for each in desk.store.notices() if query in each.number or query in each.case_id]
    if not found:
        yield "没有这样的文书 (no such notice)" if query else "还没有盖过章的文书 (nothing was sealed yet)"
    for notice in found:
        state = "待加时间戳 pending" if notice.issued is None else "已发出 issued"
        sealed_at = f"{notice.sealed_at.astimezone(OFFICIAL_TIME):%Y-%m-%d %H:%M:%S}"
        yield f"{notice.number}  {notice.kind}  {notice.case_id}  {sealed_at}  {notice.seal_id}  {state}"


def shown(desk: Desk, number: str) -> Iterator[str]:
    """One notice with its versions and who used the seal."""
    notice = _notice(desk, number)
    yield f"文号 number         {notice.number}"
    yield f"办件 case           {notice.case_id}（{notice.kind}）"
    yield f"查询码 query code   {notice.query_code or '无 none'}"
    yield f"印章 seal           {notice.seal_id}"
    yield f"盖章时间 sealed at  {notice.sealed_at.astimezone(OFFICIAL_TIME):%Y-%m-%d %H:%M:%S}"
    yield f"原文 base SHA-256   {notice.base_digest}"
    for version in desk.store.versions(notice.notice_id):
        is_issued = "，发出的就是这一版 issued" if version.version == notice.issued else ""
        until = "" if version.holds_until is None else f"，时间戳至 holds until {version.holds_until:%Y-%m-%d}"
        yield f"第 {version.version} 版 version     {version.level} {version.digest}{until}{is_issued}"
    for one in desk.store.log():
        if isinstance(one.entry, SealUsed) and one.entry.notice_id == notice.notice_id:
            yield f"用印 use            第 {one.seq} 条，经办 persons {'、'.join(one.entry.persons)}"


def exported(desk: Desk, number: str, file: Path, *, newest: bool) -> Iterator[str]:
    """Write the issued file, or its newest version with every later timestamp."""
    notice = _issued(desk, number)
    version = len(desk.store.versions(notice.notice_id)) if newest or notice.issued is None else notice.issued
    content = desk.store.content(notice.notice_id, version)
    file.write_bytes(content)
    yield f"{file}：第 {version} 版，SHA-256 {hashlib.sha256(content).hexdigest()} (written)"


def exported_twin(desk: Desk, journal: HallJournal, office: Office, number: str, file: Path) -> Iterator[str]:
    """Write the OFD twin of an issued notice."""
    twin = make_twin(desk, journal, office, _issued(desk, number))
    file.write_bytes(twin)
    yield f"{file}：OFD，SHA-256 {hashlib.sha256(twin).hexdigest()} (written)"


def extended(notary: Notary, days: int) -> Iterator[str]:
    """Add what is pending, and renew timestamps that end within so many days."""
    pending = notary.extend_pending()
    renewed = notary.renew(timedelta(days=days))
    yield f"补加时间戳 {pending} 份，续期 {renewed} 份 (pending ones extended, timestamps renewed)"


def gaps(desk: Desk, journal: HallJournal, *, everything: bool) -> Iterator[str]:
    """Each number that was not sealed, and why. Raises SignerError at the end when one is not explained."""
    sealed = [(notice.number, notice.case_id) for notice in desk.store.notices()]
    kinds = [kind.__name__ for kind in _COUNTED]
    found = list(numberings(journal.entries(*kinds), sealed))
    for one in found:
        if everything or one.status != "sealed":
            yield _line(one)
    series = dict.fromkeys(one.series for one in found)
    voided = sum(one.is_void for one in found)
    yield f"共 {len(series)} 个文号序列、{len(found)} 个文号，其中作废 {voided} 个 (series, numbers, void ones)"
    if bad := [one.number for one in found if one.status == "unexplained"]:
        raise SignerError(f"{len(bad)} 个文号没有记录：{'、'.join(bad[:5])} (numbers without a record)")


def checked(desk: Desk, *, whole: bool) -> Iterator[str]:
    """Check each version against the digests in the ledger and the log; ``whole``: each seal by the verifier too."""
    logged = {
        (one.entry.notice_id, one.entry.digest)
        for one in desk.store.log()
        if isinstance(one.entry, SealUsed | NoticeExtended)
    }
    roots = [desk.cabinet.seal(seal_id).root_pem for seal_id in desk.store.custody()[1].seals]
    count = 0
    for notice in desk.store.notices():
        content = b""
        for version in desk.store.versions(notice.notice_id):
            content += version.added
            is_so = hashlib.sha256(content).hexdigest() == version.digest
            if not is_so or (notice.notice_id, version.digest) not in logged:
                raise SignerError(f"{notice.number} 第 {version.version} 版与记录不符 (not what was recorded)")
        if whole and notice.issued is not None:
            report = esign.verify_notice(content, roots)
            if report.verdict != "valid":
                codes = ", ".join(finding.code for finding in report.findings)
                raise SignerError(f"{notice.number} 验证不通过：{report.verdict} ({codes})")
        count += 1
    yield f"{count} 份文书与记录一致 (every notice is as recorded)"


def _notice(desk: Desk, number: str) -> SealedNotice:
    notice = desk.store.notice_of_number(number)
    if notice is None:
        raise SignerError(f"没有文号为 {number} 的文书 (no notice of this number)")
    return notice


def _issued(desk: Desk, number: str) -> SealedNotice:
    notice = _notice(desk, number)
    if notice.issued is None:
        raise SignerError("这份文书还没有时间戳，不能发出 (its timestamp is pending: it is not handed out)")
    return notice


def _line(one: Numbering) -> str:
    detail = f"：{one.detail}" if one.detail else ""
    return f"{one.number}  {_WORDS[one.status]}{detail}{'，已作废 void' if one.is_void else ''}  {one.case_id}".rstrip()
