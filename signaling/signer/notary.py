"""Answers the requests: reads what is to be sealed from the journal, checks custody, renders, seals, writes down.

Every step may be the last before the power fails. Nothing leaves before the file and its entry of use are durable in
one transaction; a request that comes again finds them and gets the same bytes. What was sealed without a timestamp
(B-B) is kept, given to nobody, and extended when the time authority and the revocation lists are back.
"""

import hashlib
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import assert_never

import msgspec

import esign
from signaling.hall.orders import NoticeOrder
from signaling.signer.cabinet import Cabinet, ends, serial_of
from signaling.signer.custody import SealState
from signaling.signer.entries import HeadStamped, Level, NoticeDiscarded, NoticeExtended, SealRefused, SealUsed
from signaling.signer.errors import CustodyRefused, EvidenceRefused, NotAllowed, SignerError
from signaling.signer.evidence import HALL, Evidence, examine
from signaling.signer.hall_journal import HallJournal
from signaling.signer.notice_facts import Office, facts_of
from signaling.signer.requests import (
    Answer,
    Certificates,
    CodeCertificates,
    Draft,
    Drafted,
    Issued,
    IssuedRecords,
    NotSealed,
    Pending,
    Request,
    Seal,
    Sealed,
    SealRegister,
    Seals,
    SealSummary,
)
from signaling.signer.store import CustodyChanged, JournalHead, SealedNotice, SigningStore, Version, VersionThere

logger = logging.getLogger(__name__)

ACTOR = "signer"
"""Who stands in the log for what this process does by itself."""

_RATE_S = 60.0


class Permit(msgspec.Struct, frozen=True):
    """Everything that was checked before a seal is touched."""

    place: tuple[int, str]
    """Row of the order in the journal: number and hash."""
    evidence: Evidence
    seal: SealState
    head: JournalHead
    custody: int
    """The entry of the log that made the register it was checked against."""


