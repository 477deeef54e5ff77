"""Small text widgets: hostile text stays text, long text is shortened, not cut."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QScrollArea, QWidget

from reviewer.qt.labels import ElidedLabel, button, card, chip, label, let_through, set_chip


def test_text_from_outside_is_never_rich_text(qtbot):
    shown = label("<b>张</b><img src='file:///etc/passwd'>")
    qtbot.addWidget(shown)
    assert shown.textFormat() == Qt.TextFormat.PlainText


def test_a_chip_changes_word_and_colour(qtbot):
    shown = chip("在线", "good")
    qtbot.addWidget(shown)
    shown.show()
    before = shown.grab().toImage()
    set_chip(shown, "在线", "bad")
    assert shown.grab().toImage() != before


def test_long_text_is_shortened_and_whole_in_the_tooltip(qtbot):
    text = "城市副中心政务大厅 2 层东侧自助服务区第 3 号小屋"
    shown = ElidedLabel(text, "heading")
    qtbot.addWidget(shown)
    shown.resize(80, 24)
    narrow = shown.grab().toImage()
    assert (shown.text(), shown.toolTip(), shown.accessibleName()) == (text, text, text)
    assert shown.minimumSizeHint().width() < shown.sizeHint().width()
    shown.setText("短")
    assert shown.grab().toImage() != narrow


def test_buttons_and_cards_carry_their_roles(qtbot):
    made = button("受理", "primary", "受理并盖章")
    qtbot.addWidget(made)
    assert (made.property("role"), made.toolTip(), made.accessibleDescription()) == (
        "primary", "受理并盖章", "受理并盖章",
    )  # fmt: skip
    assert card().property("card") == "true"


def test_a_scroll_area_lets_the_card_through(qtbot):
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(QWidget())
    let_through(area)
    assert not area.viewport().autoFillBackground()
    assert not area.widget().autoFillBackground()
