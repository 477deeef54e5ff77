"""The OFD twin: judged by the OFD verifier, logged, only under the notice's own grants, never of another content."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from esign.national import verify_ofd
from signaling.signer.entries import SealSuspended, TwinMade
from signaling.signer.errors import CustodyRefused, SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.notice_facts import Office
from signaling.signer.requests import Sealed
from signaling.signer.seal_commands import Desk
from signaling.signer.twins import make_twin

pytestmark = pytest.mark.slow

OFFICE = Office(
    "北京市通州区政务服务管理局",
    "北京城市副中心政务服务中心",
    "010-12345",
    "010-12345",
    "凭受理编号在任一自助终端查询",
    "https://hall.example/N",
)


def test_a_twin_is_valid_logged_and_bound_to_the_same_grants(signing: Any, hall: Any, tmp_path: Path) -> None:
    hall.submit(1)
    assert isinstance(signing.notary.answer(hall.accept(1)), Sealed)
    desk, journal = Desk(signing.folder, signing.store, "keeper", signing.now), HallJournal(hall.folder)
    notice = signing.store.notice("n-1")
    twin = make_twin(desk, journal, OFFICE, notice)
    report = verify_ofd(twin, [(signing.folder / "national" / "roots.crt").read_bytes()])
    assert report.verdict == "valid", report.findings
    (entry,) = signing.logged(TwinMade)
    assert (entry.notice_id, entry.number) == ("n-1", notice.number)
    with pytest.raises(SignerError, match="not what was sealed"):
        make_twin(desk, journal, msgspec.structs.replace(OFFICE, office_phone="1"), notice)
    signing.do(SealSuspended(signing.seal_id, "lost"))
    with pytest.raises(CustodyRefused):
        make_twin(desk, journal, OFFICE, notice)
    assert len(signing.logged(TwinMade)) == 1
