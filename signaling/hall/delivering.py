"""The result on its way to the applicant: chosen way, made, at the counter, sent, in a locker, handed over.

The way can be changed until the result is dispatched or lies in a locker. A locker keeps it for some days: the
applicant is reminded on the day before the last, then the code dies and the result has to go back to the counter.
What handing over means for the case is decided elsewhere (office.py asks decisions.py).
"""

from datetime import datetime, time, timedelta
from typing import assert_never

from msgspec.structs import replace

from signaling.hall.cabinet import connected, free_cell, new_code
from signaling.hall.case import Case
from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.floor import Floor
from signaling.hall.notifying import moment, notify
from signaling.hall.office_facts import (
    DeliveryChosen,
    LockerClosed,
    LockerOpened,
    ResultBegun,
    ResultHandled,
    ResultReminded,
)
from signaling.hall.results import ResultDocument
from signaling.hall.rights import InvalidEntry, require
from signaling.hall.tickets import local_day
from signaling.protocol.acts import CellClosed, CellOpened, ChooseDelivery, HandleResult, OpenCell
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import OFFICIAL_TIME, CaseState, DeliveryWay

ENDED: tuple[CaseState, ...] = ("not_accepted", "refused", "delivered", "closed", "withdrawn")
"""In these there is no result to come."""

REMINDED_AT = time(9)
"""When the reminder goes out, official time."""


def choice(floor: Floor, case: Case) -> tuple[DeliveryWay, str]:
    """Way and address as chosen last."""
    return floor.register.office.choice(case.case_id, case.delivery, case.address)


def begin(floor: Floor, case: Case, actor: str) -> None:
    """The case is issued: a document is to be made. Called once, right after the issue is recorded."""
    floor.record(actor, ResultBegun(case.case_id, *choice(floor, case)))


def choose(floor: Floor, terminal: Terminal, case: Case, message: ChooseDelivery) -> None:
    """The applicant chooses the way, or another one."""
    if floor.register.is_answered(terminal.terminal_id, message):
        return
    result = floor.register.office.results.get(case.case_id)
    if result is not None and result.state in ("dispatched", "in_locker", "handed_over"):
        raise Refused(ErrorCode.ALREADY_DISPATCHED, f"result is {result.state}")
    if case.state in ENDED:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    if message.way == "courier" and not message.address.strip():
        raise InvalidEntry("选择快递须填写收件地址")
    fact = DeliveryChosen(case.case_id, message.request_id, message.way, message.address)
    floor.record(terminal.terminal_id, fact)


def handle(floor: Floor, person: Desk | Staff, message: HandleResult) -> None:
    """A step of the issuing window; the collector may carry a made result to locker, courier or counter."""
    is_carrying = message.act in ("dispatch", "put_in_locker", "put_at_counter")
    actor = require(person, "issuer", "collector") if is_carrying else require(person, "issuer")
    if floor.register.is_answered(actor, message):
        return
    case, result = _find(floor, message.case_id)
    if not result.can(message.act):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"result is {result.state}")
    fact = ResultHandled(
        case.case_id,
        message.request_id,
        message.act,
        person.name,
        tracking=message.tracking,
        terminal_id=message.terminal_id,
    )
    match message.act:
        case "dispatch":
            _dispatch(floor, actor, case, result, fact)
        case "put_in_locker":
            _put_in_locker(floor, actor, case, result, fact)
        case "put_at_counter":
            code = new_code(floor)
            floor.record(actor, replace(fact, code=code))
            way = "centre" if result.way == "centre" else "hall"
            notify(floor, case, "result_ready", {"way": way, "place": floor.rules.hall_name, "code": code})
        case "make" | "hand_over":
            floor.record(actor, fact)
        case _:
            assert_never(message.act)
    _watch(floor, result)


def open_locker(floor: Floor, terminal: Terminal, case_id: str, message: OpenCell) -> None:
    """The pick-up code was shown to the cabinet: the result is handed over."""
    case, result = _find(floor, case_id)
    floor.record(terminal.terminal_id, LockerOpened(case.case_id, message.request_id, terminal.terminal_id))
    _watch(floor, result)
    floor.send(floor.terminals[terminal.terminal_id], CellOpened(message.request_id, result.cell, case.case_id))


