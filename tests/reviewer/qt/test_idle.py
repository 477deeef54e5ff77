"""Between two cases: what to do, and four figures."""

from datetime import UTC, datetime, timedelta

from reviewer.qt.idle import IdlePage
from signaling.protocol.messages import QueueChanged, SetAvailability
from signaling.protocol.values import WaitingEntry


def test_away_offers_to_begin_and_ready_waits(stage, qtbot, clipped):
    page = IdlePage(stage.session)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    stage.online()
    assert page.title.text() == "席位暂离中"
    page.ready.click()
    assert stage.said(SetAvailability) == [SetAvailability(True)]
    stage.desk("ready")
    assert page.title.text() == "等待来件"
    assert not page.ready.isVisible()
    assert page.figures["最久等待"].text() == "—"
    since = datetime.now(UTC) - timedelta(seconds=130)
    stage.hear(QueueChanged((WaitingEntry("A1", "排污", "永顺", since, "waiting"),)))
    assert [figure.text() for figure in page.figures.values()] == ["1", "2:10", "0", "0"]
    assert clipped(page) == []
