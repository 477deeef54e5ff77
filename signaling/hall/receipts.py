"""What becomes of a sealed notice at the terminal: received, doubted, printed. The last word closes the case.

The printed notice of a non-acceptance or a refusal ends its case. Another notice leaves the case where it is.
"""

from signaling.hall.case import Case
from signaling.hall.events import Terminal
from signaling.hall.facts import CaseClosed, NoticeDelivered, NoticePrintReported
from signaling.hall.floor import Floor
from signaling.hall.notices import Notice
from signaling.hall.outcomes import CLOSED_IN_SILENCE
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, Done, NoticePrinted, NoticeReady, NoticeReceived


def remind_terminal(floor: Floor, case: Case) -> None:
    """After a reconnect, or when the applicant claims the case: the notices that are sealed and not yet received."""
    for notice in case.notices:
        if notice.state == "ready":
            floor.tell_terminal(case, NoticeReady(case.case_id, notice.view()))


def received(floor: Floor, terminal: Terminal, message: NoticeReceived) -> None:
    """The terminal has the notice. Received once is received: a later report changes nothing."""
    if not floor.register.is_answered(terminal.terminal_id, message):
        case, notice = _own_notice(floor, terminal, message.notice_id)
        if notice.state not in ("received", "printed"):
            if not notice.can("deliver"):
                raise Refused(ErrorCode.ILLEGAL_STEP, f"notice is {notice.state}")
            fact = NoticeDelivered(case.case_id, notice.notice_id, message.request_id, message.is_genuine)
            floor.record(terminal.terminal_id, fact)
            floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def printed(floor: Floor, terminal: Terminal, message: NoticePrinted) -> None:
    """The printer's outcome; each print is recorded. A first good print may be the last step of the case."""
    session_id = floor.terminals[terminal.terminal_id]
    answered = floor.register.answered_case(terminal.terminal_id, message)
    if answered is not None:
        # The first answer was lost, and with it perhaps the news that the case is closed.
        floor.send(session_id, Done(message.request_id))
        floor.send(session_id, CaseChanged(floor.view(answered)))
        return
    case, notice = _own_notice(floor, terminal, message.notice_id)
    if not notice.can("print"):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"notice is {notice.state}")
    floor.record(
        terminal.terminal_id,
        NoticePrintReported(case.case_id, notice.notice_id, message.request_id, message.is_printed, message.detail),
    )
    if notice.state == "printed":
        close_if_told(floor, case)
    floor.send(session_id, Done(message.request_id))
    floor.tell_change(case)


def close_if_told(floor: Floor, case: Case) -> None:
    """Close a case whose last word the applicant has: not accepted, or refused."""
    notice = case.last_notice
    if case.state in CLOSED_IN_SILENCE and notice is not None and notice.state in ("received", "printed"):
        floor.record("hall", CaseClosed(case.case_id))


def _own_notice(floor: Floor, terminal: Terminal, notice_id: str) -> tuple[Case, Notice]:
    case = floor.register.case_of_notice(notice_id)
    notice = None if case is None else case.notice(notice_id)
    if case is None or notice is None or case.terminal_id != terminal.terminal_id:
        raise Refused(ErrorCode.NOT_FOUND, f"notice {notice_id}")
    return case, notice
