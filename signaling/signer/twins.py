"""The OFD twin of a sealed notice (GB/T 33190, SES v4): same page, same office, national cryptography.

Made on the keeper's demand from the base that was sealed, under the same grants as the notice itself, and logged. There
is a national *test* seal only; no twin is made of a notice under a real seal.
"""

import hashlib

import esign
from esign.national import make_national_test_seal, write_notice_ofd
from signaling.signer.cabinet import serial_of
from signaling.signer.entries import SealUsed, TwinMade
from signaling.signer.errors import SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.notary import facts_for
from signaling.signer.notice_facts import Office
from signaling.signer.seal_commands import Desk
from signaling.signer.store import SealedNotice


def make_twin(desk: Desk, journal: HallJournal, office: Office, notice: SealedNotice) -> bytes:
    """The sealed OFD, its making logged. Raises SignerError."""
    state = desk.store.custody()[1].seal(notice.seal_id)
    if not state.registered.is_test:
        raise SignerError("这里没有国密印章，只能为测试印章的文书制作 OFD (there is a national test seal only)")
    uses = (one.entry for one in desk.store.log() if isinstance(one.entry, SealUsed))
    persons = next(entry.persons for entry in uses if entry.notice_id == notice.notice_id)
    desk.store.custody()[1].check(notice.seal_id, notice.kind, persons, desk.now)
    base = desk.store.content(notice.notice_id, 1)[: notice.base_size]
    try:
        seal = make_national_test_seal(
            desk.folder / "national", state.registered.authority, state.registered.stamp, desk.now
        )
        twin = write_notice_ofd(base, seal, desk.now, code=_code(desk, journal, office, notice, base))
    except esign.EsignError as problem:
        raise SignerError(f"不能制作 OFD (no OFD can be made: {problem})") from None
    digest = hashlib.sha256(twin).hexdigest()
    entry = TwinMade(notice.notice_id, notice.number, digest, serial_of(seal.certificate))
    desk.store.append(entry, desk.keeper, desk.now, notice.case_id)
    return twin


def _code(desk: Desk, journal: HallJournal, office: Office, notice: SealedNotice, base: bytes) -> str:
    """The text of the printed code; only when the journal still says what was sealed."""
    if not notice.query_code:
        return ""
    facts = facts_for(journal.order_at(notice.journal_seq), office, journal, is_test=True)
    if hashlib.sha256(esign.render_notice(facts)).hexdigest() != notice.base_digest:
        raise SignerError("日志或单位信息与盖章时不同，不能制作 OFD (journal or office are not what was sealed)")
    key = desk.cabinet.seal(notice.seal_id).code_key
    return esign.encode_code(esign.printed_of(facts, base), key, office.check_address) if facts.query_code else ""
