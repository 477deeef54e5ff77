"""Decoded frames as bytes to paint."""

import numpy as np
import pytest
from av import VideoFrame

from signaling.peer.picture import picture_from, preview_of
from signaling.peer.tracks import CAMERA_OFF, still


@pytest.mark.parametrize(("width", "height"), [(640, 480), (322, 242), (34, 18), (1280, 720)])
def test_the_bytes_are_bgra_rows_without_padding(width: int, height: int) -> None:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2] = (255, 0, 0)
    rgb[:, width // 2 :] = (0, 0, 255)
    made = picture_from(VideoFrame.from_ndarray(rgb, format="rgb24"))
    assert (made.width, made.height, len(made.bgra)) == (width, height, 4 * width * height)
    pixels = np.frombuffer(made.bgra, np.uint8).reshape(height, width, 4)
    assert pixels[0, 0].tolist() == pixels[-1, width // 2 - 1].tolist() == [0, 0, 255, 255]
    assert pixels[0, -1].tolist() == pixels[-1, width // 2].tolist() == [255, 0, 0, 255]


def test_a_picture_outlives_its_frame() -> None:
    pictures = [
        picture_from(VideoFrame.from_ndarray(np.full((48, 64, 3), n, np.uint8), format="rgb24")) for n in range(50)
    ]
    assert [one.bgra[0] for one in pictures] == list(range(50))


def test_ones_own_picture_can_be_previewed() -> None:
    made = preview_of(still(CAMERA_OFF))
    assert (made.width, made.height, len(made.bgra)) == (640, 480, 4 * 640 * 480)
    blue, green, red, alpha = made.bgra[:4].tolist()
    assert (red, green, blue, alpha) == (
        pytest.approx(27, abs=4),
        pytest.approx(34, abs=4),
        pytest.approx(43, abs=4),
        255,
    )
