"""The keeper's acts: what they say, what they leave in the log, what they refuse."""

import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from signaling.hall.journal import ChainBroken, check_chain, read_export
from signaling.signer import seal_commands
from signaling.signer.entries import EVERYBODY, GrantGiven, JournalAccepted, SealRefused, SealRevoked
from signaling.signer.errors import BadCustody, SignerError, UnknownSeal
from signaling.signer.hall_journal import HallJournal
from signaling.signer.requests import NotSealed, Sealed
from signaling.signer.seal_commands import Desk, desk_at


@pytest.fixture
def desk(signing: Any) -> Desk:
    """At the same folder as the process that seals."""
    return Desk(signing.folder, signing.store, "keeper", signing.now)


def said(lines: Any) -> str:
    return "\n".join(lines)


def test_the_register_and_one_seal(desk: Desk, signing: Any) -> None:
    assert signing.seal_id in said(seal_commands.listed(desk))
    text = said(seal_commands.shown(desk, "-"))
    for words in ("行政审批专用章", "启用", "ecdsa-p256-sha256", "全体登记人员"):
        assert words in text
    with pytest.raises(UnknownSeal):
        said(seal_commands.shown(desk, "ghost"))


def test_a_grant_is_given_and_taken_away(desk: Desk, signing: Any) -> None:
    said(seal_commands.withdrawn(desk, "-", EVERYBODY, ""))
    assert "不能用印" in said(seal_commands.shown(desk, "-"))
    until = (desk.now + timedelta(days=3)).date()
    said(seal_commands.granted(desk, "-", "shen", ("acceptance",), None, until))
    (grant,) = signing.store.custody()[1].seal(signing.seal_id).grants
    assert isinstance(grant, GrantGiven)
    assert (grant.person, grant.kinds, grant.given_by) == ("shen", ("acceptance",), "keeper")
    assert grant.since == desk.now
    assert grant.until.date() == until + timedelta(days=1), "to the end of the last day"
    with pytest.raises(BadCustody):
        said(seal_commands.granted(desk, "-", "shen", (), date(2027, 1, 2), date(2027, 1, 1)))
    assert "shen" in said(seal_commands.withdrawn(desk, "-", "shen", "left"))


def test_suspend_resume_and_revoke_are_seen_by_the_process_at_once(desk: Desk, signing: Any, hall: Any) -> None:
    hall.submit(1)
    request = hall.accept(1)
    said(seal_commands.changed(desk, "suspend", "-", "lost"))
    refused = signing.notary.answer(request)
    assert isinstance(refused, NotSealed)
    assert refused.code == "seal_suspended"
    said(seal_commands.changed(desk, "resume", "-", "found"))
    assert isinstance(signing.notary.answer(request), Sealed)
    said(seal_commands.changed(desk, "revoke", "-", "old"))
    assert signing.logged(SealRevoked) == [SealRevoked(signing.seal_id, "old")]
    assert "作废" in said(seal_commands.listed(desk))


def test_a_further_test_seal_takes_over_its_kind(desk: Desk, signing: Any, hall: Any) -> None:
    assert "公文专用章" in said(seal_commands.new_test(desk, "公文专用章", "ecdsa-p256-sha256"))
    hall.submit(1)
    sealed = signing.notary.answer(hall.accept(1))
    assert isinstance(sealed, Sealed), sealed
    assert sealed.seal_id != signing.seal_id
    with pytest.raises(SignerError, match="one of these"):
        desk.seal("-")


def test_the_log_is_read_exported_and_judged_by_openssl(
    desk: Desk, signing: Any, hall: Any, root: bytes, tmp_path: Path
) -> None:
    hall.submit(1)
    request = hall.accept(1)
    signing.notary.answer(request)
    signing.notary.stamp_head()
    assert "SealUsed" in said(seal_commands.log_lines(desk, request.case_id))
    assert "SealRegistered" not in said(seal_commands.log_lines(desk, request.case_id))
    assert "完好" in said(seal_commands.checked(desk))
    out = tmp_path / "out"
    said(seal_commands.exported(desk, out))
    with (out / "log.jsonl").open("rb") as lines:
        assert check_chain(read_export(lines)) == signing.store.log_head()
    (token,) = out.glob("head-*.tst")
    head = token.stem.rsplit("-", 1)[1]
    (out / "root.pem").write_bytes(root)
    (out / "chain.pem").write_bytes((signing.folder / "seals" / signing.seal_id / "chain.crt").read_bytes())
    command = ["openssl", "ts", "-verify", "-digest", head, "-token_in", "-in", str(token)]
    command += ["-CAfile", str(out / "root.pem"), "-untrusted", str(out / "chain.pem")]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verification: OK" in judged.stdout, judged.stderr


def test_an_altered_log_is_found(desk: Desk, signing: Any, hall: Any) -> None:
    hall.submit(1)
    signing.notary.answer(hall.accept(1))
    signing.notary.stamp_head()
    signing.store._connection.execute("UPDATE log SET actor = 'keeper' WHERE kind = 'SealUsed'")
    with pytest.raises(ChainBroken):
        said(seal_commands.checked(desk))


def test_a_timestamp_that_is_about_another_log_is_found(desk: Desk, signing: Any) -> None:
    """Somebody rewrote the log to its end: the chain is whole, but the timestamp was about the old one."""
    stamped = signing.notary.stamp_head()
    registered = next(one.entry for one in signing.store.log())
    signing.store._connection.execute("DELETE FROM log")
    signing.do(registered)
    for _ in range(stamped.seq - 1):
        signing.do(SealRefused("n", "c", "s", (), "forged"))
    signing.do(stamped)
    signing.store.check_log()
    with pytest.raises(SignerError, match="another entry"):
        said(seal_commands.checked(desk))


def test_a_restored_journal_is_accepted_by_the_keeper(desk: Desk, signing: Any, hall: Any) -> None:
    hall.submit(1)
    signing.notary.answer(hall.accept(1))
    hall.rewrite("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")
    hall.submit(2)
    request = hall.accept(2)
    refused = signing.notary.answer(request)
    assert isinstance(refused, NotSealed)
    assert refused.code == "journal_broken"
    said(seal_commands.accepted(desk, HallJournal(hall.folder), "restored from the backup of Friday"))
    assert isinstance(signing.notary.answer(request), Sealed)
    assert [entry.reason for entry in signing.logged(JournalAccepted)] == ["restored from the backup of Friday"]


def test_a_folder_without_seals_is_told(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="start the server"), desk_at(tmp_path):
        raise AssertionError("opened")
    assert list(tmp_path.iterdir()) == []
