"""好差评 and the ledger: five grades once for each case, reports that something could not be done, and their answers.

A bad grade and each report (办不成事) open a follow-up with a last day in working days. The hall's manager answers;
settled means that the applicant was called back.
"""

from signaling.hall.case import Case
from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.floor import Floor
from signaling.hall.notifying import notify
from signaling.hall.office_book import FOLLOW_UP_STEPS
from signaling.hall.office_facts import Evaluated, FollowUpAnswered, FollowUpOpened
from signaling.hall.rights import InvalidEntry, require
from signaling.hall.tickets import local_day
from signaling.protocol.acts import AnswerFollowUp, Evaluate, ReportTrouble
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import normalise_number, phone_fault
from signaling.protocol.values import CaseState, Grade

GRADED: tuple[CaseState, ...] = (
    "accepted",
    "accepted_with_gap",
    "paused",
    "granted",
    "refused",
    "issued",
    "delivered",
    "not_accepted",
    "closed",
)
"""States in which there is an outcome to evaluate."""

BAD: tuple[Grade, ...] = ("dissatisfied", "very_dissatisfied")


def evaluate(floor: Floor, terminal: Terminal, case: Case, message: Evaluate) -> None:
    """The applicant's grade. Once; it cannot be taken back."""
    if floor.register.is_answered(terminal.terminal_id, message):
        return
    if case.case_id in floor.register.office.grades:
        raise Refused(ErrorCode.ALREADY_EVALUATED, f"case {case.case_id}")
    if case.state not in GRADED:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    fact = Evaluated(case.case_id, message.request_id, message.grade, message.comment)
    floor.record(terminal.terminal_id, fact)
    if message.grade in BAD:
        due, _ = floor.calendar.add(local_day(floor.now), floor.rules.grade_days)
        opened = FollowUpOpened(
            floor.new_id(), "", "grade", case.case_id, case.item.name, message.comment, due, message.grade
        )
        floor.record("hall", opened)


def report_trouble(floor: Floor, terminal: Terminal, case: Case | None, message: ReportTrouble) -> None:
    """办不成事. Without a case somebody has to be reachable."""
    if floor.register.is_answered(terminal.terminal_id, message):
        return
    if not message.text.strip():
        raise InvalidEntry("请写明办不成的事情")
    if (case is None or message.phone) and phone_fault(normalise_number(message.phone)) is not None:
        raise InvalidEntry("请填写正确的联系电话")
    due, _ = floor.calendar.add(local_day(floor.now), floor.rules.trouble_days)
    fact = FollowUpOpened(
        follow_up_id=floor.new_id(),
        request_id=message.request_id,
        source="trouble",
        about_case=message.case_id,
        item_name="" if case is None else case.item.name,
        text=message.text,
        due=due,
        phone=message.phone,
    )
    floor.record(terminal.terminal_id, fact)


def answer(floor: Floor, person: Desk | Staff, message: AnswerFollowUp) -> None:
    """The manager tells what was done; who can be told by SMS is told once, when it is settled."""
    actor = require(person, "manager")
    if floor.register.is_answered(actor, message):
        return
    follow_up = floor.register.office.follow_ups.get(message.follow_up_id)
    if follow_up is None:
        raise Refused(ErrorCode.NOT_FOUND, f"follow-up {message.follow_up_id}")
    if (follow_up.state, "settle" if message.is_settled else "answer") not in FOLLOW_UP_STEPS:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"follow-up is {follow_up.state}")
    if not message.answer.strip():
        raise InvalidEntry("请写明处理情况")
    fact = FollowUpAnswered(message.follow_up_id, message.request_id, message.answer, message.is_settled, person.name)
    floor.record(actor, fact)
    case = floor.register.cases.get(follow_up.case_id)
    if message.is_settled and case is not None:
        notify(floor, case, "follow_up", {"answer": message.answer})