def close_locker(floor: Floor, terminal: Terminal, case_id: str, message: CellClosed) -> None:
    """The door is shut after the result was taken."""
    case, result = _find(floor, case_id)
    if result.state != "handed_over":
        raise Refused(ErrorCode.ILLEGAL_STEP, f"result is {result.state}")
    floor.record(terminal.terminal_id, LockerClosed(case.case_id, message.request_id, terminal.terminal_id))


def timer_fired(floor: Floor, case_id: str) -> None:
    """A result that lies in a locker: remind, and in the end let its code die."""
    result = floor.register.office.results.get(case_id)
    due = None if result is None else _due(result)
    if result is None or due is None:
        return
    if floor.now >= due:
        is_first = not result.reminders
        floor.record("hall", ResultReminded(case_id, "reminder" if is_first else "expired"))
        if is_first:
            _tell_code(floor, floor.register.cases[case_id], result)
    _watch(floor, result)


def restarted(floor: Floor) -> None:
    """Watch every result in a locker again."""
    for result in floor.register.office.results.values():
        if _due(result) is not None:
            _watch(floor, result)


def _find(floor: Floor, case_id: str) -> tuple[Case, ResultDocument]:
    case, result = floor.register.cases.get(case_id), floor.register.office.results.get(case_id)
    if case is None or result is None:
        raise Refused(ErrorCode.NOT_FOUND, f"result of {case_id}")
    return case, result


def _dispatch(floor: Floor, actor: str, case: Case, result: ResultDocument, fact: ResultHandled) -> None:
    if result.way != "courier":
        raise InvalidEntry("办事人没有选择快递送达")
    if not fact.tracking.strip():
        raise InvalidEntry("请填写快递单号")
    floor.record(actor, fact)
    notify(floor, case, "result_ready", {"way": "courier", "place": fact.tracking, "code": ""})


def _put_in_locker(floor: Floor, actor: str, case: Case, result: ResultDocument, fact: ResultHandled) -> None:
    if result.way != "locker":
        raise InvalidEntry("办事人没有选择智能柜自取")
    terminal = connected(floor, fact.terminal_id)
    if terminal is None:
        raise InvalidEntry("该终端不在线，不能存入其材料柜")
    cell, code = free_cell(floor, terminal), new_code(floor)
    keep_until = local_day(floor.now) + timedelta(days=floor.rules.result_keep_days)
    floor.record(actor, replace(fact, cell=cell, code=code, keep_until=keep_until))
    _tell_code(floor, case, result)


def _tell_code(floor: Floor, case: Case, result: ResultDocument) -> None:
    terminal = connected(floor, result.terminal_id)
    name = result.terminal_id if terminal is None else terminal.name
    until = moment(_expiry(result) - timedelta(minutes=1))  # midnight would be read as a day more, or less
    fields = {"code": result.code, "terminal": name, "cell": str(result.cell), "until": until}
    notify(floor, case, "result_code", fields)


def _expiry(result: ResultDocument) -> datetime:
    """The end of the last day, for a result in a locker."""
    if result.keep_until is None:
        raise ValueError(f"the result of {result.case_id} is in no locker")
    return datetime.combine(result.keep_until + timedelta(days=1), time(), OFFICIAL_TIME)


def _due(result: ResultDocument) -> datetime | None:
    """When the next reminder is due; None when there is nothing to wait for."""
    if result.state != "in_locker" or result.keep_until is None or "expired" in result.reminders:
        return None
    if result.reminders:
        return _expiry(result)
    return datetime.combine(result.keep_until - timedelta(days=1), REMINDED_AT, OFFICIAL_TIME)


def _watch(floor: Floor, result: ResultDocument) -> None:
    timer_id = f"result:{result.case_id}"
    due = _due(result)
    if due is None:
        floor.cancel_timer(timer_id)
    else:
        floor.set_timer(timer_id, max(0.0, (due - floor.now).total_seconds()))
