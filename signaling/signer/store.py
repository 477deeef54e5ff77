"""The signing process's memory: its log, the sealed notices and what it saw of the hall's journal, in one SQLite file.

The process and the commands of the console may open it at once: every transaction runs under a lock file, as in the
hall's store. What belongs together is written in one transaction or not at all; nothing is ever changed or deleted
but a notice that nobody was given.
"""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from signaling.hall.journal import FIRST_HASH, Row, check_chain, hash_entry
from signaling.protocol.values import NoticeKind
from signaling.signer.custody import Custody
from signaling.signer.entries import CustodyEntry, HeadStamped, Level, LogEntry
from signaling.signer.errors import SigningStoreDamaged, SigningStoreFull
from signaling.signer.requests import Issued, IssuedRecord

_entries: msgspec.json.Decoder[LogEntry] = msgspec.json.Decoder(LogEntry)
_custody_entries: msgspec.json.Decoder[CustodyEntry] = msgspec.json.Decoder(CustodyEntry)
_CUSTODY_KINDS = "('SealRegistered', 'GrantGiven', 'GrantWithdrawn', 'SealSuspended', 'SealResumed', 'SealRevoked')"

_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)


class SealedNotice(msgspec.Struct, frozen=True):
    """A row of ``notices``: what was sealed, for which order. ``issued``: the version handed out; None: none yet."""

    notice_id: str
    number: str
    kind: NoticeKind
    case_id: str
    query_code: str
    base_digest: str
    base_size: int
    seal_id: str
    sealed_at: datetime
    journal_seq: int
    issued: int | None = None


class Version(msgspec.Struct, frozen=True):
    """A file of a notice as ``versions`` has it; ``holds_until`` is None without a timestamp."""

    notice_id: str
    version: int
    level: Level
    digest: str
    made_at: datetime
    holds_until: datetime | None
    added: bytes


class JournalHead(msgspec.Struct, frozen=True):
    """How far the hall's journal was seen, and the rows that are new proofs since then (number, hash)."""

    seq: int = 0
    hash: str = FIRST_HASH
    witnessed: tuple[tuple[int, str], ...] = ()


class LoggedEntry(msgspec.Struct, frozen=True):
    """One entry of the log as it reads."""

    seq: int
    time: datetime
    actor: str
    case_id: str
    hash: str
    entry: LogEntry


class CustodyChanged(Exception):
    """Somebody changed the register between the check and the use: check again."""


class VersionThere(Exception):
    """Another process has added this version meanwhile."""


