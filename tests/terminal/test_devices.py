"""Real devices and what happens when they are missing, vanish or refuse."""

import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
from PIL import Image

from terminal.devices import CameraScanner, CupsPrinter, DeviceError, FolderCamera, PrintToFile, UsbCamera, find_printer


def code_of(error: pytest.ExceptionInfo[DeviceError]) -> str:
    return error.value.code


def test_a_folder_gives_its_pictures_in_order_over_and_over(tmp_path: Path) -> None:
    for name, grey in (("b.png", 200), ("a.jpg", 10)):
        cv2.imwrite(str(tmp_path / name), np.full((20, 30, 3), grey, np.uint8))
    camera = FolderCamera(tmp_path)
    assert [int(camera.shoot().mean()) for _ in range(3)] == [10, 200, 10]


def test_a_camera_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as error:
        FolderCamera(tmp_path / "gone").shoot()
    assert code_of(error) == "camera_missing"
    with pytest.raises(DeviceError) as error:
        UsbCamera(str(tmp_path / "no-device")).shoot()
    assert code_of(error) == "camera_missing"


@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_a_camera_without_a_picture(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DeviceError) as error:
        FolderCamera(tmp_path).shoot()
    assert code_of(error) == "camera_lost"
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(DeviceError) as error:
        FolderCamera(tmp_path).shoot()
    assert code_of(error) == "camera_lost"


def test_a_camera_is_read_through_opencv(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"shot_{number}.png"), np.full((48, 64, 3), 120, np.uint8))
    picture = UsbCamera(str(tmp_path / "shot_%d.png")).shoot()
    assert picture.shape == (48, 64, 3)


def test_printing_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "notice").write_bytes(b"%PDF-1.7")
    printer = PrintToFile(tmp_path / "out")
    assert printer.print(tmp_path / "notice", "京通政务受〔2026〕000123号") == "京通政务受〔2026〕000123号.pdf"
    assert (tmp_path / "out" / "京通政务受〔2026〕000123号.pdf").read_bytes() == b"%PDF-1.7"


@pytest.mark.parametrize("is_kept", [True, False])
def test_prints_stay_only_where_they_are_to_be_kept(tmp_path: Path, is_kept: bool) -> None:
    (tmp_path / "notice").write_bytes(b"%PDF-1.7")
    (tmp_path / "strange.pdf").write_bytes(b"%PDF-1.7")
    printer = PrintToFile(tmp_path, is_kept=is_kept)
    assert not printer.is_paper
    name = printer.print(tmp_path / "notice", "n")
    printer.forget()
    printer.forget()
    assert (tmp_path / name).exists() == is_kept
    assert (tmp_path / "strange.pdf").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "notice").write_bytes(b"%PDF-1.7")
    (tmp_path / "out").write_bytes(b"a file, not a folder")
    with pytest.raises(DeviceError) as error:
        PrintToFile(tmp_path / "out").print(tmp_path / "notice", "x")
    assert code_of(error) == "printer_folder"


@pytest.fixture
def command(tmp_path: Path) -> Path:
    path = tmp_path / "lp"
    path.write_text('#!/bin/sh\n[ -f "$8" ] && echo "request id is hall-17"\n')
    path.chmod(0o755)
    return path


def test_lp_gets_the_document(tmp_path: Path, command: Path) -> None:
    (tmp_path / "n.pdf").write_bytes(b"%PDF-1.7")
    assert CupsPrinter(str(command)).print(tmp_path / "n.pdf", "title") == "request id is hall-17"
    with pytest.raises(DeviceError) as error:
        CupsPrinter(str(command)).print(tmp_path / "gone.pdf", "title")
    assert code_of(error) == "printer_failed"
    with pytest.raises(DeviceError) as error:
        CupsPrinter(str(tmp_path / "no-lp")).print(tmp_path / "n.pdf", "title")
    assert code_of(error) == "printer_failed"


def test_a_default_printer_is_found(tmp_path: Path, command: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    stat = tmp_path / "lpstat"
    stat.write_text('#!/bin/sh\necho "system default destination: hall"\n')
    stat.chmod(0o755)
    found = find_printer(tmp_path, keeps_prints=True)
    assert isinstance(found, CupsPrinter)
    assert found.is_paper
    stat.write_text('#!/bin/sh\necho "no system default destination"\n')
    assert isinstance(find_printer(tmp_path, keeps_prints=True), PrintToFile)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert isinstance(find_printer(tmp_path, keeps_prints=True), PrintToFile)


def qr_picture(text: str) -> np.ndarray:
    drawn = io.BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="png", scale=8, border=4)
    code = np.asarray(Image.open(drawn).convert("RGB"))
    desk = np.full((1200, 1600, 3), 80, np.uint8)
    desk[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code
    return desk


class Sheets:
    """A document camera with these pictures, the last one again and again."""

    def __init__(self, *pictures: np.ndarray) -> None:
        self._pictures = list(pictures)

    def shoot(self) -> np.ndarray:
        return self._pictures.pop(0) if len(self._pictures) > 1 else self._pictures[0]


def test_the_document_camera_reads_a_slips_code() -> None:
    empty = np.full((1200, 1600, 3), 80, np.uint8)
    assert CameraScanner(Sheets(empty, qr_picture("7K2M9QX4TC")), pause_s=0.0).read() == "7K2M9QX4TC"


def test_no_code_under_the_camera() -> None:
    scanner = CameraScanner(Sheets(np.full((1200, 1600, 3), 80, np.uint8)), deadline_s=0.0)
    with pytest.raises(DeviceError) as problem:
        scanner.read()
    assert problem.value.code == "code_unreadable"
