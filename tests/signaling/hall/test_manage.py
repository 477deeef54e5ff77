"""What staff see: by role, at once on coming, later only news; several pages; codes and names stay hidden."""

from datetime import timedelta

import msgspec
import pytest

from signaling.hall.events import Disconnected, TimerFired
from signaling.protocol.acts import DepositPapers, FloorChanged, HandleResult, OpenCell, SetItemOpen


@pytest.fixture
def busy(play):
    """Something for everyone: an issued case with a deposit, one that waits, a report."""
    case = play.issued("locker")
    play.terminal(2, cells=2)
    waiting = play.submit("t2")
    play.say("t2", DepositPapers(play.request_id(), waiting.case_id, ("form",), 5))
    return case, waiting


def seen(play, *roles, session="s9"):
    play.staff(*roles, session=session, staff_id=session)
    return play.heard(session, FloorChanged)[0]


def news(play, session):
    play.event(TimerFired("news"))
    return play.heard(session, FloorChanged)


def test_the_manager_sees_the_whole_hall(play, busy):
    issued, waiting = busy
    floor = seen(play, "manager")
    assert [line.ticket_number for line in floor.queue] == [waiting.ticket_number]
    assert (floor.queue[0].is_here, floor.queue[0].applicant) == (True, "张*")
    assert [line.reviewer_id for line in floor.desks] == ["reviewer-1"]
    assert [(line.terminal_id, line.is_connected, line.cells_free) for line in floor.terminals] == [
        ("T-01", True, 2),
        ("T-02", True, 1),
    ]
    assert [task.case_id for task in floor.deposits] == [waiting.case_id]
    assert [task.case_id for task in floor.results] == [issued.case_id]
    assert [line.kind for line in floor.notices] == ["grant"]
    assert floor.published_years == (2026,)
    assert floor.board is not None


@pytest.mark.parametrize(
    ("roles", "fields"),
    [
        (("collector",), {"deposits", "results", "board"}),
        (("issuer",), {"results", "board"}),
        (("guide",), {"queue", "terminals", "board"}),
        (("reviewer",), {"board"}),
    ],
)
def test_each_role_sees_its_part(play, busy, roles, fields):
    floor = seen(play, *roles)
    filled = {name for name in FloorChanged.__struct_fields__ if name != "now" and getattr(floor, name)}
    assert filled == fields


def test_a_supervisor_sees_what_the_manager_sees(play, busy):
    manager, supervisor = seen(play, "manager"), seen(play, "supervisor", session="s8")
    assert msgspec.structs.replace(supervisor, now=manager.now, board=manager.board) == manager


def test_nobody_on_a_page_sees_a_full_name_or_a_code(play, busy):
    issued, waiting = busy
    play.staff("issuer")
    play.say("s1", HandleResult("r1", issued.case_id, "make"))
    play.say("s1", HandleResult("r2", issued.case_id, "put_in_locker", terminal_id="T-01"))
    text = msgspec.json.encode(seen(play, "manager", "collector", "issuer")).decode()
    hidden = [
        issued.applicant.name,
        issued.applicant.id_number,
        issued.applicant.phone,
        issued.token,
        waiting.token,
        play.view(issued.case_id).result.code,
        play.view(waiting.case_id).deposits[0].code,
    ]
    assert all(hidden)
    assert [word for word in hidden if f'"{word}"' in text] == []


def test_the_counters_code_is_shown_to_who_compares_it(play):
    case = play.issued()
    play.staff("issuer")
    play.say("s1", HandleResult("r1", case.case_id, "make"))
    play.say("s1", HandleResult("r2", case.case_id, "put_at_counter"))
    (task,) = seen(play, "issuer").results
    assert task.result.code == play.view(case.case_id).result.code != ""


def test_only_news_are_told(play, busy):
    play.staff("manager")
    assert news(play, "s1") == []
    play.say("s1", SetItemOpen("r1", "PW-01", False))
    (floor,) = news(play, "s1")
    assert floor.closed_items == ("PW-01",)
    assert news(play, "s1") == []


def test_two_pages_of_the_same_person_are_told_alike(play):
    play.staff("manager", session="s1", staff_id="m1")
    play.staff("manager", session="s2", staff_id="m1")
    play.terminal()
    assert news(play, "s1") == play.heard("s2", FloorChanged) != []
    play.event(Disconnected("s1"))
    play.terminal(2)
    assert len(news(play, "s2")) == 1
    assert "s1" not in play.hall._floor.told


def test_a_terminal_that_is_gone_stays_in_sight(play):
    play.staff("supervisor")
    play.terminal()
    news(play, "s1")
    play.event(Disconnected("t1"))
    (floor,) = news(play, "s1")
    assert [(line.terminal_id, line.is_connected) for line in floor.terminals] == [("T-01", False)]


def test_a_desk_shows_whom_it_serves_and_who_is_served_is_in_the_line(play):
    play.ringing()
    play.staff("supervisor")
    (floor,) = play.heard("s1", FloorChanged)
    assert (floor.desks[0].availability, floor.desks[0].ticket_number) == ("offered", "A001")
    assert floor.queue[0].state == "offered"


def test_overdue_papers_come_first(play):
    play.terminal(1, cells=4)
    case = play.submit()
    for slot in ("form", "drawing"):
        play.say("t1", DepositPapers(play.request_id(), case.case_id, (slot,), 1))
    late = play.view(case.case_id).deposits[1]
    play.say("t1", OpenCell(play.request_id(), late.code))
    play.now += timedelta(minutes=3)
    play.event(TimerFired(f"deposit:{late.deposit_id}"))
    tasks = seen(play, "collector").deposits
    assert [(task.is_overdue, task.deposit.slots) for task in tasks] == [(True, ("drawing",)), (False, ("form",))]
