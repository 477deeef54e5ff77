"""The slip on the screen: token in groups, a code that a camera reads, nothing left afterwards."""

from typing import Any

import cv2
import numpy as np
from PyQt6.QtGui import QImage

from terminal.effects import PrintSlip
from terminal.qt.slip import SlipPanel


def test_the_code_on_the_screen_can_be_read(play: Any, show: Any, clipped: Any) -> None:
    panel = show(SlipPanel(play.left().session))
    assert (panel.number.text(), panel.token.text()) == ("A001", "7K2M9 QX4TC")
    assert clipped(panel) == []
    image = panel.code.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.bits()
    bits.setsize(image.sizeInBytes())
    rows = np.frombuffer(bytes(bits), np.uint8).reshape(image.height(), image.bytesPerLine())
    picture = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == play.case.token


def test_printing_and_the_end(play: Any, show: Any) -> None:
    panel = show(SlipPanel(play.left().session))
    panel.print.click()
    assert len(play.of(PrintSlip)) == 1
    assert not panel.print.isEnabled()
    play.session.line.slip_failed("slip_failed")
    assert "凭证码" in panel.print_state.text()
    panel.print.click()
    play.session.line.slip_printed("")
    assert "已打印" in panel.print_state.text()
    panel.finish.click()
    assert play.session.step == "welcome"
    assert (panel.token.text(), panel.code.text) == ("", ""), "nobody's data on the screen"
