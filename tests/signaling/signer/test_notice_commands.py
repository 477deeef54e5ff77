"""The ledger on the command line: listed, shown, written out, extended, its numbers and files checked."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from signaling.hall.facts import CaseWithdrawn, Numbered, NumberReleased, NumberReserved
from signaling.signer import notice_commands
from signaling.signer.errors import SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.requests import Sealed
from signaling.signer.seal_commands import Desk


@pytest.fixture
def desk(signing: Any, hall: Any) -> Desk:
    """A ledger with two notices."""
    for number in (1, 2):
        hall.submit(number)
        assert isinstance(signing.notary.answer(hall.accept(number)), Sealed)
    return Desk(signing.folder, signing.store, "keeper", signing.now)


def said(lines: Any) -> str:
    return "\n".join(lines)


def test_notices_are_listed_and_shown(desk: Desk, hall: Any) -> None:
    assert len(list(notice_commands.listed(desk, ""))) == 2
    assert len(list(notice_commands.listed(desk, "000002"))) == 1
    assert "no such notice" in said(notice_commands.listed(desk, "000099"))
    text = said(notice_commands.shown(desk, hall.order(1).number))
    for words in ("20261120-00001", "B-LTA", "shen", hall.order(1).query_code):
        assert words in text
    with pytest.raises(SignerError, match="nowhere"):
        said(notice_commands.shown(desk, "nowhere"))


def test_the_issued_file_and_its_newest_version_are_written(
    desk: Desk, signing: Any, hall: Any, tmp_path: Path
) -> None:
    number, file = hall.order(1).number, tmp_path / "notice.pdf"
    issued = signing.store.content("n-1", 1)
    signing.store._connection.execute("UPDATE versions SET holds_until = '2027-01-01T00:00:00+00:00'")
    assert "续期 2 份" in said(notice_commands.extended(signing.notary, 365))
    said(notice_commands.exported(desk, number, file, newest=False))
    assert file.read_bytes() == issued
    told = said(notice_commands.exported(desk, number, file, newest=True))
    assert hashlib.sha256(file.read_bytes()).hexdigest() in told
    assert file.read_bytes().startswith(issued)
    assert len(file.read_bytes()) > len(issued)


def test_what_is_pending_is_not_written_but_extended(desk: Desk, signing: Any, hall: Any, tmp_path: Path) -> None:
    hall.submit(3)
    signing.outage.time_is_away = True
    signing.notary.answer(hall.accept(3))
    with pytest.raises(SignerError, match="pending"):
        said(notice_commands.exported(desk, hall.order(3).number, tmp_path / "n.pdf", newest=False))
    assert "pending" in said(notice_commands.listed(desk, "000003"))
    signing.outage.time_is_away = False
    assert "补加时间戳 1 份" in said(notice_commands.extended(signing.notary, 365))


def test_gaps_are_explained_by_the_journal_or_a_finding(desk: Desk, hall: Any) -> None:
    journal = HallJournal(hall.folder)
    assert "2 个文号" in said(notice_commands.gaps(desk, journal, everything=False))
    case_id = hall.submit(9)
    reserved = Numbered("n-3", "acceptance", hall.order(3).number)
    hall.record(("shen", NumberReserved(case_id, reserved, "acceptance", 3)))
    assert "已预留" in said(notice_commands.gaps(desk, journal, everything=False))
    hall.record(("hall", NumberReleased(case_id, "n-3", reserved.number, "left")))
    assert "退回" in said(notice_commands.gaps(desk, journal, everything=False))
    assert "已盖章" in said(notice_commands.gaps(desk, journal, everything=True))
    far = Numbered("n-5", "acceptance", hall.order(5).number)
    hall.record(("T-09", CaseWithdrawn(case_id, "r", far)))
    with pytest.raises(SignerError, match="000004"):
        said(notice_commands.gaps(desk, journal, everything=False))


def test_files_are_compared_with_ledger_log_and_verifier(desk: Desk, signing: Any) -> None:
    assert "2 份" in said(notice_commands.checked(desk, whole=True))
    added = bytearray(signing.store.content("n-2", 1))
    added[1000] ^= 1
    signing.store._connection.execute("UPDATE versions SET added = ? WHERE notice_id = 'n-2'", (bytes(added),))
    with pytest.raises(SignerError, match="000002"):
        said(notice_commands.checked(desk, whole=False))
    digest = hashlib.sha256(added).hexdigest()
    signing.store._connection.execute("UPDATE versions SET digest = ? WHERE notice_id = 'n-2'", (digest,))
    with pytest.raises(SignerError, match="000002"):
        said(notice_commands.checked(desk, whole=False))
