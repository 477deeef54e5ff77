"""The store: durable before done, nothing lost to SIGKILL, damage and tampering seen, a full disk survived."""

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from signaling.hall.commands import Record
from signaling.hall.facts import CaseClosed, CaseWithdrawn, Entry, Fact, PageShown, TerminalConnected
from signaling.hall.journal import ChainBroken, check_chain, read_export
from signaling.hall.office_facts import FollowUpOpened
from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.errors import StorageFull, StorageUnavailable, StoreDamaged
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register
from signaling.server.store import Store, read_history

MakeRecord = Callable[..., Record]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)


class Gate:
    """An act that keeps its transaction open until it is let through."""

    def __init__(self) -> None:
        self.is_entered, self.opened = threading.Event(), threading.Event()

    def pass_through(self, _: sqlite3.Connection) -> None:
        self.is_entered.set()
        assert self.opened.wait(10)


def test_open_cases_come_back_in_order_and_closed_ones_do_not(store: Store, record: MakeRecord) -> None:
    store.commit([record("c1", 1, (("tickets", 1),)), record("c2", 1, (("tickets", 2),))]).result()
    store.commit([record("c1", 2), record("c2", None)]).result()
    entries, counters = store.load().result()
    assert [(entry.case_id, entry.fact) for entry in entries] == [
        ("c1", PageShown("c1", "0" * 64, 1)),
        ("c1", PageShown("c1", "0" * 64, 2)),
    ]
    assert entries[0].time == record("c1", 1).entry.time
    assert counters == {"tickets": 2}
    assert store.verify_chain().result()[0] == 4


def test_it_all_is_there_after_closing(tmp_path: Path, record: MakeRecord) -> None:
    with contextlib.closing(Store(tmp_path)) as first:
        first.commit([record("c1", 1)]).result()
    with contextlib.closing(Store(tmp_path)) as second:
        assert len(second.load().result()[0]) == 1
    with pytest.raises(StorageUnavailable):
        first.commit([record("c1", 2)]).result()


def test_a_commit_is_done_only_when_the_transaction_is_on_the_disk(
    tmp_path: Path, store: Store, record: MakeRecord
) -> None:
    # the first gate keeps the writer busy, so that the record and the second gate share one transaction
    first, second = Gate(), Gate()
    holding = store.do(first.pass_through)
    assert first.is_entered.wait(10)
    committed, held = store.commit([record("c1", 1)]), store.do(second.pass_through)
    first.opened.set()
    holding.result(10)
    assert second.is_entered.wait(10)
    assert not committed.done()
    assert rows_seen_by_another(tmp_path) == 0
    second.opened.set()
    held.result(10)
    committed.result(10)
    assert rows_seen_by_another(tmp_path) == 1
    pragma = store.do(lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0])
    assert pragma.result() == 2  # FULL: COMMIT returns after the WAL is synced (sqlite.org/pragma.html)


