"""The view of a case: what it shows of the list, the clocks, the paper and the next steps."""

from datetime import date

from signaling.protocol.values import Gap, MaterialSlot


def test_a_new_case_shows_its_list_its_clock_and_its_token(play):
    play.terminal()
    view = play.submit()
    assert (view.state, view.ticket_number, view.ticket_state) == ("received", "A001", "waiting")
    assert [(line.slot, line.state, line.version, line.original) for line in view.list] == [
        ("form", "uploaded", 1, "none"),
        ("drawing", "uploaded", 1, "none"),
        ("extra", "empty", 0, "none"),
    ]
    assert [(clock.kind, clock.due) for clock in view.clocks] == [("tell", date(2026, 11, 30))]
    assert len(view.token) == 10
    assert (view.outcomes, view.place.ahead, view.terminal_id) == ((), 0, "T-01")


def test_the_next_steps_are_those_of_the_table(play):
    case, _ = play.talking()
    assert case.outcomes == ("not_accept", "request_corrections", "accept")
    play.say("d1", play.decision(case))
    assert play.view(case.case_id).outcomes == (), "a notice waits for its seal"
    play.seal()
    assert play.view(case.case_id).outcomes == ("pause", "extend", "grant", "refuse")


def test_a_gap_shows_its_last_day_in_the_list(play):
    case = play.accepted()
    record = play.hall._floor.register.cases[case.case_id]
    record.gaps = (Gap("extra", 2),)
    assert [line.due for line in play.view(case.case_id).list] == [None, None, date(2026, 11, 25)]
    record.gaps = ()


def test_paper_and_result_come_from_the_office(play):
    case = play.issued()
    assert (case.result.state, case.deposits, case.grade) == ("making", (), None)
    assert case.outcomes == ()


def test_a_commitment_is_offered_only_where_there_is_one(play):
    play.terminal()
    play.ready_desk()
    code = play.offer(MaterialSlot("form", "申请表"), is_on_commitment=True)
    papers = (play.material("form"),)
    assert "accept_on_commitment" not in play.view(play.submit(item=code, materials=papers).case_id).outcomes
    play.terminal(2)
    play.ready_desk(2)
    case = play.submit("t2", item=code, materials=papers, has_committed=True)
    play.open("d2", case.case_id)
    record = play.hall._floor.register.cases[case.case_id]
    before, record.state = record.state, "reviewing"
    assert "accept_on_commitment" in play.view(case.case_id).outcomes
    record.state = before