class Notary:
    """One hall's signing. Used by one thread. ``now`` is the hall's official time.

    An authority that did not answer is not asked again for ``away_s``: each asking may take its whole time limit.
    """

    def __init__(
        self,
        store: SigningStore,
        journal: HallJournal,
        cabinet: Cabinet,
        office: Office,
        now: Callable[[], datetime],
        *,
        most_a_minute: int = 600,
        away_s: float = 20.0,
    ) -> None:
        self._store = store
        self._journal = journal
        self._cabinet = cabinet
        self._office = office
        self._now = now
        self._most_a_minute = most_a_minute
        self._away_s = away_s
        self._recent: deque[float] = deque()
        self._away_until = 0.0
        self._away_code = ""
        self._refusals: dict[str, str] = {}
        """Code of the last refusal of each notice: a refusal that is asked for again is logged once."""

    def answer(self, request: Request) -> Answer:
        """The answer to one request; trouble is an answer too."""
        try:
            match request:
                case Draft():
                    return self._draft(request)
                case Seal():
                    return self._seal(request)
                case Issued():
                    return IssuedRecords(self._store.records(request))
                case Seals():
                    return self._register()
                case CodeCertificates():
                    return self._code_certificates()
                case _:
                    assert_never(request)
        except NotAllowed as refusal:
            return NotSealed(refusal.code, str(refusal))
        except SignerError as problem:
            logger.error("%s not answered: %s", type(request).__name__, type(problem).__name__)
            return NotSealed("signer_trouble", str(problem))
        except esign.EsignError as problem:  # the sentence may name a field and its characters: not for the log
            logger.error("%s not answered: %s", type(request).__name__, type(problem).__name__)
            return NotSealed(problem.code, str(problem))

    # --- what the hall asks for ------------------------------------------------------------------

    def _draft(self, request: Draft) -> Drafted:
        order = request.order
        seal = self._store.custody()[1].seal_for(order.kind, self._office.authority)
        return Drafted(
            esign.render_notice(facts_for(order, self._office, self._journal, is_test=seal.registered.is_test))
        )

    def _seal(self, request: Seal) -> Answer:
        known = self._store.notice(request.notice_id)
        if known is not None and (answer := self._hand_out(known)) is not None:
            return answer
        self._check_rate()
        while True:
            try:
                return self._seal_anew(self._permit(request))
            except CustodyChanged:
                logger.info("custody changed while notice %s was sealed; checked again", request.notice_id)

    def _permit(self, request: Seal) -> Permit:
        """All checks. A refusal goes into the log."""
        seal_id = ""
        persons: tuple[str, ...] = ()
        try:
            custody_seq, custody = self._store.custody()
            place = request.seq, request.hash
            found = self._journal.ordered(
                request.notice_id, request.case_id, place, self._store.journal_head(), self._store.witnessed
            )
            evidence = examine(found.entries, found.ordered)
            persons = evidence.persons
            order = evidence.order
            if self._store.notice_of_number(order.number) is not None:
                raise EvidenceRefused("number_used", "这个文号已用于另一份文书 (the number is used by another notice)")
            seal = custody.seal_for(order.kind, self._office.authority)
            seal_id = seal.registered.seal_id
            if not self._journal.are_enrolled([person for person in persons if person != HALL]):
                raise CustodyRefused("no_grant", "经办人未在本大厅登记 (a person who acted was never enrolled)")
            custody.check(seal_id, order.kind, persons, self._now())
        except NotAllowed as refusal:
            self._log_refusal(request, refusal.code, seal_id, persons)
            raise
        return Permit(place, evidence, seal, found.head, custody_seq)

    def _seal_anew(self, permit: Permit) -> Answer:
        order, registered = permit.evidence.order, permit.seal.registered
        facts = facts_for(order, self._office, self._journal, is_test=registered.is_test)
        base = esign.render_notice(facts)
        base_digest = _digest(base)
        if order.preview not in ("", base_digest):
            raise NotAllowed("preview_differs", "文书与审核人员预览的不一致，未盖章 (not what was previewed)")
        seal = self._cabinet.seal(registered.seal_id)
        code = ""
        if facts.query_code:
            code = esign.encode_code(esign.printed_of(facts, base), seal.code_key, self._office.check_address)
        now = self._now()
        pdf, level = self._file(base, seal, now, code)
        is_stamped = level == "B-LTA"
        notice = SealedNotice(
            notice_id=order.notice_id,
            number=order.number,
            kind=order.kind,
            case_id=order.case_id,
            query_code=order.query_code,
            base_digest=base_digest,
            base_size=len(base),
            seal_id=registered.seal_id,
            sealed_at=now,
            journal_seq=permit.place[0],
            issued=1 if is_stamped else None,
        )
        version = Version(order.notice_id, 1, level, _digest(pdf), now, _end_of(seal, level), pdf)
        used = SealUsed(
            notice_id=order.notice_id,
            number=order.number,
            kind=order.kind,
            case_id=order.case_id,
            seal_id=registered.seal_id,
            persons=permit.evidence.persons,
            base_digest=base_digest,
            digest=version.digest,
            level=level,
            certificate_serial=serial_of(seal.key.certificate),
            tsa_serial=_tsa_serial(seal, level),
            journal_seq=permit.place[0],
            journal_hash=permit.place[1],
        )
        self._store.keep(notice, version, used, permit.head, permit.custody, ACTOR)
        self._refusals.pop(order.notice_id, None)
        logger.info("notice %s of case %s sealed with %s as %s", order.notice_id, order.case_id, notice.seal_id, level)
        return _sealed(notice, pdf) if is_stamped else Pending(self._away_code)

    def _file(self, base: bytes, seal: esign.Seal, now: datetime, code: str) -> tuple[bytes, Level]:
        """The sealed file: with timestamp and proofs, or without when they cannot be had now."""
        if not self._is_away():
            try:
                return esign.seal_notice(base, seal, now, code, level="B-LTA"), "B-LTA"
            except (esign.TimestampUnavailable, esign.RevocationUnavailable) as problem:
                self._note_away(problem)
        return esign.seal_notice(base, seal, now, code, level="B-B"), "B-B"

    def _hand_out(self, notice: SealedNotice) -> Answer | None:
        """A notice that was sealed before. None: it was set aside, and can be sealed anew."""
        if notice.issued is not None:
            return _sealed(notice, self._store.content(notice.notice_id, notice.issued))
        if self._store.custody()[1].seal(notice.seal_id).status == "revoked":
            self._discard(notice, "seal revoked")
            return None
        if self._is_away():
            return Pending(self._away_code)
        try:
            pdf = self._extend(notice)
        except (esign.TimestampUnavailable, esign.RevocationUnavailable) as problem:
            self._note_away(problem)
            return Pending(self._away_code)
        except esign.CertificateRevoked:
            self._discard(notice, "certificate revoked")
            return None
        return _sealed(notice, pdf)

    def _discard(self, notice: SealedNotice, reason: str) -> None:
        digest = self._store.versions(notice.notice_id)[-1].digest
        entry = NoticeDiscarded(notice.notice_id, digest, reason)
        self._store.discard(notice, entry, ACTOR, self._now())
        logger.error("notice %s set aside: %s before it had a timestamp", notice.notice_id, reason)

    def _extend(self, notice: SealedNotice) -> bytes:
        """Add timestamp and proofs to the newest version, durably. Raises what esign raises."""
        versions = self._store.versions(notice.notice_id)
        before = self._store.content(notice.notice_id, versions[-1].version)
        seal = self._cabinet.seal(notice.seal_id)
        pdf = esign.extend_notice(before, seal)
        if not pdf.startswith(before):
            raise SignerError(f"文书 {notice.number} 的延长改动了原有内容 (extending changed what was there)")
        number = versions[-1].version + 1
        version = Version(
            notice.notice_id, number, "B-LTA", _digest(pdf), self._now(), _end_of(seal, "B-LTA"), pdf[len(before) :]
        )
        entry = NoticeExtended(
            notice.notice_id, notice.number, number, version.digest, "B-LTA", _tsa_serial(seal, "B-LTA")
        )
        try:
            self._store.extend(version, entry, notice.case_id, ACTOR)
        except VersionThere:  # the keeper's ``hall notices extend`` was faster
            return self._store.content(notice.notice_id, number)
        logger.info("notice %s extended to version %d", notice.notice_id, number)
        return pdf

    def _register(self) -> SealRegister:
        _, custody = self._store.custody()
        summaries: list[SealSummary] = []
        roots: dict[str, None] = {}
        for state in custody.seals.values():
            one = state.registered
            summaries.append(
                SealSummary(one.seal_id, one.authority, one.stamp, one.is_test, state.status, one.since, one.until)
            )
            roots[self._cabinet.seal(one.seal_id).root_pem.decode()] = None
        return SealRegister(tuple(summaries), "".join(reversed(roots)))

    def _code_certificates(self) -> Certificates:
        seals = self._store.custody()[1].seals
        found = dict.fromkeys(self._cabinet.seal(seal_id).code_key.certificate for seal_id in seals)
        return Certificates(tuple(found))

    # --- what is done by itself ----------------------------------------------------------------------

    def witness(self) -> None:
        """See the journal up to its end. Raises JournalRefused."""
        seen = self._store.journal_head()
        head = self._journal.look(seen)
        if head.seq > seen.seq:
            self._store.see(head)

    def extend_pending(self) -> int:
        """Try every notice that waits; how many are done. Stops at the first for which nothing answers."""
        done = 0
        for notice in self._store.pending():
            try:
                if isinstance(self._hand_out(notice), Pending):
                    break
                done += 1
            except (SignerError, esign.EsignError) as problem:  # the others still have their turn
                logger.error("notice %s not extended: %s", notice.notice_id, type(problem).__name__)
        return done

    def renew(self, margin: timedelta, most: int = 100) -> int:
        """Renew the timestamps that end within ``margin``; how many. Raises what esign raises."""
        done = 0
        for notice in self._store.ending(self._now() + margin, most):
            versions = self._store.versions(notice.notice_id)
            held_until = versions[-1].holds_until
            promised = ends(self._cabinet.seal(notice.seal_id).timestamper.chain[0])
            if notice.issued is None or held_until is None or promised <= held_until:
                continue
            try:
                self._extend(notice)
                done += 1
            except (SignerError, esign.SealingFailed) as problem:  # the others still have their turn
                logger.error("notice %s not renewed: %s", notice.notice_id, type(problem).__name__)
        return done

    def stamp_head(self, every: timedelta = timedelta(0)) -> HeadStamped | None:
        """Have the log's head timestamped. Raises what esign raises.

        None when nothing was logged since the last time, or that was less than ``every`` ago.
        """
        seq, head = self._store.log_head()
        last = self._store.last_stamp()
        if last is not None and self._now() - last[0] < every:
            return None
        active = [one for one in self._store.custody()[1].seals.values() if one.status == "active"]
        if not active or (last is not None and last[1].seq >= seq - 1):
            return None
        seal = self._cabinet.seal(active[-1].registered.seal_id)
        entry = HeadStamped(seq, head, seal.timestamper.timestamp(bytes.fromhex(head)))
        self._store.append(entry, ACTOR, self._now())
        return entry

    # --- below ------------------------------------------------------------------------------------------

    def _check_rate(self) -> None:
        """Whoever took over the hall's server cannot seal without end unnoticed."""
        now = monotonic()
        while self._recent and self._recent[0] < now - _RATE_S:
            self._recent.popleft()
        if len(self._recent) >= self._most_a_minute:
            raise NotAllowed("too_many", "用印过于频繁，稍后自动重试 (too many seals a minute; tried again later)")
        self._recent.append(now)

    def _log_refusal(self, request: Seal, code: str, seal_id: str, persons: tuple[str, ...]) -> None:
        logger.error("notice %s of case %s refused: %s", request.notice_id, request.case_id, code)
        if self._refusals.get(request.notice_id) != code:
            entry = SealRefused(request.notice_id, request.case_id, seal_id, persons, code)
            self._store.append(entry, ACTOR, self._now(), request.case_id)
            self._refusals[request.notice_id] = code

    def _is_away(self) -> bool:
        return monotonic() < self._away_until

    def _note_away(self, problem: esign.EsignError) -> None:
        is_time = isinstance(problem, esign.TimestampUnavailable)
        self._away_code = "timestamp_pending" if is_time else "revocation_pending"
        self._away_until = monotonic() + self._away_s
        logger.warning("%s: notices wait; asked again in %.0f s", problem.code, self._away_s)


def facts_for(order: NoticeOrder, office: Office, journal: HallJournal, *, is_test: bool) -> esign.NoticeFacts:
    """What the notice says, with the pictures of its corrections. Raises EvidenceRefused when one was changed."""
    digests = {correction.crop for correction in order.corrections if correction.crop}
    return facts_of(order, office, is_test, {digest: journal.picture(digest) for digest in digests})


def _sealed(notice: SealedNotice, pdf: bytes) -> Sealed:
    return Sealed(pdf, _digest(pdf), notice.base_digest, notice.sealed_at, notice.seal_id, "B-LTA")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _end_of(seal: esign.Seal, level: Level) -> datetime | None:
    return ends(seal.timestamper.chain[0]) if level == "B-LTA" else None


def _tsa_serial(seal: esign.Seal, level: Level) -> str:
    return serial_of(seal.timestamper.chain[0]) if level == "B-LTA" else ""
