"""The look: our font is there with its rare characters, text is readable on its ground, sizes follow the base."""

import re

from PyQt6.QtGui import QColor, QFont, QFontMetrics, QRawFont
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from signaling.qt import look


def _luminance(colour: str) -> float:
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_font_has_rare_name_characters(qapp: QApplication) -> None:
    look.apply_look(qapp)
    font = QRawFont.fromFont(QFont(look.FAMILY))
    assert QFont(look.FAMILY).exactMatch() or look.FAMILY in font.familyName()
    assert all(font.supportsCharacter(ord(character)) for character in "受理通知书𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧")


def test_every_text_is_readable_on_its_ground() -> None:
    pairs = [(look.TEXT, look.PAPER), (look.TEXT, look.GROUND), (look.MUTED, look.GROUND), (look.PRIMARY, look.PAPER)]
    pairs += [(look.PAPER, look.PRIMARY), (look.DANGER, look.PAPER), (look.GOOD, look.PAPER), (look.AMBER, look.PAPER)]
    pairs += re.findall(r"state=\"\w+\"\] \{ background: (#\w+); color: (#\w+)", look.style_sheet(14))
    assert len(pairs) == 8 + 5
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_sizes_follow_the_base(qapp: QApplication, qtbot: QtBot) -> None:
    heights = []
    for base in (14, 28):
        look.apply_look(qapp, base)
        button, label = QPushButton("受理并盖章"), QLabel("受理并盖章")
        qtbot.addWidget(button)
        qtbot.addWidget(label)
        assert button.sizeHint().width() > QFontMetrics(label.font()).horizontalAdvance("受理并盖章")
        heights.append(button.sizeHint().height())
    look.apply_look(qapp)
    assert heights[1] >= 60 > heights[0] >= 30


def test_a_chip_changes_with_its_state(qapp: QApplication, qtbot: QtBot) -> None:
    look.apply_look(qapp)
    chip = QLabel("就绪")
    qtbot.addWidget(chip)
    grounds = []
    for state in ("good", "bad"):
        chip.setProperty("state", state)
        look.restyle(chip)
        chip.resize(chip.sizeHint())
        grounds.append(chip.grab().toImage().pixelColor(chip.width() // 2, 2).name())
    assert grounds == ["#dafbe1", "#ffe3e1"]