class SigningStore:
    """Open the store in ``folder``, made if needed. One instance is used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises SigningStoreDamaged or SigningStoreFull with a sentence."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "signing.db"
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its side files the same rights
        self._lock = os.open(folder / "signing.db.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._custody: tuple[int, Custody] = (0, Custody())
        try:
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            with self._exclusive():
                self._migrate()
        except sqlite3.Error as problem:
            os.close(self._lock)
            raise self._damaged(problem) from None

    def close(self) -> None:
        """Close; not to be used afterwards. Safe to call twice."""
        self._connection.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # --- the log and the register made of it ---------------------------------------------------

    def custody(self) -> tuple[int, Custody]:
        """The register as of now, and the number of the entry that changed it last."""
        with self._reading():
            last = self._last_of_custody()
            if last != self._custody[0]:
                query = f"SELECT body FROM log WHERE kind IN {_CUSTODY_KINDS} ORDER BY seq"  # noqa: S608 - a constant
                bodies = self._connection.execute(query)
                self._custody = last, Custody(_custody_entries.decode(body) for (body,) in bodies)
            return self._custody

    def append(self, entry: LogEntry, actor: str, now: datetime, case_id: str = "") -> None:
        """Add an entry. One of custody that does not fit the register raises its error, and nothing is written."""
        if isinstance(entry, CustodyEntry):
            with self._writing():
                query = f"SELECT body FROM log WHERE kind IN {_CUSTODY_KINDS} ORDER BY seq"  # noqa: S608 - a constant
                bodies = self._connection.execute(query).fetchall()
                Custody(_custody_entries.decode(body) for (body,) in bodies).apply(entry)
                self._append(entry, actor, now, case_id)
            return
        with self._writing():
            self._append(entry, actor, now, case_id)

    def log(self, after: int = 0) -> Iterator[LoggedEntry]:
        """The entries after this number, oldest first."""
        for row in self.log_rows(after):
            entry = _entries.decode(row.body)
            yield LoggedEntry(row.seq, datetime.fromisoformat(row.time), row.actor, row.case_id, row.hash, entry)

    def log_rows(self, after: int = 0) -> Iterator[Row]:
        """The same as rows of the chain."""
        query = "SELECT seq, time, actor, case_id, kind, body, prev_hash, hash FROM log WHERE seq > ? ORDER BY seq"
        for seq, time, actor, case_id, kind, body, prev_hash, own in self._connection.execute(query, (after,)):
            yield Row(seq, time, actor, case_id, kind, body.decode(), prev_hash, own)

    def check_log(self) -> tuple[int, str]:
        """Number of entries and head of the log. Raises ChainBroken for the first altered one."""
        with self._reading():
            return check_chain(self.log_rows())

    def log_head(self) -> tuple[int, str]:
        """Number and hash of the last entry."""
        row = self._connection.execute("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, FIRST_HASH)

    def last_stamp(self) -> tuple[datetime, HeadStamped] | None:
        """When the log's head was timestamped last, and the entry."""
        query = "SELECT time, body FROM log WHERE kind = 'HeadStamped' ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(query).fetchone()
        if row is None:
            return None
        entry = _entries.decode(row[1])
        return (datetime.fromisoformat(row[0]), entry) if isinstance(entry, HeadStamped) else None

    # --- what was seen of the hall's journal ------------------------------------------------------

    def journal_head(self) -> JournalHead:
        """How far the hall's journal was seen."""
        row = self._connection.execute("SELECT seq, hash FROM journal_head").fetchone()
        return JournalHead(*row) if row else JournalHead()

    def witnessed(self, rows: Sequence[tuple[int, str]]) -> bool:
        """Whether each of these rows has the hash with which it was first seen."""
        query = "SELECT hash FROM witnessed WHERE seq = ?"
        return all(self._connection.execute(query, (seq,)).fetchone() == (own,) for seq, own in rows)

    def see(self, head: JournalHead) -> None:
        """Remember that the journal was seen so far."""
        with self._writing():
            self._see(head)

    def accept_journal(self, entry: LogEntry, head: JournalHead, actor: str, now: datetime) -> None:
        """Forget what was seen and begin with this head, because somebody vouches for it."""
        with self._writing():
            self._connection.execute("DELETE FROM witnessed")
            self._connection.execute("DELETE FROM journal_head")
            self._see(head)
            self._append(entry, actor, now, "")

    # --- notices ----------------------------------------------------------------------------------

    def notice(self, notice_id: str) -> SealedNotice | None:
        """The notice of this id, if it was sealed."""
        return next(self._notices("WHERE notice_id = ?", notice_id), None)

    def notice_of_number(self, number: str) -> SealedNotice | None:
        """The notice with this number, if it was sealed."""
        return next(self._notices("WHERE number = ?", number), None)

    def notices(self) -> Iterator[SealedNotice]:
        """Every sealed notice, in the order of their orders."""
        return self._notices("ORDER BY journal_seq")

    def pending(self) -> list[SealedNotice]:
        """The notices that wait for timestamp or revocation data."""
        return list(self._notices("WHERE issued IS NULL"))

    def versions(self, notice_id: str) -> list[Version]:
        """Every version of a notice, the sealed file first."""
        query = "SELECT * FROM versions WHERE notice_id = ? ORDER BY version"
        return [_version(row) for row in self._connection.execute(query, (notice_id,))]

    def content(self, notice_id: str, version: int) -> bytes:
        """The file of this version. Raises SigningStoreDamaged when it is not what was written."""
        versions = self.versions(notice_id)[:version]
        content = b"".join(each.added for each in versions)
        if not versions or hashlib.sha256(content).hexdigest() != versions[-1].digest:
            raise self._damaged(f"version {version} of notice {notice_id} has changed")
        return content

    def records(self, asked: Issued) -> tuple[IssuedRecord, ...]:
        """The notices that were handed out and have this code, number or digest."""
        if asked.digest:
            where, value = "WHERE notice_id IN (SELECT notice_id FROM versions WHERE digest = ?)", asked.digest
        elif asked.number:
            where, value = "WHERE number = ?", asked.number
        else:
            where, value = "WHERE query_code = ? AND query_code != ''", asked.query_code
        return tuple(
            IssuedRecord(
                notice.notice_id,
                notice.number,
                notice.kind,
                notice.case_id,
                notice.query_code,
                notice.base_digest,
                notice.seal_id,
                notice.sealed_at,
                tuple(version.digest for version in self.versions(notice.notice_id)[notice.issued - 1 :]),
            )
            for notice in self._notices(where, value)
            if notice.issued is not None
        )

    def ending(self, before: datetime, most: int) -> list[SealedNotice]:
        """Notices whose newest timestamp can be checked only until before this moment, the most pressing first."""
        query = """
            SELECT notice_id FROM versions GROUP BY notice_id
            HAVING max(holds_until) != '' AND max(holds_until) < ? ORDER BY max(holds_until) LIMIT ?
        """
        found = self._connection.execute(query, (_utc(before), most)).fetchall()
        return [notice for (notice_id,) in found if (notice := self.notice(notice_id)) is not None]

    def keep(
        self, notice: SealedNotice, version: Version, entry: LogEntry, head: JournalHead, custody: int, actor: str
    ) -> None:
        """A newly sealed notice with its entry of use, and how far the journal was seen: all or nothing.

        ``custody`` is what ``custody()`` said before the check; raises CustodyChanged when the register is another.
        """
        with self._writing():
            if self._last_of_custody() != custody:
                raise CustodyChanged
            row = msgspec.structs.astuple(notice)
            values = [value.isoformat() if isinstance(value, datetime) else value for value in row]
            self._connection.execute(f"INSERT INTO notices VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - marks only
            self._insert(version)
            self._append(entry, actor, version.made_at, notice.case_id)
            self._see(head)

    def extend(self, version: Version, entry: LogEntry, case_id: str, actor: str) -> None:
        """A new version of a notice with its entry. The first with a timestamp is the one that is handed out.

        Raises VersionThere when the notice has such a version already.
        """
        with self._writing():
            query = "SELECT 1 FROM versions WHERE notice_id = ? AND version >= ?"
            if self._connection.execute(query, (version.notice_id, version.version)).fetchone():
                raise VersionThere
            self._insert(version)
            self._connection.execute(
                "UPDATE notices SET issued = ? WHERE notice_id = ? AND issued IS NULL",
                (version.version, version.notice_id),
            )
            self._append(entry, actor, version.made_at, case_id)

    def discard(self, notice: SealedNotice, entry: LogEntry, actor: str, now: datetime) -> None:
        """Set aside a sealed file that nobody was given, so that the notice can be sealed anew."""
        with self._writing():
            for table in ("versions", "notices"):
                self._connection.execute(f"DELETE FROM {table} WHERE notice_id = ?", (notice.notice_id,))  # noqa: S608 - two constants
            self._append(entry, actor, now, notice.case_id)

    # --- below ------------------------------------------------------------------------------------

    def _last_of_custody(self) -> int:
        query = f"SELECT max(seq) FROM log WHERE kind IN {_CUSTODY_KINDS}"  # noqa: S608 - a constant
        return int(self._connection.execute(query).fetchone()[0] or 0)

    def _notices(self, condition: str, *values: str) -> Iterator[SealedNotice]:
        rows = self._connection.execute(f"SELECT * FROM notices {condition}", values).fetchall()  # noqa: S608 - our own words
        return (
            msgspec.convert(dict(zip(SealedNotice.__struct_fields__, row, strict=True)), SealedNotice) for row in rows
        )

    def _append(self, entry: LogEntry, actor: str, now: datetime, case_id: str) -> None:
        seq, head = self.log_head()
        kind, body = str(type(entry).__struct_config__.tag), msgspec.json.encode(entry)
        fields = (seq + 1, now.isoformat(), actor, case_id, kind, body)
        row = (*fields, head, hash_entry(head, *fields))
        self._connection.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _insert(self, version: Version) -> None:
        end = "" if version.holds_until is None else _utc(version.holds_until)
        made_at = version.made_at.isoformat()
        row = (version.notice_id, version.version, version.level, version.digest, made_at, end, version.added)
        self._connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _see(self, head: JournalHead) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO witnessed VALUES (?, ?)", head.witnessed)
        self._connection.execute("INSERT OR REPLACE INTO journal_head VALUES (1, ?, ?)", (head.seq, head.hash))

    def _migrate(self) -> None:
        verdict = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise self._damaged(" ".join(verdict.split()))
        done = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        folder = files("signaling.signer").joinpath("schema")
        scripts = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
        if done > len(scripts):
            raise self._damaged(f"version {done}, this program knows {len(scripts)}: newer program needed")
        for number, name in enumerate(scripts, start=1):
            if number > done:
                script = folder.joinpath(name).read_text(encoding="utf-8")
                self._connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN")
            yield
        except sqlite3.Error as problem:
            raise self._damaged(problem) from None
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._exclusive():
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
        except sqlite3.Error as problem:
            raise self._damaged(problem) from None
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _damaged(self, found: Any) -> SigningStoreDamaged | SigningStoreFull:
        if getattr(found, "sqlite_errorcode", None) in _FULL:
            return SigningStoreFull(
                f"磁盘已满，签章文件夹 {self._path.parent} 写不下了 (no space left for the signing store: {found})"
            )
        return SigningStoreDamaged(
            f"用印记录库 {self._path} 无法使用，未盖章 (the signing store cannot be used, nothing was sealed: {found})"
        )


def _version(row: Sequence[Any]) -> Version:
    notice_id, version, level, digest, made_at, end, added = row
    holds_until = datetime.fromisoformat(end) if end else None
    return Version(notice_id, version, level, digest, datetime.fromisoformat(made_at), holds_until, added)


def _utc(moment: datetime) -> str:
    """Times that are compared as text stand in one zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
