"""The banner tells of a lost line and of problems, and is gone when all is well."""

from typing import Any

from terminal.qt.banner import Banner


def test_banner(play: Any, show: Any, clipped: Any) -> None:
    session = play.waiting().session
    banner = show(Banner(session), 900, 80)
    session.clear_problem()
    assert banner.isHidden()
    session.connection_changed("waiting", "", 4.2)
    assert not banner.isHidden()
    assert "4 秒后自动重试" in banner.words.text()
    assert "排队位置都会保留" in banner.words.text()
    session.connection_changed("connecting")
    assert "正在重试" in banner.words.text()
    assert clipped(banner) == []
    session.connection_changed("online")
    assert banner.isHidden()
    session.fetch_failed("b" * 64, "network")
    assert "网络中断" in banner.words.text()
    banner.close_it.click()
    assert banner.isHidden()
    session.connection_changed("refused", "wrong_device_key")
    assert "设备密钥" in banner.words.text()
