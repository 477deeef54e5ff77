"""Card and telephone number: keys report, the number is masked, going on needs both."""

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from signaling.qt.look import apply_look
from terminal.effects import ReadCard
from terminal.qt.identify import IdentifyPanel
from terminal.qt.window import BoothWindow
from terminal.settings import BIG_PX
from terminal.simulated import SimulatedReader


def test_card_then_phone(play: Any, show: Any, clipped: Any, qtbot: Any) -> None:
    play.online().session.begin()
    panel = show(IdentifyPanel(play.session))
    panel.organisation.click()
    assert play.of(ReadCard) == [ReadCard("organisation")]
    assert not panel.person.isEnabled()
    assert panel.state.text() == "正在读证件…"
    play.identified()
    assert panel.name.text() == "北京通运环保科技有限公司"
    assert play.session.card.id_number not in panel.number.text(), "masked"
    assert "欧阳建国" in panel.more.text()
    play.session.set_phone("")
    assert not panel.next.isEnabled()
    for key in "13900":
        panel.keys[key].click()
    panel.keys["退格"].click()
    assert play.session.phone == panel.phone.text() == "1390"
    panel.keys["清空"].click()
    for key in "13800138000":
        panel.keys[key].click()
    assert clipped(panel) == []
    qtbot.keyClick(panel.phone, Qt.Key.Key_Return)
    assert play.session.step == "items"


def test_the_number_must_be_whole(play: Any, show: Any, qtbot: Any) -> None:
    panel = show(IdentifyPanel(play.identified().session))
    for phone, hint in (("1390013", "手机号应为 11 位"), ("0105", "座机号应为区号加 7 至 8 位号码"), ("5550", "")):
        play.session.set_phone(phone)
        assert (panel.next.isEnabled(), panel.phone_hint.text().strip()) == (False, hint)
        qtbot.keyClick(panel.phone, Qt.Key.Key_Return)
        assert play.session.step == "identify"
    play.session.set_phone("01055500118")
    assert (panel.next.isEnabled(), panel.phone_hint.text().strip()) == (True, "")
    panel.phone.setFocus()
    panel.keys["退格"].click()
    assert panel.focusWidget() is panel.phone, "the number pad leaves the focus where it is"


def test_a_simulated_reader_is_named(play: Any, show: Any) -> None:
    panel = show(IdentifyPanel(play.identified().session))
    assert panel.state.text() == "已核验"
    play.session.read_card("person")
    play.session.card_read(SimulatedReader(1).read("person"))
    assert panel.state.text() == "已读取（模拟读卡器）"


def test_in_big_type_the_way_back_stays_on_a_wide_screen(play: Any, show: Any, qapp: QApplication) -> None:
    window = BoothWindow(play.identified().session, "新华东街")
    show(window, 1280, 800)
    apply_look(qapp, BIG_PX)
    for _ in range(3):
        qapp.processEvents()
    window.resize(1280, 800)
    assert (window.width(), window.height()) == (1280, 800)
    assert window.rect().contains(window.back.geometry())
    assert window.rect().contains(window.ask_help.geometry())
    key = window.panels["identify"].keys["0"]
    assert key.visibleRegion().boundingRect().height() == key.height(), "the whole number pad is in sight"
