"""The queue panel: who waits, what this shift handled, and no more lines than fit."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reviewer.qt.queue import SHOWN_ROWS, QueuePanel
from signaling.protocol.acts import CallBack, OpenCase, WorkChanged
from signaling.protocol.messages import QueueChanged
from signaling.protocol.values import WaitingEntry, WorkEntry


@pytest.fixture
def panel(stage, qtbot):
    made = QueuePanel(stage.session)
    qtbot.addWidget(made)
    made.resize(232, 1000)
    made.show()
    return made


def entries(count: int, state: str = "waiting") -> tuple[WaitingEntry, ...]:
    since = datetime.now(UTC) - timedelta(seconds=75)
    return tuple(WaitingEntry(f"A{n:03}", "排污许可证核发", "永顺镇", since, state) for n in range(count))


def test_an_empty_queue_says_so(stage, panel):
    stage.ready()
    assert panel.empty.isVisible()
    assert not panel.handled_title.isVisible()


def test_waiting_lines_show_number_item_place_and_wait(stage, panel, clipped):
    stage.ready().hear(QueueChanged(entries(2)))
    line = panel.lines[0]
    assert (line.number.text(), line.item.text(), line.detail.text(), line.right.text()) == (
        "A000", "排污许可证核发", "永顺镇", "1:15",
    )  # fmt: skip
    assert [line.isVisible() for line in panel.lines[:3]] == [True, True, False]
    assert clipped(panel) == []


def test_what_rings_elsewhere_is_marked(stage, panel):
    stage.ready().hear(QueueChanged(entries(1, "offered")))
    assert panel.lines[0].right.text() == "振铃中"


def test_a_long_queue_ends_with_a_number(stage, panel):
    stage.ready().hear(QueueChanged(entries(SHOWN_ROWS + 5)))
    assert panel.more.text() == "还有 5 件"


def test_the_shift_follows_its_cases_to_the_end(stage, panel):
    stage.in_call()
    assert panel.handled[0].detail.text() == "未作决定"
    stage.wrapping_up()
    assert (panel.handled[0].right.text(), panel.handled[0].detail.text()) == ("已办结", "通知书已打印")


def work(kind: str = "decide", **other) -> WorkEntry:
    values = {"case_id": "C-9", "item_name": "排污许可证核发", "state": "accepted", "since": datetime.now(UTC)}
    return WorkEntry(kind=kind, **(values | other))


def test_why_a_ticket_stands_where_it_does_is_said(stage, panel):
    since = datetime.now(UTC)
    lines = (
        WaitingEntry("A1", "排污许可证核发", "永顺镇", since, "waiting", "rejoin", "elderly", "rejoin"),
        WaitingEntry("A2", "排污许可证核发", "永顺镇", since, "parked"),
    )
    stage.ready().hear(QueueChanged(lines))
    assert panel.lines[0].detail.text() == "补号 · 老年人优先 · 永顺镇"
    assert panel.lines[1].right.text() == "暂存等待"


def test_no_work_says_what_would_come(stage, panel):
    stage.ready()
    panel.tabs.show_page(panel.work_page)
    assert panel.idle.isVisible()


def test_a_task_is_opened_or_its_applicant_called(stage, panel, clipped):
    urgent = work(due=date(2026, 11, 27), share=0.85)
    stage.ready().hear(WorkChanged((urgent, work("callback", case_id="C-8", state="received"))))
    panel.tabs.show_page(panel.work_page)
    first, second = panel.tasks[:2]
    assert (first.number.text(), first.right.text(), first.call.isVisible()) == ("待审批", "11 月 27 日 将到期", False)
    assert clipped(panel) == []
    first.open.click()
    second.call.click()
    assert [said.case_id for said in stage.said(OpenCase)] == ["C-9"]
    assert [said.case_id for said in stage.said(CallBack)] == ["C-8"]


def test_what_a_colleague_has_or_waits_for_the_applicant_cannot_be_opened(stage, panel):
    stage.ready().hear(WorkChanged((work(holder="李强"), work("parked", case_id="C-8"))))
    panel.tabs.show_page(panel.work_page)
    assert panel.tasks[0].detail.text() == "李强 正在办理"
    assert [task.open.isVisible() for task in panel.tasks[:2]] == [False, False]


def test_one_at_a_time(stage, panel):
    stage.opened().hear(WorkChanged((work(),)))
    panel.tabs.show_page(panel.work_page)
    assert not panel.tasks[0].open.isEnabled()


def test_new_work_shows_itself_where_nobody_waits_in_line(stage, panel):
    stage.ready().hear(WorkChanged((work(),)))
    assert panel.tabs.shown_page is panel.work_page
    assert panel.tasks[0].right.text().startswith("已等 ")
    panel.tabs.show_page(panel.waiting_page)
    panel.refresh()
    assert panel.tabs.shown_page is panel.waiting_page, "known work does not come to the front again"
    stage.hear(QueueChanged(entries(1)), WorkChanged((work(), work(case_id="C-8"))))
    assert panel.tabs.shown_page is panel.waiting_page, "who waits in line goes first"


def test_with_the_last_work_done_the_line_is_shown(stage, panel):
    stage.ready().hear(WorkChanged((work(),)), WorkChanged(()))
    assert panel.tabs.shown_page is panel.waiting_page
