"""The keeper's word holds at once, and a journal that was rewritten gets no seal, while the hall is at work."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from reviewer.demo.hall_process import HallProcess
from signaling.hall.journal import hash_entry
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Error, NoticeReady
from signaling.protocol.values import Applicant

APPLICANT = Applicant("person", "江𬬻", "resident_id", "11010519491231002X", "13800000000")

Keeper = Callable[..., str]


async def test_a_suspended_seal_seals_nothing_until_it_is_resumed(
    hall: HallProcess, counter_of: Any, keeper: Keeper, tmp_path: Path
) -> None:
    async with counter_of(hall, tmp_path).at_the_hall() as counter:
        case = await counter.submit(APPLICANT)
        call = await counter.review()
        shown = await counter.preview(case.case_id)
        keeper(hall, "seal", "suspend", "-", "--reason", "印章遗失")
        await counter.decide(shown)
        refused = await counter.desk.expect(Error)
        assert refused.code == ErrorCode.SEAL_REFUSED
        assert "印章" in refused.sentence
        assert counter.terminal.heard(NoticeReady) == []
        assert "nothing was sealed yet" in keeper(hall, "notices", "list")
        assert shown.number in keeper(hall, "notices", "gaps"), "it waits for its seal"

        keeper(hall, "seal", "resume", "-", "--reason", "印章找到")
        notice, _ = await counter.receive(case.case_id)
        await counter.hang_up(call)
    assert (notice.number, notice.notice_id) == (shown.number, refused.about)
    assert shown.number in keeper(hall, "notices", "list")
    log = keeper(hall, "seal", "log")
    said = [log.index(words) for words in ("印章遗失", "seal_suspended", "印章找到", shown.number)]
    assert said == sorted(said), log
    keeper(hall, "seal", "check")


async def test_a_rewritten_journal_gets_no_seal(
    hall: HallProcess, counters_of: Any, signer_of: Callable[[HallProcess], int], keeper: Keeper, tmp_path: Path
) -> None:
    first, second = counters_of(hall, tmp_path, 2)
    async with first.at_the_hall(), second.at_the_hall():
        case, other = await first.submit(APPLICANT), await second.submit(APPLICANT)
        call, other_call = await first.review(), await second.review()
        assert (call.case.case_id, other_call.case.case_id) == (case.case_id, other.case_id)
        shown = await first.preview(case.case_id)
        signer = signer_of(hall)
        os.kill(signer, signal.SIGSTOP)  # between the decision and its seal there is time for an intruder
        await first.decide(shown)
        body = rewrite(hall, "Decided", case.case_id, b"accept", b"refuse")
        os.kill(signer, signal.SIGCONT)
        refused = await first.desk.expect(Error)
        assert refused.code == ErrorCode.JOURNAL_BROKEN
        assert "nothing was sealed yet" in keeper(hall, "notices", "list")
        put_back(hall, "Decided", case.case_id, body)
        notice, _ = await first.receive(case.case_id)
        assert notice.number == shown.number, "as soon as the journal is what it was"

        # whoever can write the chain anew is found out by what the signing process saw before
        shown = await second.preview(other.case_id)
        rewrite(hall, "CaseSubmitted", other.case_id, "江𬬻".encode(), "张三".encode())
        chain_anew(hall)
        await second.decide(shown)
        refused = await second.desk.expect(Error)
        assert refused.code == ErrorCode.JOURNAL_BROKEN
        assert second.terminal.heard(NoticeReady) == []
    assert notice.number in (listed := keeper(hall, "notices", "list"))
    assert shown.number not in listed


def rewrite(hall: HallProcess, kind: str, case_id: str, old: bytes, new: bytes) -> bytes:
    """Change words in a row of the journal, past the server; what stood there."""
    with closing(sqlite3.connect(hall.data / "hall.db", timeout=10)) as connection, connection:
        query = "SELECT body FROM journal WHERE kind = ? AND case_id = ?"
        (body,) = connection.execute(query, (kind, case_id)).fetchone()
        assert old in body
        put = "UPDATE journal SET body = ? WHERE kind = ? AND case_id = ?"
        connection.execute(put, (body.replace(old, new), kind, case_id))
        return bytes(body)


def put_back(hall: HallProcess, kind: str, case_id: str, body: bytes) -> None:
    with closing(sqlite3.connect(hall.data / "hall.db", timeout=10)) as connection, connection:
        connection.execute("UPDATE journal SET body = ? WHERE kind = ? AND case_id = ?", (body, kind, case_id))


def chain_anew(hall: HallProcess) -> None:
    """Give every row the hash that fits: a journal without a fault in itself."""
    with closing(sqlite3.connect(hall.data / "hall.db", timeout=10)) as connection, connection:
        query, head = "SELECT seq, time, actor, case_id, kind, body, prev_hash FROM journal ORDER BY seq", ""
        for seq, time, actor, case_id, kind, body, before in connection.execute(query).fetchall():
            head = head or before
            own = hash_entry(head, seq, time, actor, case_id, kind, body)
            connection.execute("UPDATE journal SET prev_hash = ?, hash = ? WHERE seq = ?", (head, own, seq))
            head = own
