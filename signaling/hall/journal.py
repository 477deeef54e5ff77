"""The chain of the journal: how an entry is hashed, and how a whole journal is checked.

Each row carries the hash of the one before, so an edited, removed or reordered entry is
found. A tail that was cut off, or a chain rewritten to its end, is not: that needs the
head hash kept somewhere else (the signing process keeps the last one it saw, ``journal export`` prints it).
The signing process keeps its own log in the same form. Pure: rows in, verdict out.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

FIRST_HASH = "0" * 64
"""What stands as ``prev_hash`` in the first row."""


class ChainBroken(Exception):
    """The journal is not the one that was written; ``seq`` is the first entry that does not fit.

    ``fault`` (Chinese) and ``reason`` (English) each say what is wrong with it.
    """

    def __init__(self, seq: int, fault: str, reason: str) -> None:
        super().__init__(f"条目 {seq} {fault} (journal entry {seq}: {reason})")
        self.seq = seq


class Row(msgspec.Struct, frozen=True):
    """One journal row as stored and exported. ``body`` is the exact text that was hashed; ``case_id`` may be empty."""

    seq: int
    time: str
    actor: str
    case_id: str
    kind: str
    body: str
    prev_hash: str
    hash: str


def hash_entry(prev_hash: str, seq: int, time: str, actor: str, case_id: str, kind: str, body: bytes) -> str:
    """SHA-256 over the row before and every field of this one, each with its length, so that no two rows read alike."""
    digest = hashlib.sha256(bytes.fromhex(prev_hash))
    for field in (str(seq).encode(), time.encode(), actor.encode(), case_id.encode(), kind.encode(), body):
        digest.update(len(field).to_bytes(8, "big"))
        digest.update(field)
    return digest.hexdigest()


def check_chain(rows: Iterable[Row], count: int = 0, head: str = FIRST_HASH) -> tuple[int, str]:
    """Number of entries and the head hash, going on from entry ``count`` with the hash ``head``.

    Raises ChainBroken at the first row that does not fit.
    """
    for row in rows:
        if row.seq != count + 1:
            raise ChainBroken(row.seq, f"的位置上应为条目 {count + 1}", f"expected entry {count + 1}")
        if row.prev_hash != head:
            raise ChainBroken(row.seq, "与前一条目不相接", "does not follow the entry before")
        if row.hash != hash_entry(head, row.seq, row.time, row.actor, row.case_id, row.kind, row.body.encode()):
            raise ChainBroken(row.seq, "的内容与其哈希不符", "content does not match its hash")
        count, head = row.seq, row.hash
    return count, head


def read_export(lines: Iterable[bytes]) -> Iterator[Row]:
    """Rows of an exported journal (one JSON object a line). Raises ChainBroken for a line that is none."""
    decoder = msgspec.json.Decoder(Row)
    for number, line in enumerate(lines, start=1):
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError as problem:
            raise ChainBroken(number, "无法识别", f"unreadable line: {problem}") from None
