"""The hall's memory: one SQLite file, one connection, one writer thread with group commit.

Whatever waits while a transaction runs goes into the next one together, so durability
(WAL, synchronous=FULL) costs one sync for many acts. ``do`` runs any act on the
connection; everything the server reads or writes goes through it. No SQL of people
(``register``), files (``materials``) or notices (``sealing``) is here.
"""

import contextlib
import fcntl
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from signaling.hall.commands import Record
from signaling.hall.facts import Entry, Fact
from signaling.hall.journal import FIRST_HASH, Row, check_chain, hash_entry
from signaling.server.errors import StorageFull, StorageUnavailable, StoreDamaged, StoreError

logger = logging.getLogger(__name__)

Connection = sqlite3.Connection
T = TypeVar("T")

_MOST_JOBS = 1024
_MADE_AFTER = ("seal", "signing", "materials", "devices")
"""What a hall makes in its data folder, each only after the tables of the store are on the disk."""
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
# a failed fsync may have thrown the dirty pages away: trying again would report a success that is none ("fsyncgate")
_FATAL = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_facts: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


class _Job(Generic[T]):
    def __init__(self, act: Callable[[Connection], T]) -> None:
        self.act = act
        self.future: Future[T] = Future()


class Store:
    """Open the store in ``folder``, made if that was never used. Raises a StoreError with a sentence.

    Several processes may open it (the server, and ``enrol`` beside it): a lock file makes each transaction, the
    checkpoint inside it included, the only one; SQLite before 3.51.3 needs that (sqlite.org/wal.html, WAL reset bug).
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._path = folder / "hall.db"
        if not _has_content(self._path):
            # before SQLite sees it: it would throw away the log of a lost database, which is a proof too
            self._refuse_used(*_MADE_AFTER, "hall.db-wal")
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its side files the same rights
        self._lock = os.open(folder / "hall.db.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._failure = ""
        self._is_closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(opened,), name="store", daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self._thread.join()
            raise

    def do(self, act: Callable[[Connection], T]) -> "Future[T]":
        """Run ``act`` in the writer thread inside a transaction; the future is done after the commit.

        It fails with StorageFull or StorageUnavailable and then nothing of the act is kept. ``act`` may be run
        twice (once with others, again alone), never kept twice.
        """
        job = _Job(act)
        if self._is_closed:
            job.future.set_exception(StorageUnavailable("案件库已关闭 (the store is closed)"))
        else:
            self._jobs.put(job)
        return job.future

    def commit(self, records: Sequence[Record]) -> "Future[None]":
        """Append the records to the journal, all or none; the future is done when they are on the disk."""
        return self.do(lambda connection: _append(connection, records))

    def load(self) -> "Future[tuple[list[Entry], dict[str, int]]]":
        """The entries of every open case in journal order, and the counters: what ``Hall.restore`` takes."""
        return self.do(_load)

    def newest_time(self) -> "Future[datetime | None]":
        """When the newest entry of the journal was made; None while it is empty."""

        def read(connection: Connection) -> datetime | None:
            row = connection.execute("SELECT time FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
            return datetime.fromisoformat(row[0]) if row else None

        return self.do(read)

    def verify_chain(self) -> "Future[tuple[int, str]]":
        """Number of entries and head hash; fails with ChainBroken when the journal was changed."""
        return self.do(lambda connection: check_chain(_rows(connection)))

    def export_journal(self, path: Path) -> "Future[tuple[int, str]]":
        """Write the journal as JSON lines that ``journal.check_chain`` can judge; number of entries and head hash."""
        return self.do(lambda connection: _export(connection, path))

    def data_version(self) -> "Future[int]":
        """A number that changes when another process has written."""
        return self.do(lambda connection: int(connection.execute("PRAGMA data_version").fetchone()[0]))

    def close(self) -> None:
        """Finish what was begun and close. Safe to call twice."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
            self._thread.join()
            os.close(self._lock)

    # --- the writer thread ------------------------------------------------------------------

    def _work(self, opened: "Future[None]") -> None:
        try:
            connection = self._open()
        except (sqlite3.Error, StoreError) as problem:
            os.close(self._lock)
            self._is_closed = True
            opened.set_exception(self._as_store_error(problem))
            return
        opened.set_result(None)
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            is_last = False
            while len(jobs) < _MOST_JOBS and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    is_last = True
                    break
                jobs.append(following)
            self._perform(connection, [job for job in jobs if job.future.set_running_or_notify_cancel()])
            if is_last:
                break
        connection.close()

    def _open(self) -> Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            with _exclusive(self._lock):
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    found = " ".join(verdict.split())  # SQLite's verdict has several lines, ours is one sentence
                    raise self._damaged(found)
                if not _version(connection):
                    self._refuse_used(*_MADE_AFTER)
                _migrate(connection, self._folder)
        except BaseException:
            connection.close()
            raise
        return connection

    def _perform(self, connection: Connection, jobs: list[_Job[Any]]) -> None:
        """All jobs in one transaction; when that fails, each in its own, so that one cannot spoil the others."""
        if self._failure:
            for job in jobs:
                job.future.set_exception(StorageUnavailable(self._failure))
            return
        results: list[Any] = []
        try:
            with _exclusive(self._lock):
                connection.execute("BEGIN IMMEDIATE")
                try:
                    results.extend(job.act(connection) for job in jobs)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
        except Exception as problem:  # noqa: BLE001 - handed to whoever waits for the future
            self._note(problem)
            if len(jobs) == 1:
                jobs[0].future.set_exception(self._as_store_error(problem))
            else:
                for job in jobs:
                    self._perform(connection, [job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)

    def _note(self, problem: Exception) -> None:
        if isinstance(problem, sqlite3.Error) and getattr(problem, "sqlite_errorcode", None) in _FATAL:
            self._failure = (
                f"磁盘出错，案件库已停用，请修复 {self._folder} 所在的磁盘后重新启动服务器"
                f" (stopped after a disk error: {problem}; mend the disk, then restart the server)"
            )
            logger.critical("store stopped: %s", problem)

    def _refuse_used(self, *names: str) -> None:
        """Raise StoreDamaged when one of these proves that a hall worked here: its store is lost, not new.

        A first start that ended before its store was durable has left none of them, and can be made again.
        """
        proofs = [name for name in names if _has_content(self._folder / name)]
        if proofs:
            raise StoreDamaged(
                f"数据文件夹 {self._folder} 用过，但案件库 hall.db 不见了或是空的，已拒绝启动；请用备份恢复整个文件夹"
                f" (this data folder was used, {', '.join(proofs)} prove it, but its hall.db is missing or empty:"
                " restore the whole folder from the backup)"
            )

    def _damaged(self, found: str) -> StoreDamaged:
        return StoreDamaged(
            f"数据文件夹 {self._folder} 中的案件库 hall.db 已损坏，已拒绝启动，请用备份恢复"
            f" (the case store is damaged: {found})"
        )

    def _as_store_error(self, problem: BaseException) -> BaseException:
        if not isinstance(problem, sqlite3.Error):
            return problem
        code = getattr(problem, "sqlite_errorcode", None)
        name = getattr(problem, "sqlite_errorname", type(problem).__name__)
        if code in _FULL:
            return StorageFull(
                f"磁盘已满，数据文件夹 {self._folder} 写不下了 (no space left for the case store: {name})"
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return self._damaged(f"{name}: {problem}")
        return StorageUnavailable(
            f"数据文件夹 {self._folder} 中的案件库无法使用 (the case store cannot be used, {name}: {problem})"
        )


def read_history(folder: Path, since: datetime, until: datetime) -> Iterator[Entry]:
    """What figures about a time are counted from, up to its end: all of the cases that did anything in it, the logs in
    it, and all of the ledger, the skills and the calendar. Marks and shown pages are left out.

    In journal order, through a connection of its own that only reads: for another process than the server's.
    Raises StorageUnavailable.
    """
    query = """
        SELECT time, actor, case_id, body FROM journal
        WHERE time < :until AND kind NOT IN ('MarkRecorded', 'PageShown') AND seq IN (
            SELECT seq FROM journal WHERE case_id IN (
                SELECT case_id FROM journal WHERE time >= :since AND time < :until AND case_id != '')
            UNION SELECT seq FROM journal WHERE time >= :since AND time < :until AND case_id = ''
            UNION SELECT seq FROM journal WHERE kind IN
                ('FollowUpOpened', 'FollowUpAnswered', 'SkillsLearnt', 'CalendarDaySet', 'YearPublished'))
        ORDER BY seq
    """
    times = {"since": since.isoformat(), "until": until.isoformat()}
    try:
        with contextlib.closing(sqlite3.connect(f"{(folder / 'hall.db').as_uri()}?mode=ro", uri=True)) as connection:
            for time, actor, case_id, body in connection.execute(query, times):
                yield Entry(datetime.fromisoformat(time), actor, case_id or None, _facts.decode(body))
    except sqlite3.Error as problem:
        raise StorageUnavailable(f"案件库无法读取 (the case store cannot be read: {problem})") from None


class _exclusive:
    """Holds the lock file; the only transaction of all processes runs inside."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_UN)


def _has_content(path: Path) -> bool:
    """Whether a folder holds anything, or a file any byte."""
    if path.is_dir():
        return any(path.iterdir())
    return path.exists() and path.stat().st_size > 0


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: Connection, folder: Path) -> None:
    done = _version(connection)
    scripts = sorted(entry.name for entry in files("signaling.server").joinpath("schema").iterdir())
    scripts = [name for name in scripts if name.endswith(".sql")]
    if done > len(scripts):
        raise StoreDamaged(
            f"数据文件夹 {folder} 中的案件库是更新版本的程序所建，请升级本程序"
            f" (the case store has version {done}, this program knows {len(scripts)}: newer program needed)"
        )
    for number, name in enumerate(scripts, start=1):
        if number > done:
            script = files("signaling.server").joinpath("schema", name).read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def _append(connection: Connection, records: Sequence[Record]) -> None:
    last = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    seq, head = last or (0, FIRST_HASH)
    for record in records:
        entry, seq = record.entry, seq + 1
        kind, body = type(entry.fact).__struct_config__.tag, msgspec.json.encode(entry.fact)
        fields = (seq, entry.time.isoformat(), entry.actor, entry.case_id or "", str(kind), body)
        prev_hash, head = head, hash_entry(head, *fields)
        connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*fields, prev_hash, head))
        connection.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?)", record.counters)
        if record.is_open is not None and entry.case_id is not None:
            connection.execute("INSERT OR REPLACE INTO cases VALUES (?, ?)", (entry.case_id, record.is_open))


def _load(connection: Connection) -> tuple[list[Entry], dict[str, int]]:
    entries = [
        Entry(datetime.fromisoformat(time), actor, case_id, _facts.decode(body))
        for time, actor, case_id, body in connection.execute(
            "SELECT time, actor, case_id, body FROM journal JOIN cases USING (case_id) WHERE is_open = 1 ORDER BY seq"
        )
    ]
    return entries, dict(connection.execute("SELECT name, value FROM counters"))


def _rows(connection: Connection) -> Iterator[Row]:
    for seq, time, actor, case_id, kind, body, prev_hash, own in connection.execute(
        "SELECT seq, time, actor, case_id, kind, body, prev_hash, hash FROM journal ORDER BY seq"
    ):
        yield Row(seq, time, actor, case_id, kind, body.decode(), prev_hash, own)


def _export(connection: Connection, path: Path) -> tuple[int, str]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:

        def copied() -> Iterator[Row]:
            for row in _rows(connection):
                stream.write(msgspec.json.encode(row) + b"\n")
                yield row

        return check_chain(copied())
