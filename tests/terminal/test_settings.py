"""Where the device file comes from, and a sentence for each way it can be wrong."""

from pathlib import Path

import msgspec
import pytest

from signaling.protocol.enrolment import DeviceFile
from terminal.settings import BIG_PX, HOME, SettingsWrong, read_settings

DEVICE = DeviceFile("T-01", "新华东街自助点", "ws://127.0.0.1:8787/hall", bytes(32), "PEM")


def write(path: Path, device: DeviceFile = DEVICE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(device))
    return path


def test_the_file_of_the_server_on_the_same_machine(tmp_path: Path) -> None:
    write(tmp_path / "hall" / "devices" / "T-01.json")
    start = read_settings([], {HOME: str(tmp_path)})
    assert (start.settings.device, start.settings.url, start.is_simulated) == (DEVICE, DEVICE.url, False)
    assert start.settings.out == tmp_path / "terminal" / "prints"
    assert not start.settings.keeps_prints, "nobody named a folder to keep them in"
    assert start.settings.files is None


def test_options_win(tmp_path: Path) -> None:
    path = write(tmp_path / "d.json")
    options = ["--device", str(path), "--url", "wss://hall/hall", "--out", str(tmp_path / "o"), "--big", "--fullscreen"]
    start = read_settings([*options, "--simulate", "--item", "X", "--camera", "1", "--files", "/srv/f"], {})
    settings = start.settings
    assert (settings.url, settings.out, settings.base_px) == ("wss://hall/hall", tmp_path / "o", BIG_PX)
    assert (settings.is_fullscreen, settings.camera, settings.files) == (True, "1", Path("/srv/f"))
    assert settings.keeps_prints
    assert (start.is_simulated, start.item_code) == (True, "X")


def test_without_a_device_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="hall server"):
        read_settings([], {HOME: str(tmp_path)})
    with pytest.raises(SettingsWrong, match=r"没有找到设备文件 x\.json"):
        read_settings(["--device", str(tmp_path / "x.json")], {})


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"terminal_id": 3}'])
def test_a_damaged_device_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d.json").write_bytes(content)
    with pytest.raises(SettingsWrong, match="内容有误"):
        read_settings(["--device", str(tmp_path / "d.json")], {})


def test_a_folder_instead_of_a_file_and_a_short_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="无法读取"):
        read_settings(["--device", str(tmp_path)], {})
    path = write(tmp_path / "d.json", msgspec.structs.replace(DEVICE, private_key=b"short"))
    with pytest.raises(SettingsWrong, match="密钥"):
        read_settings(["--device", str(path)], {})


def test_an_address_must_be_a_websocket(tmp_path: Path) -> None:
    path = write(tmp_path / "d.json")
    with pytest.raises(SettingsWrong, match="ws://"):
        read_settings(["--device", str(path), "--url", "http://hall"], {})
