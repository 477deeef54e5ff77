"""The two sending tracks: pace, time stamps, muting, ending."""

import asyncio
import itertools
import time
from fractions import Fraction

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import FRAME_RATE, HEIGHT, SAMPLES, WIDTH, PictureTrack, SoundTrack, font, still

pytestmark = pytest.mark.slow


async def test_pictures_come_at_the_frame_rate_with_true_times() -> None:
    track = PictureTrack(SyntheticSources("甲"))
    start = time.monotonic()
    frames = [await track.recv() for _ in range(6)]
    assert time.monotonic() - start >= 5 / FRAME_RATE
    steps = [later.pts - earlier.pts for earlier, later in itertools.pairwise(frames)]
    assert all(step >= 3000 for step in steps)
    assert (frames[0].width, frames[0].height, frames[0].format.name) == (WIDTH, HEIGHT, "yuv420p")
    assert frames[0].time_base == Fraction(1, 90_000)


async def test_missed_ticks_are_skipped() -> None:
    track = PictureTrack(SyntheticSources("甲"))
    await track.recv()
    await asyncio.sleep(0.3)
    before = time.monotonic()
    await track.recv()
    await track.recv()
    assert time.monotonic() - before > 0.03, "no burst to catch up"


async def test_a_muted_picture_is_the_still() -> None:
    track = PictureTrack(SyntheticSources("甲"))
    track.is_muted = True
    shown = (await track.recv()).to_ndarray()
    assert np.array_equal(shown, still("摄像头已关闭"))
    assert shown[:HEIGHT].mean() < 60


async def test_sound_keeps_real_time_and_is_silent_when_muted() -> None:
    track = SoundTrack(SyntheticSources("甲"))
    start = time.monotonic()
    frames = [await track.recv() for _ in range(5)]
    assert time.monotonic() - start >= 0.079
    assert [frame.pts for frame in frames] == [SAMPLES * number for number in range(5)]
    assert any(bytes(frames[0].planes[0]))
    track.is_muted = True
    assert not any(bytes((await track.recv()).planes[0]))


async def test_after_a_stall_the_lost_sound_is_skipped() -> None:
    track = SoundTrack(SyntheticSources("甲"))
    first = await track.recv()
    await asyncio.sleep(0.5)
    second = await track.recv()
    assert second.pts - first.pts > 15 * SAMPLES


@pytest.mark.parametrize("kind", [PictureTrack, SoundTrack])
async def test_a_stopped_track_gives_nothing(kind: type[PictureTrack] | type[SoundTrack]) -> None:
    track = kind(SyntheticSources("甲"))
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


def test_stills_show_chinese_from_the_packaged_font() -> None:
    assert not np.array_equal(still("摄像头已断开"), still("摄像头已关闭"))
    assert font(20).getmask("云").getbbox() != font(20).getmask("窗").getbbox()
