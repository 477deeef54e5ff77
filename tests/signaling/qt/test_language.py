"""Qt's own buttons speak Chinese once the translation is installed."""

from PyQt6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from signaling.qt.language import speak_chinese

OK, CANCEL = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel


def words(qtbot: QtBot) -> list[str]:
    """Texts of a standard box made now."""
    box = QDialogButtonBox(OK | CANCEL)
    qtbot.addWidget(box)
    return [button.text() for which in (OK, CANCEL) if (button := box.button(which)) is not None]


def test_standard_buttons_are_chinese(qapp: QApplication, qtbot: QtBot) -> None:
    translator = speak_chinese(qapp)
    try:
        assert not translator.isEmpty()
        assert words(qtbot) == ["确定", "取消"]
    finally:
        qapp.removeTranslator(translator)
    assert words(qtbot) != ["确定", "取消"], "the words came from the translation"