def rows_seen_by_another(tmp_path: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{tmp_path / 'hall' / 'hall.db'}?mode=ro", uri=True)) as other:
        return int(other.execute("SELECT count(*) FROM journal").fetchone()[0])


CRASHING = """
import sys, threading
from datetime import datetime, UTC
from pathlib import Path
from signaling.hall.commands import Record
from signaling.hall.facts import Entry, PageShown
from signaling.server.store import Store
store = Store(Path(sys.argv[1]))
is_honest = sys.argv[2] == "honest"
for number in range(1, 100_000):
    if not is_honest and number == 20:
        store.do(lambda connection: threading.Event().wait())
    entry = Entry(datetime.now(UTC), "x", "c1", PageShown("c1", "0" * 64, number))
    future = store.commit([Record(entry, (("n", number),), True)])
    if is_honest:
        future.result()
    elif number < 20:
        future.result()
    print(number, flush=True)
"""


def acknowledged_then_killed(folder: Path, manner: str, count: int) -> int:
    """The last number that the child acknowledged before SIGKILL."""
    child = subprocess.Popen([sys.executable, "-c", CRASHING, str(folder), manner], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        for _ in range(count):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
    return int(rest[-1]) if rest else count


@pytest.mark.parametrize("count", [1, 137, 400])
def test_what_was_acknowledged_survives_sigkill(tmp_path: Path, count: int) -> None:
    last = acknowledged_then_killed(tmp_path, "honest", count)
    with contextlib.closing(Store(tmp_path)) as store:
        entries, counters = store.load().result()
        assert len(entries) >= last >= count
        assert counters["n"] == len(entries)
        assert store.verify_chain().result()[0] == len(entries)


def test_the_crash_test_would_see_an_early_acknowledgement(tmp_path: Path) -> None:
    last = acknowledged_then_killed(tmp_path, "early", 25)
    with contextlib.closing(Store(tmp_path)) as store:
        assert len(store.load().result()[0]) < last


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET body = CAST(replace(body, '2', '7') AS BLOB) WHERE seq = 2",
        "UPDATE journal SET actor = 'somebody' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
        "UPDATE journal SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3);"
        "UPDATE journal SET seq = -seq WHERE seq < 0",
    ],
)
def test_a_changed_journal_is_found(tmp_path: Path, record: MakeRecord, change: str) -> None:
    with contextlib.closing(Store(tmp_path)) as store:
        store.commit([record("c1", page) for page in range(1, 5)]).result()
    with contextlib.closing(sqlite3.connect(tmp_path / "hall.db")) as intruder:
        intruder.executescript(change)
    with contextlib.closing(Store(tmp_path)) as store, pytest.raises(ChainBroken):
        store.verify_chain().result()


def test_an_export_can_be_judged_without_the_store(tmp_path: Path, store: Store, record: MakeRecord) -> None:
    store.commit([record("c1", page) for page in range(1, 5)]).result()
    count, head = store.export_journal(tmp_path / "journal.jsonl").result()
    with (tmp_path / "journal.jsonl").open("rb") as lines:
        assert check_chain(read_export(lines)) == (count, head) == (4, head)


