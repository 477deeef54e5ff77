"""The signing store: all or nothing, a chain that shows every altered byte, a register that two processes share."""

import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.hall.journal import ChainBroken
from signaling.signer.entries import NoticeExtended, SealRefused, SealRegistered, SealSuspended, SealUsed
from signaling.signer.errors import BadCustody, SigningStoreDamaged
from signaling.signer.requests import Issued
from signaling.signer.store import CustodyChanged, JournalHead, SealedNotice, SigningStore, Version, VersionThere

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
SEAL = SealRegistered("s", "甲局", "", True, "", "", NOW, NOW + YEAR)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with contextlib.closing(SigningStore(tmp_path / "signing")) as opened:
        opened.append(SEAL, "keeper", NOW)
        yield opened


def notice(number: int = 1, issued: int | None = 1) -> SealedNotice:
    return SealedNotice(
        f"n-{number}", f"受〔2026〕{number:06d}号", "acceptance", "c-1", f"CODE{number}", "b", 4, "s", NOW, 9, issued
    )


def version(number: int = 1, which: int = 1, **fields: Any) -> Version:
    made = Version(f"n-{number}", which, "B-LTA", digest(number, which), NOW, NOW + YEAR, b"x" * number)
    return msgspec.structs.replace(made, **fields)


def digest(number: int, which: int) -> str:
    """Each version of a notice adds as many bytes as its number says."""
    return hashlib.sha256(b"x" * number * which).hexdigest()


def used(number: int = 1) -> SealUsed:
    return SealUsed(
        f"n-{number}", "1", "acceptance", "c-1", "s", ("shen",), "b", digest(number, 1), "B-LTA", "a", "b", 9, "h"
    )


def keep(store: SigningStore, number: int = 1, issued: int | None = 1) -> None:
    head = JournalHead(9, "h", ((3, "three"), (9, "h")))
    store.keep(notice(number, issued), version(number), used(number), head, store.custody()[0], "signer")


def test_a_sealed_notice_comes_with_its_entry_and_what_was_seen(store: SigningStore) -> None:
    keep(store)
    assert store.notice("n-1") == notice()
    assert store.notice_of_number(notice().number) == notice()
    assert store.content("n-1", 1) == b"x"
    assert [one.entry for one in store.log()] == [SEAL, used()]
    assert store.journal_head() == JournalHead(9, "h")
    assert store.witnessed([(3, "three"), (9, "h")])
    assert not store.witnessed([(3, "other")])
    assert not store.witnessed([(4, "three")])


def test_nothing_is_kept_when_a_part_of_it_fails(store: SigningStore) -> None:
    keep(store)
    other = msgspec.structs.replace(notice(2), number=notice().number)
    with pytest.raises(SigningStoreDamaged):  # the number is used: the last guard, below the notary's own
        store.keep(other, version(2), used(2), JournalHead(12, "x"), store.custody()[0], "signer")
    assert store.notice("n-2") is None
    assert store.versions("n-2") == []
    assert store.log_head()[0] == 2
    assert store.journal_head().seq == 9


def test_a_register_that_changed_since_the_check_stops_the_use(store: SigningStore, tmp_path: Path) -> None:
    checked_against, custody = store.custody()
    with contextlib.closing(SigningStore(tmp_path / "signing")) as keeper:
        keeper.append(SealSuspended("s", "lost"), "keeper", NOW)
    with pytest.raises(CustodyChanged):
        store.keep(notice(), version(), used(), JournalHead(), checked_against, "signer")
    assert custody.seal("s").status == "active"
    assert store.custody()[1].seal("s").status == "suspended", "the other process's act is seen"


def test_an_act_that_makes_no_sense_is_not_logged(store: SigningStore) -> None:
    with pytest.raises(BadCustody):
        store.append(SEAL, "keeper", NOW)
    assert store.log_head()[0] == 1


@pytest.mark.parametrize("column", ["time", "actor", "case_id", "kind", "body", "prev_hash", "hash"])
def test_one_altered_byte_of_the_log_is_found(store: SigningStore, column: str) -> None:
    keep(store)
    store.append(SealRefused("n-2", "c-2", "s", (), "no_grant"), "signer", NOW, "c-2")
    assert store.check_log()[0] == 3
    value = store._connection.execute(f"SELECT {column} FROM log WHERE seq = 2").fetchone()[0]  # noqa: S608
    altered = value.replace(b"shen", b"zhou") if isinstance(value, bytes) else f"{value[:-1]}~"
    store._connection.execute(f"UPDATE log SET {column} = ? WHERE seq = 2", (altered,))  # noqa: S608
    with pytest.raises(ChainBroken) as broken:
        store.check_log()
    assert broken.value.seq == 2


def test_a_pending_notice_is_issued_with_its_first_timestamp(store: SigningStore) -> None:
    keep(store, issued=None)
    assert [one.notice_id for one in store.pending()] == ["n-1"]
    assert store.records(Issued(number=notice().number)) == ()
    entry = NoticeExtended("n-1", "1", 2, digest(1, 2), "B-LTA", "b")
    store.extend(version(1, 2), entry, "c-1", "signer")
    assert store.pending() == []
    with pytest.raises(VersionThere):
        store.extend(version(1, 2), entry, "c-1", "signer")
    store.extend(version(1, 3), entry, "c-1", "signer")
    (record,) = store.records(Issued(digest=digest(1, 3)))
    assert record.digests == (digest(1, 2), digest(1, 3)), "the issued one first; what was pending was given to nobody"
    assert store.content("n-1", 3) == b"xxx"


def test_a_file_that_changed_on_the_disk_is_not_given_out(store: SigningStore) -> None:
    keep(store)
    store._connection.execute("UPDATE versions SET added = CAST('y' AS BLOB)")
    with pytest.raises(SigningStoreDamaged, match="has changed"):
        store.content("n-1", 1)
    with pytest.raises(SigningStoreDamaged):
        store.content("nobody", 1)


def test_a_discarded_notice_leaves_its_entry_only(store: SigningStore) -> None:
    keep(store, issued=None)
    store.discard(notice(), SealRefused("n-1", "c-1", "s", (), "revoked"), "signer", NOW)
    assert store.notice("n-1") is None
    assert store.versions("n-1") == []
    assert store.log_head()[0] == 3


def test_timestamps_that_end_are_found_by_the_newest_of_each_notice(store: SigningStore) -> None:
    for number in (1, 2):
        keep(store, number)
    entry = NoticeExtended("n-2", "1", 2, "d", "B-LTA", "b")
    store.extend(version(2, 2, holds_until=NOW + 5 * YEAR), entry, "c-1", "signer")
    assert [one.notice_id for one in store.ending(NOW + 2 * YEAR, 10)] == ["n-1"]
    assert [one.notice_id for one in store.ending(NOW + 9 * YEAR, 10)] == ["n-1", "n-2"]
    assert [one.notice_id for one in store.ending(NOW + 9 * YEAR, 1)] == ["n-1"]


def test_it_opens_again_and_refuses_what_is_damaged_or_newer(store: SigningStore, tmp_path: Path) -> None:
    keep(store)
    store.close()
    with contextlib.closing(SigningStore(tmp_path / "signing")) as again:
        assert again.notice("n-1") == notice()
        again._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(SigningStoreDamaged, match="newer"):
        SigningStore(tmp_path / "signing")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "signing.db").write_bytes(b"no database at all " * 99)
    with pytest.raises(SigningStoreDamaged):
        SigningStore(tmp_path / "odd")
