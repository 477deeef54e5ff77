"""The caller who does not exist moves, can be told apart and makes a steady tone."""

import time
from datetime import datetime

import numpy as np
import pytest

from signaling.peer.synthetic import STRIP, TONE_HZ, SyntheticSources
from signaling.peer.tracks import HEIGHT, SAMPLE_RATE, SAMPLES, WIDTH
from signaling.protocol.values import OFFICIAL_TIME


def test_the_picture_is_i420_and_moves() -> None:
    sources = SyntheticSources("自助终端 T-01")
    sources.open()
    first = sources.picture()
    end = time.monotonic() + 5
    while np.array_equal(first[: HEIGHT - STRIP], sources.picture()[: HEIGHT - STRIP]):
        assert time.monotonic() < end, "the figure stands still"
    later = sources.picture()
    sources.close()
    assert first.shape == later.shape == (HEIGHT * 3 // 2, WIDTH)
    assert first.dtype == np.uint8
    still_there = np.abs(first[:60].astype(int) - later[:60].astype(int)).max()
    assert still_there == 0, "the background does not move"
    assert first[HEIGHT // 3 : HEIGHT // 2, WIDTH // 2].mean() > first[5, WIDTH // 2] + 40, "a light figure"


def test_the_clock_keeps_official_time_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        sources = SyntheticSources("甲")
        end = time.monotonic() + 5
        hours = slice(WIDTH - 20 - 12 * 10, WIDTH - 20 - 12 * 5)  # "HH:MM" of "HH:MM:SS.t"
        strip = slice(HEIGHT - STRIP, HEIGHT)
        while True:
            before = datetime.now(OFFICIAL_TIME)
            with_clock = sources.picture()
            if datetime.now(OFFICIAL_TIME).minute == before.minute:
                break
            assert time.monotonic() < end
        expected = np.zeros_like(with_clock)
        sources._write(expected, f"{before:%H:%M:%S}.0")
        assert np.array_equal(with_clock[strip, hours][16:40], expected[strip, hours][16:40])
    finally:
        monkeypatch.undo()
        time.tzset()


def test_label_and_hue_tell_two_callers_apart() -> None:
    one, other, green = SyntheticSources("甲"), SyntheticSources("乙"), SyntheticSources("甲", hue=0.35)
    strip = slice(HEIGHT - STRIP, HEIGHT)
    assert not np.array_equal(one.picture()[strip, : WIDTH // 2], other.picture()[strip, : WIDTH // 2])
    assert np.array_equal(one.picture()[strip, : WIDTH // 2], green.picture()[strip, : WIDTH // 2])
    assert not np.array_equal(one.picture()[HEIGHT:], green.picture()[HEIGHT:])


def test_a_long_label_leaves_the_clock_alone() -> None:
    short, long = SyntheticSources("甲"), SyntheticSources("政务服务大厅一层自助区" * 3)
    strip = slice(HEIGHT - STRIP, HEIGHT)
    assert np.array_equal(short.picture()[strip, WIDTH - 20 :], long.picture()[strip, WIDTH - 20 :])
    assert np.array_equal(
        short.picture()[strip, WIDTH - 165 : WIDTH - 145], long.picture()[strip, WIDTH - 165 : WIDTH - 145]
    )


def test_the_tone_goes_on_from_block_to_block() -> None:
    listen = SyntheticSources("甲").listener()
    blocks = [listen() for _ in range(60)]
    assert {len(block) for block in blocks} == {2 * SAMPLES}
    wave = np.frombuffer(b"".join(blocks), np.int16).astype(float)
    spectrum = np.abs(np.fft.rfft(wave))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(wave) == pytest.approx(TONE_HZ, abs=1)
    assert np.abs(np.diff(wave)).max() < 120, "no click"