def test_a_full_store_refuses_keeps_what_it_has_and_goes_on_with_space(store: Store, record: MakeRecord) -> None:
    store.commit([record("c1", 1)]).result()
    pages = store.do(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0]).result()
    store.do(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result()
    with pytest.raises(StorageFull):
        store.commit([record("c1", page, (("n", page),)) for page in range(2, 200)]).result()
    assert len(store.load().result()[0]) == 1
    assert store.load().result()[1] == {}
    store.do(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone()).result()
    store.commit([record("c1", page) for page in range(2, 200)]).result()
    assert store.verify_chain().result()[0] == 199


def test_one_bad_act_does_not_spoil_its_neighbours(store: Store, record: MakeRecord) -> None:
    gate = Gate()

    def fail(_: sqlite3.Connection) -> None:
        raise ValueError("bad act")

    held = store.do(gate.pass_through)
    assert gate.is_entered.wait(10)
    good, bad, better = store.commit([record("c1", 1)]), store.do(fail), store.commit([record("c1", 2)])
    gate.opened.set()
    held.result(10)
    good.result(10)
    better.result(10)
    with pytest.raises(ValueError, match="bad act"):
        bad.result(10)
    assert store.verify_chain().result()[0] == 2


def test_two_processes_may_write_and_the_chain_holds(tmp_path: Path, store: Store, record: MakeRecord) -> None:
    before = store.data_version().result()
    with contextlib.closing(Store(tmp_path / "hall")) as beside:
        futures = [which.commit([record("c1", page)]) for page in range(1, 30) for which in (store, beside)]
        for future in futures:
            future.result(10)
    assert store.verify_chain().result()[0] == 58
    assert store.data_version().result() != before


def test_a_damaged_file_is_refused_at_the_start(tmp_path: Path, record: MakeRecord) -> None:
    with contextlib.closing(Store(tmp_path)) as store:
        store.commit([record(f"c{page}", page) for page in range(1, 500)]).result()
    with (tmp_path / "hall.db").open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(StoreDamaged):
        Store(tmp_path)


@pytest.mark.parametrize("loss", ["missing", "empty", "tables gone", "missing beside its log"])
@pytest.mark.parametrize("proof", ["seal/seal.json", "materials/incoming/x", "devices/T-01.json"])
def test_a_used_folder_whose_store_is_lost_is_refused_untouched(loss: str, proof: str, tmp_path: Path) -> None:
    (tmp_path / proof).parent.mkdir(parents=True)
    (tmp_path / proof).touch()
    database = tmp_path / "hall.db"
    if loss == "empty":
        database.touch()
    elif loss == "tables gone":
        with contextlib.closing(sqlite3.connect(database)) as bare:
            bare.execute("PRAGMA journal_mode = WAL")
    elif loss == "missing beside its log":
        (tmp_path / "hall.db-wal").write_bytes(b"what can still be rescued")
    before = {path: path.read_bytes() for path in (database, tmp_path / "hall.db-wal") if path.exists()}
    for _ in range(2):
        with pytest.raises(StoreDamaged, match=f"^数据文件夹 {re.escape(str(tmp_path))} 用过"):
            Store(tmp_path)
    assert {path: path.read_bytes() for path in before} == before
    assert database.exists() == (database in before)


@pytest.mark.parametrize("left", ["nothing", "an empty file", "a file without tables"])
def test_a_first_start_that_ended_before_the_tables_is_repeated(left: str, tmp_path: Path) -> None:
    (tmp_path / "materials").mkdir()  # prepared by a person, empty
    if left == "an empty file":
        (tmp_path / "hall.db").touch()
    elif left == "a file without tables":
        with contextlib.closing(sqlite3.connect(tmp_path / "hall.db")) as bare:
            bare.execute("PRAGMA journal_mode = WAL")
    with contextlib.closing(Store(tmp_path)) as store:
        assert store.verify_chain().result()[0] == 0


def test_something_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hall.db").write_bytes(b"this is not a database" * 300)
    with pytest.raises(StoreDamaged):
        Store(tmp_path)


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "hall.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreDamaged, match="99"):
        Store(tmp_path)


def test_a_store_of_the_first_version_is_taken_up(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    folder.mkdir()
    first = files("signaling.server").joinpath("schema", "0001_first.sql").read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(folder / "hall.db")) as old:
        old.executescript(f"BEGIN; {first} PRAGMA user_version = 1; COMMIT;")
        old.execute("INSERT INTO reviewers VALUES ('shen', '沈明', 'hash', '[\"market\"]', 0)")
        old.execute("INSERT INTO terminals VALUES ('T-01', '自助终端 01', x'00', 0)")
        old.commit()
    with contextlib.closing(Store(folder)) as store:
        register = Register(store)
        assert register.reviewer("shen").result() == EnrolledReviewer("shen", "沈明", "hash", ("market",))
        assert register.terminal("T-01").result() == EnrolledTerminal("T-01", "自助终端 01", b"\0")
        assert store.newest_time().result() is None


def test_history_is_the_whole_of_what_did_anything_in_the_time(store: Store, tmp_path: Path) -> None:
    def at(hours: float, case_id: str | None, fact: Fact) -> Record:
        return Record(Entry(NOON + timedelta(hours=hours), "x", case_id, fact), is_open=None)

    opened = FollowUpOpened("f", "r", "trouble", "", "", "", NOON.date())
    store.commit(
        [
            at(-30, "early", CaseWithdrawn("early", "r")),
            at(-30, "both", CaseWithdrawn("both", "r")),
            at(-30, "f", opened),
            at(-30, None, TerminalConnected("T-01", "before")),
            at(0, None, TerminalConnected("T-01", "in")),
            at(0, "both", PageShown("both", "d" * 64, 0)),
            at(0, "both", CaseClosed("both")),
            at(0.5, "new", CaseWithdrawn("new", "r")),
            at(1, "new", CaseClosed("new")),
        ]
    ).result()
    assert store.newest_time().result() == NOON + timedelta(hours=1)
    entries = list(read_history(tmp_path / "hall", NOON, NOON + timedelta(hours=1)))
    assert [(entry.case_id, type(entry.fact)) for entry in entries] == [
        ("both", CaseWithdrawn),
        ("f", FollowUpOpened),
        (None, TerminalConnected),
        ("both", CaseClosed),
        ("new", CaseWithdrawn),
    ]


def test_history_of_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        list(read_history(tmp_path, NOON, NOON))
