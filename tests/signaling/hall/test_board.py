"""The board: masked names, who is called, served, next, missed; ready results; and nothing personal beyond that."""

import msgspec
import pytest

from signaling.hall.board import MAX_LINES, masked
from signaling.hall.queue_facts import TicketMissed, TicketSummoned
from signaling.protocol.acts import HandleResult
from signaling.protocol.messages import AnswerCall, CallOffered
from signaling.protocol.office import BoardLine
from signaling.protocol.values import Applicant


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张国", "张*"),
        ("张建国", "张*国"),
        ("张建国庆", "张**庆"),
        ("欧阳修", "欧阳*"),
        ("欧阳建国", "欧阳*国"),
        ("司马", "司*"),
        ("𠮷野家", "𠮷*家"),  # a character outside the basic plane
        ("王𣘗", "王*"),
        ("葛\U000e0100小花", "葛\U000e0100*花"),  # with a variation selector
        ("买买提·吐尔逊", "买**逊"),
        ("李", "*"),
        ("", "*"),
        ("  张建国 ", "张*国"),
        ("John Smith", "J*"),
        ("é́va", "é́*"),
    ],
)
def test_a_persons_name_is_masked(name, shown):
    assert masked(Applicant("person", name, "resident_id", "1", "1")) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("北京某某环保科技有限公司", "北京***"), ("𠮷野家餐饮", "𠮷野***"), ("甲乙", "甲***"), ("甲", "甲***")],
)
def test_an_organisation_is_shown_by_its_beginning(name, shown):
    assert masked(Applicant("organisation", name, "credit_code", "1", "1")) == shown


def test_an_empty_hall(play):
    play.terminal()
    board = play.hall.board()
    assert (board.called, board.serving, board.waiting, board.missed, board.ready) == ((), (), (), (), ())
    assert (board.is_open, board.hours, board.hall) == (True, "08:30-17:30", "政务服务大厅")


def test_everyone_stands_where_the_ticket_is(play):
    play.ready_desk()
    cases = []
    for number in range(1, 5):
        play.terminal(number)
        cases.append(play.submit(f"t{number}"))
        if number == 1:
            play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    play.record("hall", TicketSummoned(cases[2].case_id, play.now, "longest_waiting"))
    play.record("hall", TicketSummoned(cases[3].case_id, play.now, "longest_waiting"))
    play.record("hall", TicketMissed(cases[3].case_id, play.now))
    board = play.hall.board()
    assert board.serving == (BoardLine("A001", "张*", "1号终端"),)
    assert board.waiting == (BoardLine("A002", "张*", "2号终端"),)
    assert board.called == (BoardLine("A003", "张*", ""),)
    assert board.missed == (BoardLine("A004", "张*", ""),)
    assert board.waiting_count == 1
    play.terminal(5)


def test_nothing_personal_leaves_by_the_board(play):
    play.terminal()
    case = play.submit()
    text = msgspec.json.encode(play.hall.board()).decode()
    assert case.applicant.name not in text
    assert case.applicant.id_number not in text
    assert case.applicant.phone not in text
    assert case.token not in text


def test_only_the_first_of_a_long_line_are_shown(play):
    for number in range(1, MAX_LINES + 4):
        play.terminal(number)
        play.submit(f"t{number}")
    board = play.hall.board()
    assert [line.ticket_number for line in board.waiting] == [f"A{number:03d}" for number in range(1, MAX_LINES + 1)]
    assert board.waiting_count == MAX_LINES + 3


def test_a_ready_result_is_shown_with_its_place_and_without_its_code(play):
    case = play.issued("locker")
    play.staff("issuer")
    play.say("s1", HandleResult("r1", case.case_id, "make"))
    assert play.hall.board().ready == ()
    play.say("s1", HandleResult("r2", case.case_id, "put_in_locker", terminal_id="T-01"))
    assert play.hall.board().ready == (BoardLine(case.ticket_number, "张*", "1号终端"),)
    code = play.view(case.case_id).result.code
    assert code not in msgspec.json.encode(play.hall.board()).decode()
    play.say("s1", HandleResult("r3", case.case_id, "put_at_counter"))
    assert play.hall.board().ready[0].place == "政务服务大厅"
