"""What can be typed after ``hall seal`` and ``hall notices``, through the parser to the act."""

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signaling.protocol.values import OFFICIAL_TIME
from signaling.signer.commands import Place, add_notice_commands, add_seal_commands
from signaling.signer.entries import SealUsed
from signaling.signer.errors import SignerError
from signaling.signer.notice_facts import Office
from signaling.signer.requests import NotSealed, Pending

OFFICE = Office(
    "北京市通州区政务服务管理局",
    "北京城市副中心政务服务中心",
    "010-12345",
    "010-12345",
    "凭受理编号在任一自助终端查询",
    "https://hall.example/N",
)


@pytest.fixture
def typed(signing: Any, hall: Any) -> Any:
    """``typed("seal", "list")`` gives what is printed."""
    settings = argparse.ArgumentParser(add_help=False)
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    add_seal_commands(commands.add_parser("seal"), settings)
    add_notice_commands(commands.add_parser("notices"), settings)
    place = Place(hall.folder, signing.folder, OFFICE)

    def run(*words: str) -> str:
        options = parser.parse_args(words)
        return "\n".join(options.act(place, options))

    return run


def test_the_register_grants_and_states(typed: Any, signing: Any) -> None:
    assert signing.seal_id in typed("seal", "list")
    assert "全体登记人员" in typed("seal", "show", "-")
    typed("seal", "grant", "-", "shen", "--kinds", "acceptance,grant", "--until", "2030-01-31")
    assert "acceptance, grant" in typed("seal", "show", signing.seal_id)
    typed("seal", "withdraw", "-", "shen", "--reason", "left")
    typed("seal", "suspend", "-", "--reason", "lost")
    assert "停用" in typed("seal", "list")
    typed("seal", "resume", "-", "--reason", "found")
    assert "公章" in typed("seal", "new-test", "--stamp", "公章专用")
    typed("seal", "revoke", signing.seal_id, "--reason", "old")
    assert "作废" in typed("seal", "list")
    assert typed("seal", "log").count("\n") == 8
    assert "完好" in typed("seal", "check")


def test_a_real_seal_is_imported_and_used_by_who_has_a_grant(
    typed: Any, signing: Any, hall: Any, tmp_path: Path
) -> None:
    folder = signing.folder / "seals" / signing.seal_id
    (tmp_path / "tsa.pem").write_bytes((folder / "tsa.crt").read_bytes() + (folder / "chain.crt").read_bytes())
    told = typed(
        *("seal", "import", "--id", "official", "--stamp", "", "--tsa", "http://tsa.invalid/"),
        *("--chain", str(folder / "chain.crt"), "--tsa-chain", str(tmp_path / "tsa.pem")),
        *("--pem", str(folder / "seal.key"), "--certificate", str(folder / "seal.crt")),
        *("--persons", "1", "--kinds", "acceptance,grant", "--until", "2027-06-30"),
    )
    assert "official" in told
    text = typed("seal", "show", "official")
    for words in ("acceptance, grant", "2027-06-30", "不能用印"):
        assert words in text
    hall.submit(1)
    request = hall.accept(1)
    refused = signing.notary.answer(request)
    assert isinstance(refused, NotSealed)
    assert refused.code == "no_grant", "no test seal steps in"
    signing.now = datetime.now(OFFICIAL_TIME) + timedelta(minutes=1)
    typed("seal", "grant", "official", "shen")
    assert signing.notary.answer(request) == Pending("revocation_pending"), "this authority publishes no lists"
    assert [(used.seal_id, used.level) for used in signing.logged(SealUsed)] == [("official", "B-B")]


def test_notices_and_numbers(typed: Any, signing: Any, hall: Any, tmp_path: Path) -> None:
    hall.submit(1)
    signing.notary.answer(hall.accept(1))
    number = hall.order(1).number
    assert number in typed("notices", "list")
    assert number in typed("notices", "show", number)
    typed("notices", "export", number, "-o", str(tmp_path / "n.pdf"))
    assert (tmp_path / "n.pdf").read_bytes() == signing.store.content("n-1", 1)
    typed("notices", "export", number, "-o", str(tmp_path / "n.ofd"), "--ofd")
    assert (tmp_path / "n.ofd").read_bytes().startswith(b"PK")
    assert "续期 0 份" in typed("notices", "extend")
    assert number in typed("notices", "gaps", "--all")
    assert "1 份" in typed("notices", "check", "--whole")
    assert "日志" in typed("seal", "accept-journal", "--reason", "restored")


@pytest.mark.parametrize(
    "words",
    [("seal",), ("seal", "grant", "-", "shen", "--kinds", "nonsense"), ("seal", "grant", "-", "x", "--until", "soon")],
)
def test_what_makes_no_sense_is_told(typed: Any, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        typed(*words)
    assert capsys.readouterr().err


def test_an_unknown_seal_is_a_sentence(typed: Any) -> None:
    with pytest.raises(SignerError, match="ghost"):
        typed("seal", "suspend", "ghost", "--reason", "x")
