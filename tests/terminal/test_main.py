"""The program's outermost edge: a sentence and an exit code, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from signaling.protocol.enrolment import DeviceFile
from terminal.__main__ import main, simulate
from terminal.settings import read_settings
from terminal.simulator import StoryStopped

pytestmark = pytest.mark.slow


def test_a_missing_device_file_is_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "CLOUD_WINDOW_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "terminal", "--simulate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "没有找到设备文件" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_ends_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "--device" in capsys.readouterr().out


async def test_a_hall_that_is_not_there_stops_the_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = DeviceFile("T-01", "x", "ws://127.0.0.1:9/hall", bytes(range(32)), "PEM")
    (tmp_path / "d.json").write_bytes(msgspec.json.encode(device))
    start = read_settings(["--device", str(tmp_path / "d.json"), "--simulate"], {})
    with pytest.raises(StoryStopped) as stopped:
        await simulate(start, lambda line: None, deadline_s=0.3)
    assert stopped.value.step == "connect"
