"""The login form: complete fields, the sentence of a refusal."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLineEdit

from reviewer.effects import Connect
from reviewer.qt.login import LoginPage
from signaling.protocol.errors import ErrorCode


@pytest.fixture
def page(stage, qtbot):
    made = LoginPage(stage.session, "ws://h/hall", "D-01")
    qtbot.addWidget(made)
    made.resize(960, 700)
    made.show()
    return made


def test_enter_logs_in_once_everything_is_filled(stage, page, qtbot):
    qtbot.keyClicks(page.reviewer, "r-01")
    assert not page.log_in.isEnabled()
    qtbot.keyClick(page.reviewer, Qt.Key.Key_Return)
    assert stage.done(Connect) == []
    qtbot.keyClicks(page.password, " pass word ")
    qtbot.keyClick(page.password, Qt.Key.Key_Return)
    assert stage.done(Connect) == [Connect("ws://h/hall", "r-01", " pass word ", "D-01")]
    assert page.log_in.text() == "正在登录…"


def test_the_password_is_not_shown(page):
    assert page.password.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize(
    ("state", "code", "sentence"),
    [
        ("refused", ErrorCode.WRONG_PASSWORD, "用户名或密码错误"),
        ("refused", ErrorCode.TAKEN_OVER, "同一身份已在别处连接"),
        ("waiting", None, "连不上大厅服务器"),
    ],
)
def test_a_refusal_is_a_sentence(stage, page, clipped, state, code, sentence):
    stage.session.connection_changed(state, code)
    assert page.sentence.isVisible()
    assert sentence in page.sentence.text()
    assert clipped(page) == []
