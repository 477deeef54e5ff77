"""The document camera's panel: reasons for retakes, done only with good pages."""

from typing import Any

from terminal.effects import ShootPage
from terminal.papers import Shot
from terminal.qt.capture import CapturePanel


def test_shoot_refuse_retake_done(play: Any, show: Any, clipped: Any) -> None:
    tray = play.at_materials().session.tray
    panel = show(CapturePanel(play.session))
    tray.start_capture("form")
    assert panel.title.text() == "拍摄：排污许可证申请表"
    assert not panel.done.isEnabled()
    panel.shoot.click()
    assert panel.shoot.text() == "正在拍摄…"
    assert panel.shoot.isEnabled(), "so that it keeps the focus"
    panel.shoot.click()
    assert len(play.of(ShootPage)) == 1
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.2, True, "shot_blurred"))
    assert panel.verdict.property("state") == "bad"
    assert "太模糊" in panel.words.text()
    assert panel.shoot.text() == "重拍这一页"
    assert not panel.done.isEnabled()
    assert clipped(panel) == []
    panel.shoot.click()
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.9, False, hint="shot_whole"))
    assert panel.verdict.text() == "可以使用"
    panel.shoot.click()
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.9, True))
    assert panel.verdict.text() == "清晰"
    assert panel.strip[1].isVisible()
    panel.remove.click()
    assert len(tray.capture.shots) == 1
    panel.done.click()
    assert tray.papers["form"].source == "camera"


def test_a_missing_camera_is_said(play: Any, show: Any) -> None:
    tray = play.at_materials().session.tray
    panel = show(CapturePanel(play.session))
    tray.start_capture("form")
    panel.shoot.click()
    tray.shot_failed(tray.capture.capture_id, "camera_lost")
    assert "高拍仪没有画面" in panel.words.text()
    panel.cancel.click()
    assert tray.capture is None


def test_the_focus_never_reaches_the_way_out_and_pages_are_lost_only_by_two_touches(play: Any, show: Any) -> None:
    tray = play.at_materials().session.tray
    panel = show(CapturePanel(play.session))
    tray.start_capture("form")
    assert panel.focusWidget() is panel.shoot
    panel.shoot.click()
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.9, True))
    assert panel.focusWidget() is panel.shoot
    panel.remove.setFocus()
    panel.remove.click()
    assert panel.focusWidget() is panel.shoot, "the removing button has gone"
    panel.shoot.click()
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.9, True))
    panel.cancel.click()
    assert tray.capture is not None
    assert "再点一次" in panel.cancel.text()
    panel.shoot.click()
    tray.page_shot(tray.capture.capture_id, Shot("/gone.jpg", 0.9, True))
    assert panel.cancel.text() == "不拍了", "another gesture takes the first touch back"
    panel.cancel.click()
    panel.cancel.click()
    assert tray.capture is None
