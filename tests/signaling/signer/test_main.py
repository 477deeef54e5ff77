"""The process itself: killed at any moment one file a notice, never two, gone with its parent, ids in its log."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.signer.__main__ import hall_clock, main, only_signer
from signaling.signer.entries import SealUsed
from signaling.signer.errors import SignerBusy
from signaling.signer.requests import Answer, Request, Sealed, frame, socket_address
from signaling.signer.store import SigningStore

OFFICE = ["--organisation", "北京市通州区政务服务管理局", "--place", "大厅", "--office-phone", "1"]
OFFICE += ["--complaint-phone", "2", "--query-way", "x", "--check-address", "https://hall.example/N"]
_answers = msgspec.msgpack.Decoder(Answer)


def ask(path: Path, request: Request) -> Answer:
    """Over the socket as the server does, but waiting. Raises OSError when the process dies meanwhile."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        with socket_address(path) as address:
            line.connect(address)
        line.sendall(frame(request))
        with line.makefile("rb") as stream:
            head = stream.read(4)
            body = stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    if len(head) < 4 or len(body) < int.from_bytes(head, "big"):
        raise ConnectionResetError
    return _answers.decode(body)


@contextlib.contextmanager
def started(data: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "signaling.signer", "--child", "--data", str(data), *OFFICE]
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", log.read_text()
        yield process
        process.kill()


@pytest.mark.slow
def test_killed_at_any_moment_there_is_one_file_a_notice(hall: Any, tmp_path: Path) -> None:
    path, log = hall.folder / "signing" / "signer.sock", tmp_path / "log"
    requests = []
    for number in range(1, 19):
        hall.submit(number)
        requests.append(hall.accept(number))
    answered: dict[str, Sealed] = {}
    for after_s in (0.05, 0.3, 60.0):
        with started(hall.folder, log) as process:
            for request in requests:
                if request.notice_id in answered:
                    assert ask(path, request) == answered[request.notice_id]
            deadline = time.monotonic() + after_s
            for request in requests:
                if request.notice_id in answered:
                    continue
                if time.monotonic() > deadline:
                    with socket.socket(socket.AF_UNIX) as line:
                        line.connect(str(path))
                        line.sendall(frame(request))
                        process.kill()
                    break
                answer = ask(path, request)
                assert isinstance(answer, Sealed), answer
                answered[request.notice_id] = answer
    assert len(answered) == len(requests)
    with contextlib.closing(SigningStore(hall.folder / "signing")) as store:
        uses = [one.entry.notice_id for one in store.log() if isinstance(one.entry, SealUsed)]
        assert sorted(uses) == sorted(answered)
        assert len(list(store.notices())) == len(requests)
        store.check_log()
    assert "龚" not in log.read_text()
    assert "京通政务" not in log.read_text()


@pytest.mark.slow
def test_it_ends_with_its_parent_and_there_is_only_one(hall: Any, tmp_path: Path) -> None:
    with started(hall.folder, tmp_path / "log") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    assert not (hall.folder / "signing" / "signer.sock").exists()


def test_a_second_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.signer.__main__._LOCK_WAIT_S", 0.1)
    with only_signer(tmp_path), pytest.raises(SignerBusy), only_signer(tmp_path):
        raise AssertionError("both run")
    with only_signer(tmp_path):
        pass


def test_seals_of_another_organisation_are_told(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(tmp_path), "--signing", str(installed), *OFFICE]
    options[options.index("北京市通州区政务服务管理局")] = "另一个政务服务局"
    assert main(options) == 1
    assert "另一个政务服务局" in capsys.readouterr().out


def test_the_hall_time_may_be_simulated(tmp_path: Path) -> None:
    ahead = tmp_path / "ahead"
    now = hall_clock(ahead)
    ahead.write_text("86400")
    assert now() - hall_clock(None)() > timedelta(hours=23)
    ahead.write_text("nonsense")
    assert abs(now() - hall_clock(None)()) < timedelta(minutes=1)
