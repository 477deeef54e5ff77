"""Between two cases: what to do, and four figures."""

from datetime import UTC, datetime, timedelta

from reviewer.qt.idle import IdlePage
from signaling.protocol.acts import WorkChanged
from signaling.protocol.messages import QueueChanged, SetAvailability
from signaling.protocol.values import WaitingEntry, WorkEntry


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


def test_open_work_is_pointed_at(stage, qtbot):
    page = IdlePage(stage.session)
    qtbot.addWidget(page)
    entry = WorkEntry("C-9", "decide", "排污许可证核发", "accepted", datetime.now(UTC))
    stage.ready().hear(WorkChanged((entry,)))
    assert "有 1 件待办" in page.hint.text()
    stage.hear(WorkChanged(()))
    assert "待办" not in page.hint.text()
