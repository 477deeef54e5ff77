"""Reading the hall's journal: only on from what was seen, and nothing that was changed since."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from signaling.hall.facts import CaseSubmitted, PageShown
from signaling.signer.errors import EvidenceRefused, JournalRefused
from signaling.signer.hall_journal import HallJournal
from signaling.signer.store import JournalHead


def test_it_reads_on_from_what_was_seen(hall: Any) -> None:
    journal = HallJournal(hall.folder)
    hall.submit(1)
    first = journal.look(JournalHead())
    assert (first.seq, first.hash) == hall.head()
    assert [seq for seq, _ in first.witnessed] == [1]
    assert journal.look(first) == JournalHead(first.seq, first.hash)
    hall.submit(2)
    second = journal.look(first)
    assert [seq for seq, _ in second.witnessed] == [2]
    assert journal.head() == JournalHead(second.seq, second.hash, first.witnessed + second.witnessed)


def test_an_order_comes_with_its_case(hall: Any) -> None:
    hall.submit(1)
    hall.submit(2)
    request = hall.accept(1)
    found = HallJournal(hall.folder).ordered("n-1", request.case_id, (request.seq, request.hash), JournalHead(), _all)
    assert found.ordered.order == hall.order(1)
    assert {entry.case_id for entry in found.entries} == {request.case_id}
    assert (found.head.seq, found.head.hash) == (request.seq, request.hash)


def _all(rows: list[tuple[int, str]]) -> bool:
    return True


def _none(rows: list[tuple[int, str]]) -> bool:
    return not rows


def test_rows_seen_before_must_be_the_same(hall: Any) -> None:
    hall.submit(1)
    journal = HallJournal(hall.folder)
    seen = journal.look(JournalHead())
    request = hall.accept(1)
    place = request.seq, request.hash
    assert journal.ordered("n-1", request.case_id, place, seen, lambda rows: rows == list(seen.witnessed))
    with pytest.raises(JournalRefused, match="changed"):
        journal.ordered("n-1", request.case_id, place, seen, _none)
    fresh = journal.ordered("n-1", request.case_id, place, JournalHead(), _none)
    assert fresh.head.seq == request.seq, "what is seen for the first time needs no memory"


def test_another_row_is_no_order(hall: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    journal = HallJournal(hall.folder)
    for notice_id, case_id, place in (
        ("n-1", request.case_id, (request.seq - 1, request.hash)),
        ("n-1", request.case_id, (request.seq, "0" * 64)),
        ("n-1", "nobody", (request.seq, request.hash)),
        ("n-2", request.case_id, (request.seq, request.hash)),
    ):
        with pytest.raises(EvidenceRefused):
            journal.ordered(notice_id, case_id, place, JournalHead(), _all)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET actor = 'x' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
        "DELETE FROM journal WHERE seq >= 2",
        "UPDATE journal SET seq = 9 WHERE seq = 2",
    ],
)
def test_a_change_is_noticed(hall: Any, change: str) -> None:
    for number in (1, 2, 3):
        hall.submit(number)
    journal = HallJournal(hall.folder)
    seen = journal.look(JournalHead())
    middle = journal.look(JournalHead())
    hall.rewrite(change)
    with pytest.raises(JournalRefused) as refused:
        journal.look(JournalHead() if "seq = 2" in change else seen)
    assert refused.value.code == "journal_broken"
    assert middle == seen


def test_entries_by_kind_and_who_is_enrolled(hall: Any) -> None:
    hall.submit(1)
    hall.accept(1)
    journal = HallJournal(hall.folder)
    assert [type(entry.fact) for entry in journal.entries("CaseSubmitted")] == [CaseSubmitted]
    shown = [entry.fact for entry in journal.entries("PageShown")]
    assert all(isinstance(fact, PageShown) for fact in shown)
    assert len(shown) == len(hall.order(1).materials)
    assert journal.are_enrolled(["shen", "zhou"])
    assert not journal.are_enrolled(["shen", "nobody"])


def test_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalRefused) as refused:
        HallJournal(tmp_path).look(JournalHead())
    assert refused.value.code == "journal_unreadable"


def test_it_cannot_write(hall: Any) -> None:
    hall.submit(1)
    with HallJournal(hall.folder)._reading() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute("DELETE FROM journal")


def test_a_picture_that_an_order_names_is_what_was_named(hall: Any) -> None:
    content = b"\x89PNG of a marked place"
    digest = hashlib.sha256(content).hexdigest()
    place = hall.folder / "materials" / digest[:2]
    place.mkdir(parents=True)
    (place / digest).write_bytes(content)
    assert HallJournal(hall.folder).picture(digest) == content
    (place / digest).write_bytes(content + b"!")
    for named in (digest, "0" * 64):
        with pytest.raises(EvidenceRefused, match="picture"):
            HallJournal(hall.folder).picture(named)


def test_an_order_is_found_by_its_row(hall: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    assert HallJournal(hall.folder).order_at(request.seq) == hall.order(1)
    for other in (1, 10_000):
        with pytest.raises(EvidenceRefused):
            HallJournal(hall.folder).order_at(other)
