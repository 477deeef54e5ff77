"""Depositing papers: a cell and a code for the applicant, the door, the collector's acts, and what is overdue.

A code opens once, at its own terminal; unused it dies when the hall closes on the next day. A repeated OpenCell is
answered as long as that door stands open. Each act is a fact with its actor: together they are the custody ledger.
"""

from datetime import datetime, time, timedelta

from signaling.hall.cabinet import free_cell, new_code
from signaling.hall.case import Case
from signaling.hall.deposits import PaperDeposit
from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.floor import Floor
from signaling.hall.notifying import moment, notify
from signaling.hall.office_book import step_of
from signaling.hall.office_facts import (
    DepositAlarmed,
    DepositAllocated,
    DepositExpired,
    DepositHandled,
    DepositOpened,
    DepositStored,
)
from signaling.hall.rights import require
from signaling.hall.roster import opening
from signaling.protocol.acts import CellClosed, CellOpened, DepositPapers, HandleDeposit, OpenCell
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import OFFICIAL_TIME, CaseState

DEPOSIT_STATES: tuple[CaseState, ...] = (
    "received",
    "reviewing",
    "correction_requested",
    "accepted",
    "accepted_with_gap",
    "paused",
)
"""While the case is in these, paper can be handed in for it."""


def deposit(floor: Floor, terminal: Terminal, case: Case, message: DepositPapers) -> None:
    """Reserve a cell for the originals of these slots. Paper that is on its way or here needs no second cell."""
    if floor.register.is_answered(terminal.terminal_id, message):
        return
    if case.state not in DEPOSIT_STATES:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    known = {slot.code for slot in case.item.slots}
    if not message.slots or not set(message.slots) <= known or len(set(message.slots)) < len(message.slots):
        raise Refused(ErrorCode.NOT_FOUND, f"slots {message.slots}")
    office = floor.register.office
    for slot in message.slots:
        if office.is_deposit_due(case.case_id, slot) or office.original(case.case_id, slot) in ("deposited", "matched"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"slot {slot} is deposited")
    fact = DepositAllocated(
        case_id=case.case_id,
        request_id=message.request_id,
        deposit_id=floor.new_id(),
        terminal_id=terminal.terminal_id,
        terminal_name=terminal.name,
        cell=free_cell(floor, terminal),
        code=new_code(floor),
        slots=message.slots,
        pages=message.pages,
    )
    floor.record(terminal.terminal_id, fact)
    paper = office.deposits[fact.deposit_id]
    _watch(floor, paper)
    until = moment(_code_dies(floor, paper))
    fields = {"code": fact.code, "terminal": terminal.name, "cell": str(fact.cell), "until": until}
    notify(floor, case, "deposit_code", fields)


def open_cell(floor: Floor, terminal: Terminal, paper: PaperDeposit, message: OpenCell) -> None:
    """The deposit's code was shown to its cabinet."""
    if paper.case_id not in floor.register.cases or floor.register.cases[paper.case_id].state not in DEPOSIT_STATES:
        raise Refused(ErrorCode.ILLEGAL_STEP, "the case takes no papers any more")
    floor.record(terminal.terminal_id, DepositOpened(paper.case_id, message.request_id, paper.deposit_id))
    _watch(floor, paper)
    floor.send(floor.terminals[terminal.terminal_id], CellOpened(message.request_id, paper.cell, paper.case_id))


def close_cell(floor: Floor, terminal: Terminal, paper: PaperDeposit, message: CellClosed) -> None:
    """The door is shut: the papers are the hall's to keep."""
    if not paper.can("close"):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"deposit is {paper.state}")
    floor.record(terminal.terminal_id, DepositStored(paper.case_id, message.request_id, paper.deposit_id))
    _watch(floor, paper)


def handle(floor: Floor, person: Desk | Staff, message: HandleDeposit) -> PaperDeposit:
    """The collector's act. The deposit after it."""
    actor = require(person, "collector")
    paper = floor.register.office.deposits.get(message.deposit_id)
    if paper is None:
        raise Refused(ErrorCode.NOT_FOUND, f"deposit {message.deposit_id}")
    if floor.register.is_answered(actor, message):
        return paper
    if message.pages < 0 or not paper.can(step_of(paper, message.act, message.pages)):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"deposit is {paper.state}")
    fact = DepositHandled(
        case_id=paper.case_id,
        request_id=message.request_id,
        deposit_id=paper.deposit_id,
        act=message.act,
        pages=message.pages,
        note=message.note,
        by=person.name,
    )
    floor.record(actor, fact)
    _watch(floor, paper)
    if message.act == "collect":
        notify(floor, floor.register.cases[paper.case_id], "deposit_collected", {"pages": str(paper.pages)})
    return paper


def timer_fired(floor: Floor, deposit_id: str) -> None:
    """The time of the deposit's present state may be over: the code dies, or an alarm is recorded once."""
    paper = floor.register.office.deposits.get(deposit_id)
    if paper is None:
        return
    due = _due(floor, paper)
    if due is None:
        return
    if floor.now < due:
        _watch(floor, paper)
    elif paper.state == "allocated":
        floor.record("hall", DepositExpired(paper.case_id, paper.deposit_id))
        floor.tell_change(floor.register.cases[paper.case_id])
    else:
        fact = DepositAlarmed(
            paper.case_id, paper.deposit_id, "left_open" if paper.state == "opened" else "uncollected"
        )
        floor.record("hall", fact)


def restarted(floor: Floor) -> None:
    """Watch every deposit again."""
    for paper in floor.register.office.deposits.values():
        if _due(floor, paper) is not None:
            _watch(floor, paper)


def _code_dies(floor: Floor, paper: PaperDeposit) -> datetime:
    """Closing time of the next day, or its midnight when the hall stays closed."""
    day = paper.allocated_at.astimezone(OFFICIAL_TIME).date() + timedelta(days=1)
    hours = opening(floor, day)
    return datetime.combine(day + timedelta(days=1), time(), OFFICIAL_TIME) if hours is None else hours[1]


def _due(floor: Floor, paper: PaperDeposit) -> datetime | None:
    """When the present state must be over; None when it may last, or its alarm is given."""
    if paper.alarms:
        return None
    match paper.state:
        case "allocated":
            return _code_dies(floor, paper)
        case "opened":
            return paper.since + timedelta(seconds=floor.rules.deposit_open_s)
        case "stored":
            return paper.since + timedelta(hours=floor.rules.deposit_hours)
        case _:
            return None


def _watch(floor: Floor, paper: PaperDeposit) -> None:
    timer_id = f"deposit:{paper.deposit_id}"
    due = _due(floor, paper)
    if due is None:
        floor.cancel_timer(timer_id)
    else:
        floor.set_timer(timer_id, max(0.0, (due - floor.now).total_seconds()))
