"""The idle screen can be left only when the hall is there."""

from typing import Any

from terminal.qt.welcome import WelcomePanel


def test_begin_needs_the_hall(play: Any, show: Any, clipped: Any) -> None:
    panel = show(WelcomePanel(play.session))
    assert not panel.begin.isEnabled()
    assert panel.state.text() == "正在连接大厅…"
    play.online()
    assert panel.state.property("state") == "good"
    assert clipped(panel) == []
    panel.begin.click()
    assert play.session.step == "identify"


def test_a_refused_terminal_says_so(play: Any, show: Any) -> None:
    panel = show(WelcomePanel(play.session))
    play.session.connection_changed("refused", "wrong_device_key")
    assert "未能登录" in panel.state.text()
