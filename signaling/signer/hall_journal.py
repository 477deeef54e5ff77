"""Reads the hall's journal, and the pictures its orders name; only ever reading. Notices when it was rewritten.

From the last head that was seen every new row must follow in the chain. The rows of cases are remembered by their
hashes as they are seen first, so a case of weeks ago is still read as it was then.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from signaling.hall.facts import Entry, Fact, NoticeOrdered
from signaling.hall.journal import ChainBroken, Row, check_chain, hash_entry
from signaling.hall.orders import NoticeOrder
from signaling.signer.errors import EvidenceRefused, JournalRefused
from signaling.signer.store import JournalHead

_facts: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_COLUMNS = "seq, time, actor, case_id, kind, body, prev_hash, hash"
_NO_PROOF = ("", "MarkRecorded")
"""Marks are many, large and told by no notice."""

Witness = Callable[[list[tuple[int, str]]], bool]
"""Whether these rows (number, hash) are as they were first seen."""


class OrderedCase(msgspec.Struct, frozen=True):
    """An order as the journal has it, with the entries of its case before it, and how far the journal was seen."""

    ordered: NoticeOrdered
    entries: tuple[Entry, ...]
    head: JournalHead


class HallJournal:
    """The journal in the hall's data folder. Opened for each look: the hall may be restored or upgraded meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "hall.db"
        self._materials = folder / "materials"

    def look(self, seen: JournalHead) -> JournalHead:
        """Check everything after ``seen``. Raises JournalRefused."""
        with self._reading() as connection:
            return _look(connection, seen)

    def head(self) -> JournalHead:
        """The whole journal checked from its first entry. Raises JournalRefused."""
        return self.look(JournalHead())

    def ordered(
        self, notice_id: str, case_id: str, place: tuple[int, str], seen: JournalHead, witnessed: Witness
    ) -> OrderedCase:
        """The order at ``place`` (row number and hash) with its case. Raises JournalRefused, EvidenceRefused."""
        with self._reading() as connection:
            head = _look(connection, seen)
            query = f"SELECT {_COLUMNS} FROM journal WHERE case_id = ? AND seq <= ? AND kind != ? ORDER BY seq"  # noqa: S608
            rows = [_row(found) for found in connection.execute(query, (case_id, place[0], _NO_PROOF[1]))]
        if not rows or (rows[-1].seq, rows[-1].hash, rows[-1].kind) != (*place, NoticeOrdered.__name__):
            raise EvidenceRefused("not_ordered", "日志中没有这份文书的盖章安排 (the journal has no such order)")
        fresh = set(head.witnessed)
        known = [(row.seq, row.hash) for row in rows if (row.seq, row.hash) not in fresh]
        if any(row.hash != _hash_of(row) for row in rows) or not witnessed(known):
            raise _refused("办件的记录被改动过", "entries of the case were changed")
        entries = tuple(
            Entry(datetime.fromisoformat(row.time), row.actor, row.case_id, _facts.decode(row.body)) for row in rows
        )
        ordered = entries[-1].fact
        if not isinstance(ordered, NoticeOrdered) or ordered.notice_id != notice_id:
            raise EvidenceRefused("not_ordered", "日志中没有这份文书的盖章安排 (the journal has no such order)")
        return OrderedCase(ordered, entries[:-1], head)

    def are_enrolled(self, persons: Iterable[str]) -> bool:
        """Whether each of them is, or was, one of the hall's people. Raises JournalRefused."""
        query = "SELECT 1 FROM reviewers WHERE reviewer_id = ?"
        with self._reading() as connection:
            return all(connection.execute(query, (person,)).fetchone() for person in persons)

    def order_at(self, seq: int) -> NoticeOrder:
        """The order in this row, unchecked. Raises JournalRefused, EvidenceRefused."""
        with self._reading() as connection:
            found = connection.execute("SELECT body FROM journal WHERE seq = ?", (seq,)).fetchone()
        fact = _facts.decode(found[0]) if found else None
        if not isinstance(fact, NoticeOrdered):
            raise EvidenceRefused("not_ordered", "日志中没有这份文书的盖章安排 (the journal has no such order)")
        return fact.order

    def picture(self, digest: str) -> bytes:
        """The picture of a marked place that an order names. Raises EvidenceRefused when it is not what was named."""
        try:
            content = (self._materials / digest[:2] / digest).read_bytes()
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() != digest:
            sentence = "补正事项的截图不见了或被改动过 (a correction's picture is gone or was changed)"
            raise EvidenceRefused("not_borne_out", sentence)
        return content

    def entries(self, *kinds: str) -> Iterator[Entry]:
        """Every entry of these kinds, oldest first; raises JournalRefused."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT time, actor, case_id, body FROM journal WHERE kind IN ({marks}) ORDER BY seq"  # noqa: S608 - marks only
        with self._reading() as connection:
            for time, actor, case_id, body in connection.execute(query, kinds):
                yield Entry(datetime.fromisoformat(time), actor, case_id or None, _facts.decode(body))

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the journal."""
        try:
            with contextlib.closing(
                sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
            ) as connection:
                connection.execute("BEGIN")
                yield connection
        except sqlite3.Error as problem:
            raise JournalRefused(
                "journal_unreadable", f"签章进程读不到大厅日志 (the hall's journal cannot be read: {problem})"
            ) from None


def _look(connection: sqlite3.Connection, seen: JournalHead) -> JournalHead:
    if seen.seq:
        found = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seen.seq,)).fetchone()
        if found != (seen.hash,):
            raise _refused(f"条目 {seen.seq} 不是上次所见的", f"entry {seen.seq} is not the one seen before")
    query = f"SELECT {_COLUMNS} FROM journal WHERE seq > ? ORDER BY seq"  # noqa: S608 - a constant
    proofs: list[tuple[int, str]] = []

    def read() -> Iterator[Row]:
        for found in connection.execute(query, (seen.seq,)):
            row = _row(found)
            if row.case_id and row.kind not in _NO_PROOF:
                proofs.append((row.seq, row.hash))
            yield row

    try:
        seq, head = check_chain(read(), seen.seq, seen.hash)
    except ChainBroken as problem:
        raise JournalRefused("journal_broken", f"大厅日志被改动过，停止用印：{problem}") from None
    return JournalHead(seq, head, tuple(proofs))


def _row(found: tuple[int, str, str, str, str, bytes, str, str]) -> Row:
    seq, time, actor, case_id, kind, body, prev_hash, own = found
    return Row(seq, time, actor, case_id, kind, body.decode(), prev_hash, own)


def _hash_of(row: Row) -> str:
    return hash_entry(row.prev_hash, row.seq, row.time, row.actor, row.case_id, row.kind, row.body.encode())


def _refused(fault: str, reason: str) -> JournalRefused:
    sentence = f"大厅日志被改动过，停止用印：{fault} (the journal was rewritten: {reason})"
    return JournalRefused("journal_broken", sentence)
