"""The look: our font is there with its rare characters, text is readable on its ground, sizes follow the base."""

import re

import pytest
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QRawFont
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from signaling.qt import look


def _luminance(colour: str) -> float:
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def dressed(qtbot: QtBot, base_px: int) -> QWidget:
    """A window in the look; the application itself is left alone, every other test's windows hang on it."""
    window = QWidget()
    qtbot.addWidget(window)
    font = QFont(look.FAMILY)
    font.setPixelSize(base_px)
    window.setFont(font)
    window.setStyleSheet(look.style_sheet(base_px))
    return window


def test_the_font_has_rare_name_characters(qapp: QApplication) -> None:
    look.load_fonts()
    font = QRawFont.fromFont(QFont(look.FAMILY))
    assert QFont(look.FAMILY).exactMatch() or look.FAMILY in font.familyName()
    assert all(font.supportsCharacter(ord(character)) for character in "受理通知书𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧")


@pytest.mark.slow
def test_the_look_is_applied_to_a_program(qapp: QApplication) -> None:
    before = qapp.styleSheet(), qapp.font(), qapp.palette()
    look.apply_look(qapp, 20)
    assert qapp.font().pixelSize() == 20
    assert qapp.palette().color(qapp.palette().ColorRole.Window).name() == look.GROUND
    qapp.setStyleSheet(before[0])
    qapp.setFont(before[1])
    qapp.setPalette(before[2])


def test_every_text_is_readable_on_its_ground() -> None:
    pairs = [(look.TEXT, look.PAPER), (look.TEXT, look.GROUND), (look.MUTED, look.GROUND), (look.PRIMARY, look.PAPER)]
    pairs += [(look.PAPER, look.PRIMARY), (look.DANGER, look.PAPER), (look.GOOD, look.PAPER), (look.AMBER, look.PAPER)]
    pairs += re.findall(r"state=\"\w+\"\] \{ background: (#\w+); color: (#\w+)", look.style_sheet(14))
    assert len(pairs) == 8 + 5
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_sizes_follow_the_base(qtbot: QtBot) -> None:
    heights = []
    for base in (14, 28):
        window = dressed(qtbot, base)
        button, label = QPushButton("受理并盖章", window), QLabel("受理并盖章", window)
        button.ensurePolished()
        assert button.sizeHint().width() > QFontMetrics(label.font()).horizontalAdvance("受理并盖章")
        heights.append(button.sizeHint().height())
    assert heights[1] >= 60 > heights[0] >= 30


def test_a_chip_changes_with_its_state(qtbot: QtBot) -> None:
    window = dressed(qtbot, 14)
    chip = QLabel("就绪", window)
    grounds = []
    for state in ("good", "bad"):
        chip.setProperty("state", state)
        look.restyle(chip)
        chip.resize(chip.sizeHint())
        grounds.append(chip.grab().toImage().pixelColor(chip.width() // 2, 2).name())
    assert grounds == ["#dafbe1", "#ffe3e1"]
