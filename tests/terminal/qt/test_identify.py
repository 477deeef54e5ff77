"""Card and telephone number: keys report, the number is masked, going on needs both."""

from typing import Any

from terminal.effects import ReadCard
from terminal.qt.identify import IdentifyPanel


def test_card_then_phone(play: Any, show: Any, clipped: Any) -> None:
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
    panel.next.click()
    assert play.session.step == "items"
