"""Camera and microphone through the real readers, fed from files; nothing here needs a device."""

import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from signaling.peer.devices import CAMERA_LOST, DeviceSources, has_camera
from signaling.peer.tracks import SAMPLE_RATE, SAMPLES, SILENCE, still

pytestmark = pytest.mark.slow


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 15
    waiting = threading.Event()
    while not condition():
        assert time.monotonic() < end, what
        waiting.wait(0.01)


@pytest.fixture
def pictures(tmp_path: Path) -> str:
    """Ten grey pictures, lighter and lighter, as a numbered series."""
    for number in range(10):
        cv2.imwrite(str(tmp_path / f"shot_{number:03d}.png"), np.full((240, 322, 3), 40 + 15 * number, np.uint8))
    return str(tmp_path / "shot_%03d.png")


@pytest.fixture
def tone(tmp_path: Path) -> str:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.sin(np.arange(32_000) * 0.2) * 8000).astype(np.int16).tobytes())
    return str(path)


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    yield
    assert [one.name for one in threading.enumerate() if one.name in ("camera", "microphone")] == []


def test_a_camera_shows_its_newest_picture_and_its_end(pictures: str) -> None:
    events: list[bool] = []
    sources = DeviceSources(pictures, None, events.append)
    starting = sources.picture()
    assert not np.array_equal(starting, still(CAMERA_LOST))
    sources.open()
    try:
        until(lambda: sources.picture().shape == (360, 322), "a picture of the camera's own size")
        until(lambda: bool(events), "the report")
        assert events[0] is True
        until(lambda: events[-1] is False, "the end of the series")
        assert np.array_equal(sources.picture(), still(CAMERA_LOST))
        until(lambda: events[-1] is True, "tried again by itself")
    finally:
        sources.close()


def test_a_camera_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    events: list[bool] = []
    sources = DeviceSources(str(tmp_path / "none_%03d.png"), None, events.append)
    sources.open()
    try:
        until(lambda: events == [False], "the report")
        assert np.array_equal(sources.picture(), still(CAMERA_LOST))
    finally:
        sources.close()


def test_whether_there_is_a_camera_can_be_asked(
    pictures: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert has_camera(pictures)
    assert not has_camera(str(tmp_path / "none_%03d.png"))
    capfd.readouterr()
    assert not has_camera(97)
    assert capfd.readouterr().err == ""


def test_two_legs_share_the_devices(pictures: str) -> None:
    sources = DeviceSources(pictures, None)
    sources.open()
    sources.open()
    sources.close()
    until(lambda: sources.picture().shape == (360, 322), "still capturing for the other leg")
    sources.close()


def test_big_and_odd_pictures_are_made_even_and_small(tmp_path: Path) -> None:
    for number in range(20):
        cv2.imwrite(str(tmp_path / f"big_{number:03d}.png"), np.full((1081, 1923, 3), 90, np.uint8))
    sources = DeviceSources(str(tmp_path / "big_%03d.png"), None)
    sources.open()
    try:
        until(lambda: sources.picture().shape == (718 * 3 // 2, 1280), "at most 1280 wide")
    finally:
        sources.close()


def test_sound_is_heard_by_each_listener_and_silence_where_there_is_none(tone: str, tmp_path: Path) -> None:
    sources = DeviceSources(str(tmp_path / "none_%03d.png"), tone)
    first, second = sources.listener(), sources.listener()
    assert first() == SILENCE
    sources.open()
    try:
        until(lambda: sources.has_microphone and any(first()), "sound")
        until(lambda: any(second()), "sound for the second listener too")
        assert len(first()) == 2 * SAMPLES
    finally:
        sources.close()


def test_a_listener_that_was_away_goes_on_near_the_newest(tone: str, tmp_path: Path) -> None:
    sources = DeviceSources(str(tmp_path / "none_%03d.png"), tone)
    listen = sources.listener()
    sources.open()
    try:
        end = time.monotonic() + 0.6
        until(lambda: time.monotonic() > end, "time passes")
        blocks = [listen() for _ in range(10)]
        heard = sum(any(block) for block in blocks)
        assert 1 <= heard <= 4, f"not {heard * SAMPLES / SAMPLE_RATE} s of old sound"
    finally:
        sources.close()


def test_without_a_microphone_there_is_silence_and_it_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sources = DeviceSources(str(tmp_path / "none_%03d.png"), str(tmp_path / "missing.wav"))
    sources.open()
    try:
        until(lambda: "no sound from the microphone" in caplog.text, "the log line")
        assert not sources.has_microphone
        assert sources.listener()() == SILENCE
    finally:
        sources.close()
    assert DeviceSources("x", None).listener()() == SILENCE
