"""The lists keep up with each case and are the same after a restart."""

from signaling.hall.lists import IN_LINE, Lists
from signaling.protocol.messages import WithdrawCase


def test_a_case_is_in_line_as_long_as_its_ticket_has_a_place(play):
    lists = play.hall._floor.lists
    play.terminal()
    case = play.submit()
    assert list(lists.in_line) == [case.case_id]
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert list(lists.in_line) == []
    assert not {"done", "converted", "abandoned", "cancelled"} & set(IN_LINE)


def test_a_notice_can_be_voided_from_its_seal_on(play):
    case = play.issued()
    assert list(play.hall._floor.lists.voidable) == [case.case_id]


def test_after_a_restart_the_lists_are_built_again(play):
    case = play.issued()
    play.terminal(2)
    waiting = play.submit("t2")
    before = play.hall._floor.lists
    play.kill()
    after = play.hall._floor.lists
    assert (set(after.in_line), set(after.voidable)) == (set(before.in_line), set(before.voidable))
    assert set(after.in_line) == {waiting.case_id}
    assert set(after.voidable) == {case.case_id}


def test_a_case_that_is_gone_is_in_no_list():
    lists = Lists()
    lists.in_line["c1"] = lists.voidable["c1"] = None
    lists.note("c1", None)
    assert (lists.in_line, lists.voidable) == ({}, {})
