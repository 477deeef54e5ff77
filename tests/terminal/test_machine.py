"""A machine is built from settings without touching network or devices."""

from pathlib import Path

import pytest

from signaling.peer.devices import DeviceSources
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.enrolment import DeviceFile
from terminal.devices import FolderCamera, UsbCamera
from terminal.machine import build_booth, call_sources, document_camera
from terminal.settings import Settings
from terminal.simulated import DrawnSheetCamera


@pytest.mark.parametrize(("wanted", "kind"), [("", DrawnSheetCamera), ("2", UsbCamera), ("/shots", FolderCamera)])
def test_the_document_camera(wanted: str, kind: type) -> None:
    assert isinstance(document_camera(wanted), kind)


def settings(tmp_path: Path, call_camera: str = "") -> Settings:
    device = DeviceFile("T-01", "新华东街", "ws://127.0.0.1:1/hall", bytes(32), "PEM")
    return Settings(device=device, url=device.url, out=tmp_path, call_camera=call_camera)


def test_the_call_camera(tmp_path: Path) -> None:
    assert isinstance(call_sources(settings(tmp_path)), SyntheticSources)
    assert isinstance(call_sources(settings(tmp_path, "0")), DeviceSources)


async def test_a_booth_starts_at_the_welcome_screen(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    booth = build_booth(chosen, call_sources(chosen), lambda job: job(), lambda job: job())
    assert (booth.session.step, booth.session.connection.state) == ("welcome", "connecting")
