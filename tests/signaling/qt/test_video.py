"""The newest picture is on the screen, in its shape and colours; text where there is none."""

import threading

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from signaling.peer.picture import Picture
from signaling.qt.video import GROUND, VideoView


def plain(width: int, height: int, colour: tuple[int, int, int]) -> Picture:
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[:] = (colour[2], colour[1], colour[0], 255)
    return Picture(width, height, memoryview(pixels.tobytes()))


@pytest.fixture
def view(qtbot: QtBot, qapp: object) -> VideoView:
    made = VideoView("等待接通…")
    made.resize(400, 300)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def shot(view: VideoView) -> QImage:
    return view.grab().toImage()


def near(one: QColor, other: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip((one.red(), one.green(), one.blue()), other, strict=True)) <= 3


def test_a_picture_fills_the_view_in_its_colours(view: VideoView, qtbot: QtBot) -> None:
    view.show_picture(plain(640, 480, (200, 40, 10)))
    qtbot.waitUntil(lambda: view.painted > 0)
    image = shot(view)
    assert near(image.pixelColor(200, 150), (200, 40, 10))
    assert near(image.pixelColor(2, 150), (200, 40, 10))
    assert not near(image.pixelColor(0, 0), (200, 40, 10)), "rounded corner"


@pytest.mark.parametrize(("width", "height", "bar"), [(640, 160, (200, 20)), (160, 480, (20, 150))])
def test_other_shapes_are_letterboxed(
    view: VideoView, qtbot: QtBot, width: int, height: int, bar: tuple[int, int]
) -> None:
    view.show_picture(plain(width, height, (20, 180, 60)))
    qtbot.waitUntil(lambda: view.painted > 0)
    image = shot(view)
    assert near(image.pixelColor(200, 150), (20, 180, 60))
    assert near(image.pixelColor(*bar), (GROUND.red(), GROUND.green(), GROUND.blue()))


def test_pictures_from_another_thread_replace_each_other(view: VideoView, qtbot: QtBot) -> None:
    def flood() -> None:
        for level in range(200):
            view.show_picture(plain(64, 48, (level, level, level)))

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: view.painted > 0)
    qtbot.waitUntil(lambda: near(shot(view).pixelColor(200, 150), (199, 199, 199)))
    assert view.painted < 20, "old pictures are not painted one after the other"


def test_at_rest_the_picture_is_painted_once_more(view: VideoView, qtbot: QtBot) -> None:
    view.show_picture(plain(64, 48, (90, 90, 90)))
    qtbot.waitUntil(lambda: view.painted == 1)
    qtbot.waitUntil(lambda: view.painted == 2, timeout=5000)


def test_clear_shows_the_text_and_tells_it_to_screen_readers(view: VideoView, qtbot: QtBot) -> None:
    view.show_picture(plain(64, 48, (200, 200, 200)))
    qtbot.waitUntil(lambda: view.painted > 0)
    assert view.accessibleDescription() == ""
    view.clear("通话已结束")
    image = shot(view)
    assert near(image.pixelColor(30, 30), (GROUND.red(), GROUND.green(), GROUND.blue()))
    middle = [image.pixelColor(x, 150).lightness() for x in range(100, 300)]
    assert max(middle) > GROUND.lightness() + 60, "the text is visible"
    assert (view.accessibleName(), view.accessibleDescription()) == ("视频画面", "通话已结束")


def test_a_picture_that_comes_after_clear_is_shown_again(view: VideoView, qtbot: QtBot) -> None:
    view.clear("重新连接中…")
    view.show_picture(plain(64, 48, (200, 200, 200)))
    qtbot.waitUntil(lambda: near(shot(view).pixelColor(200, 150), (200, 200, 200)))
