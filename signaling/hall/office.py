"""The office's door: takes the acts about paper, results, evaluation and the hall's own data to who decides them.

Here an act of a terminal finds its case, a code its cell, and every act its answer. A result that is handed over
lets the case go on. What happens twice is answered twice; the deciding modules look after that.
"""

from typing import assert_never

from signaling.hall import decisions, delivering, depositing, editing, evaluation, notifying, roster
from signaling.hall.case import Case
from signaling.hall.events import Desk, Party, Staff, Terminal
from signaling.hall.floor import Floor
from signaling.hall.office_book import OfficeRequest
from signaling.hall.rights import actor_of
from signaling.protocol.acts import (
    AnswerFollowUp,
    CellClosed,
    CellOpened,
    ChooseDelivery,
    DepositPapers,
    Evaluate,
    HandleDeposit,
    HandleResult,
    OpenCell,
    PublishYear,
    ReportTrouble,
    SetCalendarDay,
    SetItemOpen,
    SetRoster,
)
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Done

TerminalRequest = DepositPapers | OpenCell | CellClosed | ChooseDelivery | Evaluate | ReportTrouble
StaffRequest = HandleDeposit | HandleResult | AnswerFollowUp | SetCalendarDay | PublishYear | SetRoster | SetItemOpen


def act(floor: Floor, party: Party, session_id: str, message: OfficeRequest) -> None:
    """Do what the party asks, or raise Refused. The answer is Done; OpenCell's is CellOpened."""
    if isinstance(message, TerminalRequest):
        if not isinstance(party, Terminal):
            raise Refused(ErrorCode.NOT_ALLOWED, "a terminal's act")
        case = _terminal_act(floor, party, message)
    else:
        if isinstance(party, Terminal):
            raise Refused(ErrorCode.NOT_ALLOWED, "an act of staff")
        case = _staff_act(floor, party, message)
    if case is not None:
        _hand_over(floor, case, party)
        floor.tell_change(case)
    if not isinstance(message, OpenCell):
        floor.send(session_id, Done(message.request_id))
    if isinstance(message, HandleDeposit) and message.act == "count":
        _tell_difference(floor, session_id, message)


def timer_fired(floor: Floor, kind: str, subject: str) -> None:
    """A timer of a deposit or a result ran out."""
    if kind == "deposit":
        depositing.timer_fired(floor, subject)
    else:
        delivering.timer_fired(floor, subject)


def restarted(floor: Floor) -> None:
    """Take up what was under way: papers and results that are watched, notifications that were not sent."""
    depositing.restarted(floor)
    delivering.restarted(floor)
    notifying.restarted(floor)


def _terminal_act(floor: Floor, terminal: Terminal, message: TerminalRequest) -> Case | None:
    """The case that the act touched."""
    match message:
        case DepositPapers():
            case = _case_at(floor, terminal, message.case_id)
            depositing.deposit(floor, terminal, case, message)
        case ChooseDelivery():
            case = _case_at(floor, terminal, message.case_id)
            delivering.choose(floor, terminal, case, message)
        case Evaluate():
            case = _case_at(floor, terminal, message.case_id)
            evaluation.evaluate(floor, terminal, case, message)
        case ReportTrouble():
            about = _case_at(floor, terminal, message.case_id) if message.case_id else None
            evaluation.report_trouble(floor, terminal, about, message)
            return None
        case OpenCell():
            return _open_cell(floor, terminal, message)
        case CellClosed():
            return _close_cell(floor, terminal, message)
        case _:
            assert_never(message)
    return case


def _staff_act(floor: Floor, person: Desk | Staff, message: StaffRequest) -> Case | None:
    """The case that the act touched."""
    match message:
        case HandleDeposit():
            paper = depositing.handle(floor, person, message)
            return floor.register.cases.get(paper.case_id)
        case HandleResult():
            delivering.handle(floor, person, message)
            return floor.register.cases.get(message.case_id)
        case AnswerFollowUp():
            evaluation.answer(floor, person, message)
        case SetRoster():
            roster.set_roster(floor, person, message)
        case SetCalendarDay():
            editing.set_calendar_day(floor, person, message)
        case PublishYear():
            editing.publish_year(floor, person, message)
        case SetItemOpen():
            editing.set_item_open(floor, person, message)
        case _:
            assert_never(message)
    return None


def _case_at(floor: Floor, terminal: Terminal, case_id: str) -> Case:
    """The case in front of the terminal. Another's looks like none."""
    case = floor.register.case_of(terminal.terminal_id)
    if case is None or case.case_id != case_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case_id}")
    return case


def _open_cell(floor: Floor, terminal: Terminal, message: OpenCell) -> Case | None:
    """A code, for papers that come in or a result that goes out. Nobody has to have a case open at this terminal."""
    office = floor.register.office
    if floor.register.is_answered(terminal.terminal_id, message):
        _open_again(floor, terminal, message)
        return None
    floor.attempts.check(terminal.terminal_id, floor.now)
    content = office.codes.get(message.code, "")
    paper, result = office.deposits.get(content), office.results.get(content)
    if paper is not None and paper.terminal_id == terminal.terminal_id:
        depositing.open_cell(floor, terminal, paper, message)
        return floor.register.cases[paper.case_id]
    if result is not None and result.terminal_id == terminal.terminal_id:
        delivering.open_locker(floor, terminal, content, message)
        return floor.register.cases[content]
    floor.attempts.failed(terminal.terminal_id, floor.now)
    raise Refused(ErrorCode.CODE_USED, f"no such code at {terminal.terminal_id}")


def _open_again(floor: Floor, terminal: Terminal, message: OpenCell) -> None:
    """The first answer was lost: say it again as long as that door stands open."""
    office = floor.register.office
    case_id = floor.register.requests[terminal.terminal_id, message.request_id][1]
    for cell, content in office.cells.get(terminal.terminal_id, {}).items():
        paper = office.deposits.get(content)
        is_papers = paper is not None and paper.case_id == case_id and paper.state == "opened"
        is_result = content == case_id and office.results[content].state == "handed_over"
        if is_papers or is_result:
            floor.send(floor.terminals[terminal.terminal_id], CellOpened(message.request_id, cell, case_id))
            return
    raise Refused(ErrorCode.CODE_USED, f"request {message.request_id} is done")


def _close_cell(floor: Floor, terminal: Terminal, message: CellClosed) -> Case | None:
    office = floor.register.office
    if floor.register.is_answered(terminal.terminal_id, message):
        return None
    content = office.cells.get(terminal.terminal_id, {}).get(message.cell, "")
    paper = office.deposits.get(content)
    if paper is not None:
        depositing.close_cell(floor, terminal, paper, message)
        return floor.register.cases[paper.case_id]
    if content in office.results:
        delivering.close_locker(floor, terminal, content, message)
        return floor.register.cases.get(content)
    raise Refused(ErrorCode.ILLEGAL_STEP, f"cell {message.cell} is empty")


def _hand_over(floor: Floor, case: Case, party: Party) -> None:
    """The case of a result that was just handed over is delivered."""
    result = floor.register.office.results.get(case.case_id)
    if result is not None and result.state == "handed_over" and case.can("deliver"):
        decisions.delivered(floor, case, actor_of(party))


def _tell_difference(floor: Floor, session_id: str, message: HandleDeposit) -> None:
    """A count that differs is recorded like any other; the collector hears of it at once."""
    if floor.register.office.deposits[message.deposit_id].state == "mismatched":
        floor.tell_error(session_id, ErrorCode.COUNT_DIFFERS, message.request_id)
