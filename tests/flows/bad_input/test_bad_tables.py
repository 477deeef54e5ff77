"""A wrong list of items, an item that is closed or withdrawn while a case is open, a calendar without next year."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reviewer.demo.papers import APPLICANT
from signaling.__main__ import main
from signaling.protocol.acts import ConvertTicket, FloorChanged, PublishYear, SetItemOpen
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    CallEnded,
    Catalogue,
    Done,
    EndCall,
    SubmitCase,
    SubmitCorrection,
    TicketIssued,
)
from signaling.protocol.values import OFFICIAL_TIME, Correction

Rows = list[dict[str, str]]


def edit(table: Path, change: Callable[[Rows], Rows]) -> None:
    with table.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows, names = list(reader), list(reader.fieldnames or ())
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(change(rows))


def spoil(rows: Rows) -> Rows:
    """Four bad rows among good ones: lines 2, 3, 4 and the last."""
    rows[0]["法定时限"] = "二十"
    rows[1]["部门"] = "没有的局"
    rows[2]["办件类型"] = "随便"
    return [*rows, dict(rows[3])]


async def test_a_bad_row_keeps_the_whole_import_out(
    tmp_path: Path, own_hall: Any, people_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people, tables, data = people_of(hall, tmp_path), tmp_path / "tables", ["--data", str(hall.data)]
        assert main(["items", "export", *data, str(tables)]) == 0
        good = (tables / "items.csv").read_bytes()
        edit(tables / "items.csv", spoil)
        last = len((tables / "items.csv").read_text("utf-8").splitlines())
        async with people.online(people.terminal()) as [terminal]:
            before: Catalogue = await terminal.hear(Catalogue)
            capsys.readouterr()
            assert main(["items", "import", *data, str(tables)]) == 1
            heading, *faults = capsys.readouterr().err.splitlines()
            assert "未导入任何内容" in heading
            for line, word in ((2, "二十"), (3, "没有的局"), (4, "随便"), (last, "重复")):
                assert any(f"第 {line} 行" in fault and word in fault for fault in faults), (line, word, faults)
            assert not (hall.data / "catalogue.json").exists()
            # the same without the faults, and one item fewer, is taken up by the hall that runs
            (tables / "items.csv").write_bytes(good)
            drop(tables, "ENV-002")
            since = len(terminal.heard)
            assert main(["items", "import", *data, str(tables)]) == 0
            after: Catalogue = await terminal.hear(Catalogue, since)
            assert after.count == before.count - 1
            assert after.digest != before.digest
            assert len([heard for heard in terminal.heard if isinstance(heard, Catalogue)]) == 2, "only the good one"


def drop(tables: Path, code: str) -> None:
    edit(tables / "items.csv", lambda rows: [row for row in rows if row["代码"] != code])
    edit(tables / "materials.csv", lambda rows: [row for row in rows if row["事项"] != code])


async def test_an_item_closed_and_withdrawn_while_a_case_is_open(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people, tables, data = people_of(hall, tmp_path), tmp_path / "tables", ["--data", str(hall.data)]
        logins = people.terminal(), people.terminal(), people.reviewer(), people.staff("manager")
        async with people.online(*logins) as [terminal, late, desk, manager]:
            started, _ = await terminal.talk(desk)
            case_id, papers = started.case.case_id, await late.hand_in()
            act = SubmitCase("late", people.ITEM, APPLICANT, papers, consents_to_video=True)
            since = len(late.heard)
            await manager.refused(SetItemOpen("none", "XXX-999", is_open=False), ErrorCode.NOT_FOUND)
            assert isinstance(await manager.ask(SetItemOpen("shut", people.ITEM, is_open=False, reason="调整")), Done)
            assert (await late.hear(Catalogue, since)).closed == (people.ITEM,)
            await late.refused(act, ErrorCode.ITEM_CLOSED)
            fault = Correction("plan", 0, "缺少排放口", "标明排放口")
            await desk.decide(case_id, "request_corrections", "correction_requested", corrections=(fault,))
            # and now it is gone altogether
            assert main(["items", "export", *data, str(tables)]) == 0
            drop(tables, people.ITEM)
            since = len(late.heard)
            assert main(["items", "import", *data, str(tables)]) == 0
            await late.hear(Catalogue, since)
            await late.refused(act, ErrorCode.NOT_FOUND)
            renewed = await terminal.hand_in(("plan",))
            assert isinstance(await terminal.ask(SubmitCorrection("new", case_id, renewed)), Done)
            desk.look_at(case_id, renewed)
            view = await desk.decide(case_id, "accept", "accepted")
            assert (view.item.code, [notice.kind for notice in view.notices]) == (
                people.ITEM,
                ["correction", "acceptance"],
            )
            assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
            await terminal.leave(case_id)


async def test_a_calendar_without_next_year(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    begins = datetime(2026, 12, 29, 10, tzinfo=OFFICIAL_TIME)
    calendar, clock = tmp_path / "calendar.json", tmp_path / "clock"
    calendar.write_text(json.dumps([{"year": 2026, "source": "国办通知", "holidays": [], "workdays": []}]))
    clock.write_text(f"{(begins - datetime.now(OFFICIAL_TIME)).total_seconds():.0f}")
    options = "--calendar", str(calendar), "--simulated-clock", str(clock)
    with own_hall(tmp_path / "hall", tmp_path / "own.log", *options) as hall:
        people = people_of(hall, tmp_path)
        async with people.online(people.terminal(), people.staff("manager")) as [terminal, manager]:
            papers = await terminal.hand_in()
            ticket = await terminal.ask(SubmitCase("go", people.ITEM, APPLICANT, papers, consents_to_video=True))
            assert isinstance(ticket, TicketIssued)
            case_id = ticket.case.case_id
            assert [(clock.kind, str(clock.due), clock.is_provisional) for clock in ticket.case.clocks] == [
                ("tell", "2027-01-05", True)
            ]

            def is_alarmed() -> bool:
                news = [heard for heard in manager.heard if isinstance(heard, FloorChanged)]
                return "calendar_lacks:2027" in news[-1].alarms

            await manager.wait(is_alarmed)
            assert isinstance(await manager.ask(PublishYear("published", 2027, "国办通知")), Done)
            await manager.wait(lambda: not is_alarmed())
            again = await manager.ask(PublishYear("again", 2027, "国办通知"))
            assert (again.code, "已公布" in again.sentence) == (ErrorCode.INVALID_ENTRY, True)
            assert isinstance(await terminal.ask(ConvertTicket("async", case_id, "asynchronous")), Done)
            view = await terminal.see(case_id, lambda view: view.place.conversion == "asynchronous")
            assert [clock.is_provisional for clock in view.clocks] == [False]
