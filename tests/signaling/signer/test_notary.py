"""From the journal to the sealed file: once, by whom it may, only what the journal bears out, never a wrong level."""

import contextlib
import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signaling.signer.custody import Custody
from signaling.signer.entries import (
    EVERYBODY,
    CustodyEntry,
    GrantGiven,
    GrantWithdrawn,
    HeadStamped,
    LogEntry,
    NoticeDiscarded,
    NoticeExtended,
    SealRefused,
    SealResumed,
    SealRevoked,
    SealSuspended,
    SealUsed,
)
from signaling.signer.errors import SignerError
from signaling.signer.log_stamps import check_stamp
from signaling.signer.requests import (
    Certificates,
    CodeCertificates,
    Draft,
    Drafted,
    Issued,
    IssuedRecords,
    NotSealed,
    Pending,
    Sealed,
    SealRegister,
    Seals,
)


def refused(answer: object) -> str:
    assert isinstance(answer, NotSealed), answer
    return answer.code


def test_a_decided_notice_is_sealed_once(hall: Any, signing: Any, verified: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    first = signing.notary.answer(request)
    assert isinstance(first, Sealed), first
    assert verified(first.pdf) == ("valid", "B-LTA")
    assert hashlib.sha256(first.pdf).hexdigest() == first.digest
    assert signing.notary.answer(request) == first
    assert signing.again().answer(request) == first
    assert signing.cabinet.uses == 1
    (used,) = signing.logged(SealUsed)
    assert (used.notice_id, used.persons, used.digest, used.level) == ("n-1", ("shen",), first.digest, "B-LTA")
    assert (used.journal_seq, used.journal_hash) == (request.seq, request.hash)
    assert used.certificate_serial
    assert used.tsa_serial


def test_what_was_previewed_is_what_is_sealed(hall: Any, signing: Any) -> None:
    hall.submit(1)
    drafted = signing.notary.answer(Draft(hall.order(1)))
    assert isinstance(drafted, Drafted)
    digest = hashlib.sha256(drafted.pdf).hexdigest()
    sealed = signing.notary.answer(hall.accept(1, preview=digest))
    assert isinstance(sealed, Sealed)
    assert sealed.base_digest == digest
    assert sealed.pdf.startswith(drafted.pdf)
    hall.submit(2)
    assert refused(signing.notary.answer(hall.accept(2, preview="0" * 64))) == "preview_differs"
    assert signing.cabinet.uses == 1, "a draft needs no key, and what was not previewed got none"


# --- custody -------------------------------------------------------------------------------------------


def test_a_suspended_seal_is_refused_at_once_and_the_refusal_is_logged(hall: Any, signing: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    signing.do(SealSuspended(signing.seal_id, "lost"))
    assert refused(signing.notary.answer(request)) == "seal_suspended"
    assert refused(signing.notary.answer(request)) == "seal_suspended"
    assert signing.logged(SealRefused) == [
        SealRefused("n-1", request.case_id, signing.seal_id, ("shen",), "seal_suspended")
    ], "once, however often the hall asks again"
    signing.do(SealResumed(signing.seal_id, "found"))
    assert isinstance(signing.notary.answer(request), Sealed)


def test_without_a_grant_nobody_seals(hall: Any, signing: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    signing.do(GrantWithdrawn(signing.seal_id, EVERYBODY))
    assert refused(signing.notary.answer(request)) == "no_grant"
    day = timedelta(days=1)
    signing.do(GrantGiven(signing.seal_id, "zhou", (), signing.now, signing.now + day, "keeper"))
    assert refused(signing.notary.answer(request)) == "no_grant"
    signing.do(GrantGiven(signing.seal_id, "shen", ("grant",), signing.now, signing.now + day, "keeper"))
    assert refused(signing.notary.answer(request)) == "no_grant", "for another kind of notice"
    signing.do(GrantGiven(signing.seal_id, "shen", ("acceptance",), signing.now, signing.now + day, "keeper"))
    signing.now += day
    assert refused(signing.notary.answer(request)) == "no_grant", "it has ended"
    signing.now -= day
    assert isinstance(signing.notary.answer(request), Sealed)
    assert signing.cabinet.uses == 1


def test_who_was_never_enrolled_has_no_grant(hall: Any, signing: Any) -> None:
    hall.submit(1)
    assert refused(signing.notary.answer(hall.accept(1, reviewer="nobody"))) == "no_grant"


def test_a_seal_that_needs_two_persons(hall: Any, signing: Any) -> None:
    """Registered once more under another id, as an official seal would be: two persons for a grant."""
    made = signing.cabinet.seal(signing.seal_id)
    state = signing.store.custody()[1].seal(signing.seal_id).registered
    official = msgspec.structs.replace(state, seal_id="official", persons_needed=2, kinds=("grant",))
    (signing.folder / "seals" / "official").symlink_to(signing.folder / "seals" / signing.seal_id)
    signing.do(official)
    signing.do(GrantGiven("official", EVERYBODY, (), state.since, state.until, "keeper"))
    for number, decider in ((1, "shen"), (2, "zhou")):
        hall.submit(number)
        assert isinstance(signing.notary.answer(hall.accept(number, "shen")), Sealed), "the first seal needs one"
        answer = signing.notary.answer(hall.grant(number, decider))
        if decider == "shen":
            assert refused(answer) == "second_person_needed"
        else:
            assert isinstance(answer, Sealed), answer
            assert (answer.seal_id, signing.logged(SealUsed)[-1].persons) == ("official", ("shen", "zhou"))
    assert made.is_test


def test_too_many_seals_a_minute_are_refused(hall: Any, signing: Any) -> None:
    signing.notary._most_a_minute = 2
    for number in (1, 2, 3):
        hall.submit(number)
    answers = [signing.notary.answer(hall.accept(number)) for number in (1, 2, 3)]
    assert [type(answer) for answer in answers] == [Sealed, Sealed, NotSealed]
    assert refused(answers[2]) == "too_many"


# --- the journal -----------------------------------------------------------------------------------------


def test_what_the_journal_does_not_order_is_not_sealed(hall: Any, signing: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    replace = msgspec.structs.replace
    for wrong in (
        replace(request, seq=request.seq - 1),
        replace(request, hash="0" * 64),
        replace(request, case_id="20261120-00009"),
        replace(request, notice_id="n-9"),
        replace(request, seq=10_000),
    ):
        assert refused(signing.notary.answer(wrong)) == "not_ordered"
    assert signing.cabinet.uses == 0
    assert isinstance(signing.notary.answer(request), Sealed)


def test_a_rewritten_journal_is_noticed(hall: Any, signing: Any) -> None:
    hall.submit(1)
    hall.submit(2)
    assert isinstance(signing.notary.answer(hall.accept(1)), Sealed)
    request = hall.accept(2)
    hall.rewrite("UPDATE journal SET actor = 'zhou' WHERE kind = 'Decided' AND case_id = ?", request.case_id)
    assert refused(signing.notary.answer(request)) == "journal_broken"
    assert signing.cabinet.uses == 1


def test_a_journal_that_was_cut_or_restored_is_refused_until_the_keeper_accepts_it(hall: Any, signing: Any) -> None:
    hall.submit(1)
    assert isinstance(signing.notary.answer(hall.accept(1)), Sealed)
    hall.rewrite("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")
    hall.submit(2)
    assert refused(signing.notary.answer(hall.accept(2))) == "journal_broken"


def test_an_old_entry_of_the_case_that_was_changed_with_its_hash_is_noticed(hall: Any, signing: Any) -> None:
    """The chain is only read on from the last head; what was seen before is remembered."""
    hall.submit(1)
    signing.notary.witness()
    hall.rewrite("UPDATE journal SET hash = ? WHERE kind = 'CaseSubmitted'", "1" * 64)
    assert refused(signing.notary.answer(hall.accept(1))) == "journal_broken"


def test_a_number_is_used_once(hall: Any, signing: Any) -> None:
    hall.submit(1)
    assert isinstance(signing.notary.answer(hall.accept(1)), Sealed)
    hall.submit(2)
    number = hall.order(1).number
    genuine = hall.order
    hall.order = lambda which, preview="": msgspec.structs.replace(genuine(which, preview), number=number)
    assert refused(signing.notary.answer(hall.accept(2))) == "number_used"


# --- time authority and revocation lists -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "code"),
    [("time_is_away", "timestamp_pending"), ("lists_are_away", "revocation_pending")],
)
def test_without_its_authorities_a_notice_waits_and_is_extended_later(
    hall: Any, signing: Any, verified: Any, what: str, code: str
) -> None:
    hall.submit(1)
    request = hall.accept(1)
    setattr(signing.outage, what, True)
    assert signing.notary.answer(request) == Pending(code)
    assert signing.notary.answer(request) == Pending(code)
    assert signing.again().answer(request) == Pending(code)
    assert signing.notary.answer(Issued(number=hall.order(1).number)) == IssuedRecords(()), "nobody is given it"
    assert [used.level for used in signing.logged(SealUsed)] == ["B-B"]
    setattr(signing.outage, what, False)
    assert signing.notary.extend_pending() == 1
    sealed = signing.notary.answer(request)
    assert isinstance(sealed, Sealed)
    assert verified(sealed.pdf) == ("valid", "B-LTA")
    assert len(signing.logged(SealUsed)) == 1, "sealed once"
    first, second = signing.store.versions("n-1")
    assert sealed.pdf == first.added + second.added
    assert [(one.version, one.digest) for one in signing.logged(NoticeExtended)] == [(2, sealed.digest)]
    assert signing.notary.answer(request) == sealed


@pytest.mark.parametrize("by", ["register", "list"])
def test_a_seal_revoked_while_a_notice_waits_is_not_relied_on(hall: Any, signing: Any, by: str) -> None:
    hall.submit(1)
    request = hall.accept(1)
    signing.outage.time_is_away = True
    assert signing.notary.answer(request) == Pending("timestamp_pending")
    signing.outage.time_is_away = False
    if by == "register":
        signing.do(SealRevoked(signing.seal_id, "stolen"))
        assert refused(signing.notary.answer(request)) == "seal_revoked"
    else:
        signing.outage.is_revoked = True
        assert refused(signing.notary.answer(request)) == "certificate_revoked"
    assert len(signing.logged(NoticeDiscarded)) == 1
    assert signing.store.notice("n-1") is None, "it can be sealed anew, with another seal"


def test_old_timestamps_are_renewed_and_the_issued_file_stays(hall: Any, signing: Any, verified: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    sealed = signing.notary.answer(request)
    assert signing.notary.renew(timedelta(days=365)) == 0, "it holds for years"
    far = timedelta(days=36_500)
    assert signing.notary.renew(far) == 0, "the same authority would promise no more"
    signing.store._connection.execute("UPDATE versions SET holds_until = '2027-01-01T00:00:00+00:00'")
    assert signing.notary.renew(timedelta(days=365)) == 1
    assert signing.notary.renew(timedelta(days=365)) == 0
    assert signing.notary.answer(request) == sealed
    newest = signing.store.content("n-1", 2)
    assert newest.startswith(sealed.pdf)
    assert verified(newest) == ("valid", "B-LTA")
    (record,) = signing.notary.answer(Issued(digest=hashlib.sha256(newest).hexdigest())).records
    assert record.digests == (sealed.digest, hashlib.sha256(newest).hexdigest())


def test_one_damaged_file_does_not_hold_up_the_others(hall: Any, signing: Any) -> None:
    signing.outage.time_is_away = True
    for number in (1, 2):
        hall.submit(number)
        signing.notary.answer(hall.accept(number))
    signing.outage.time_is_away = False
    signing.store._connection.execute("UPDATE versions SET added = CAST('x' || added AS BLOB) WHERE notice_id = 'n-1'")
    assert signing.notary.extend_pending() == 1
    assert [notice.notice_id for notice in signing.store.pending()] == ["n-1"]


# --- what else is asked, and the log's head ---------------------------------------------------------------


def test_what_was_issued_is_found_by_code_number_and_digest(hall: Any, signing: Any) -> None:
    hall.submit(1)
    sealed = signing.notary.answer(hall.accept(1))
    order = hall.order(1)
    for asked in (Issued(query_code=order.query_code), Issued(number=order.number), Issued(digest=sealed.digest)):
        (record,) = signing.notary.answer(asked).records
        assert (record.notice_id, record.case_id, record.digests) == ("n-1", order.case_id, (sealed.digest,))
    for asked in (Issued(), Issued(query_code="NOPE"), Issued(digest="0" * 64)):
        assert signing.notary.answer(asked) == IssuedRecords(())


def test_the_register_and_the_code_certificates(signing: Any, root: bytes) -> None:
    register = signing.notary.answer(Seals())
    assert isinstance(register, SealRegister)
    assert [(seal.seal_id, seal.is_test, seal.status) for seal in register.seals] == [(signing.seal_id, True, "active")]
    assert register.trust_roots == root.decode()
    certificates = signing.notary.answer(CodeCertificates())
    assert certificates == Certificates((signing.cabinet.seal(signing.seal_id).code_key.certificate,))


def test_the_head_of_the_log_is_timestamped_when_it_moved(hall: Any, signing: Any) -> None:
    stamped = signing.notary.stamp_head()
    assert isinstance(stamped, HeadStamped)
    assert signing.notary.stamp_head() is None, "nothing but the timestamp itself was logged since"
    check_stamp(stamped, [signing.outage.chain])
    hall.submit(1)
    signing.notary.answer(hall.accept(1))
    day = timedelta(days=1)
    assert signing.notary.stamp_head(day) is None, "once a day"
    signing.now += day
    assert signing.notary.stamp_head(day) is not None


def test_trouble_is_an_answer(hall: Any, signing: Any) -> None:
    order = hall.order(1)
    odd = msgspec.structs.replace(order, applicant=msgspec.structs.replace(order.applicant, name="张🦄"))
    assert refused(signing.notary.answer(Draft(odd))) == "missing_glyph"
    signing.cabinet._loaded.clear()
    (signing.folder / "seals" / signing.seal_id / "seal.json").unlink()
    hall.submit(1)
    assert refused(signing.notary.answer(hall.accept(1))) == "signer_trouble"


# --- the power fails -------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone at this very moment."""


class Fuse:
    """Burns before or after the n-th thing that is done."""

    def __init__(self, burns_at: int) -> None:
        self.left = burns_at

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class Fused:
    """Stands before a part; its fuse may burn before and after everything that is asked of it."""

    def __init__(self, part: object, fuse: Fuse) -> None:
        self._part = part
        self._fuse = fuse

    def __getattr__(self, name: str) -> object:
        act = getattr(self._part, name)

        def fused(*given: object, **named: object) -> object:
            self._fuse.step()
            answer = act(*given, **named)
            self._fuse.step()
            return answer

        return fused


@pytest.mark.slow
@pytest.mark.parametrize("is_away", [False, True], ids=["stamped", "pending"])
def test_killed_between_any_two_steps_there_is_one_file(hall: Any, signing: Any, is_away: bool) -> None:
    for number in range(1, 100):
        hall.submit(number)
        request = hall.accept(number)
        signing.outage.time_is_away = is_away
        notary, fuse = signing.again(), Fuse(number)
        for part in ("_store", "_journal", "_cabinet"):
            setattr(notary, part, Fused(getattr(notary, part), fuse))
        try:
            notary.answer(request)
        except Killed:
            was_killed = True
        else:
            was_killed = False
        signing.outage.time_is_away = False
        sealed = signing.again().answer(request)
        assert isinstance(sealed, Sealed), sealed
        assert signing.again().answer(request) == sealed
        assert sum(used.notice_id == request.notice_id for used in signing.logged(SealUsed)) == 1
        assert signing.notary.answer(Issued(digest=sealed.digest)).records[0].digests == (sealed.digest,)
        if not was_killed:
            break
    assert 15 < number < 99, "every step was tried"
    assert signing.store.check_log()[0] > number
    assert [notice.number for notice in signing.store.notices()] == [hall.order(n).number for n in range(1, number + 1)]


# --- no sequence of acts -----------------------------------------------------------------------------------

SHEN, ZHOU = "shen", "zhou"
acts = st.one_of(
    st.tuples(st.just("seal"), st.sampled_from([SHEN, ZHOU])),
    st.tuples(st.just("grant"), st.sampled_from([SHEN, ZHOU, EVERYBODY]), st.integers(1, 3)),
    st.tuples(st.just("withdraw"), st.sampled_from([SHEN, ZHOU, EVERYBODY])),
    st.tuples(st.sampled_from(["suspend", "resume", "revoke", "wait", "away", "back"])),
)


@pytest.mark.slow
@given(plan=st.lists(acts, min_size=4, max_size=14))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_sequence_of_acts_uses_the_key_without_grant_and_entry(fresh: Any, plan: list[Any]) -> None:
    """The key counts its uses; the log, read in order, must allow each of them at its time."""
    with fresh() as (hall, signing):
        number, given_out = 0, []
        for act, *words in plan:
            seal_id, day = signing.seal_id, timedelta(days=1)
            entry: LogEntry | None = None
            match act:
                case "seal":
                    number += 1
                    hall.submit(number)
                    answer = signing.notary.answer(hall.accept(number, words[0]))
                    given_out += [answer] if isinstance(answer, Sealed) else []
                case "grant":
                    entry = GrantGiven(seal_id, words[0], (), signing.now, signing.now + words[1] * day, "keeper")
                case "withdraw":
                    entry = GrantWithdrawn(seal_id, words[0])
                case "suspend":
                    entry = SealSuspended(seal_id, "")
                case "resume":
                    entry = SealResumed(seal_id, "")
                case "revoke":
                    entry = SealRevoked(seal_id, "")
                case "wait":
                    signing.now += day
                case _:
                    signing.outage.lists_are_away = act == "away"
            if entry is not None:
                with contextlib.suppress(SignerError):
                    signing.do(entry)
        custody, uses = Custody(), 0
        for one in signing.store.log():
            if isinstance(one.entry, CustodyEntry):
                custody.apply(one.entry)
            elif isinstance(one.entry, SealUsed):
                custody.check(one.entry.seal_id, one.entry.kind, one.entry.persons, one.time)
                uses += 1
        assert signing.cabinet.uses == uses
        assert {answer.digest for answer in given_out} <= {used.digest for used in signing.logged(SealUsed)} | {
            extended.digest for extended in signing.logged(NoticeExtended)
        }
