"""The office's durable state: paper, results, grades, the ledger, unsent notifications, and the hall's own data.

Changed only by ``apply`` with office facts, alike when something happens and when the journal is read again. It
trusts its facts. A case's part is dropped with the case (``forget``).
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import assert_never

import msgspec

from signaling.hall.deposits import IN_CELL, SETTLED, PaperDeposit
from signaling.hall.office_facts import (
    HALL_OFFICE,
    CalendarDaySet,
    DeliveryChosen,
    DepositAlarmed,
    DepositAllocated,
    DepositExpired,
    DepositHandled,
    DepositOpened,
    DepositStored,
    Evaluated,
    FollowUpAnswered,
    FollowUpFact,
    FollowUpOpened,
    HallFact,
    ItemOpenSet,
    LockerClosed,
    LockerOpened,
    NotificationOrdered,
    NotificationSent,
    OfficeCaseFact,
    OfficeFact,
    PaperFact,
    ResultBegun,
    ResultFact,
    ResultHandled,
    ResultReminded,
    RosterSet,
    SkillsLearnt,
    StaffLoggedIn,
    YearPublished,
)
from signaling.hall.results import ResultDocument
from signaling.hall.tables import next_state
from signaling.protocol.acts import (
    AnswerFollowUp,
    CellClosed,
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
from signaling.protocol.office import CalendarDay, FollowUp, FollowUpState, RosterEntry
from signaling.protocol.values import DeliveryWay, Grade, OriginalState

OfficeRequest = (
    DepositPapers
    | OpenCell
    | CellClosed
    | HandleDeposit
    | ChooseDelivery
    | HandleResult
    | Evaluate
    | ReportTrouble
    | AnswerFollowUp
    | SetCalendarDay
    | PublishYear
    | SetRoster
    | SetItemOpen
)
"""The acts whose repeats the register knows."""

Remember = Callable[[OfficeRequest, str], None]
"""Keeps an answered request, with the subject it belongs to."""

FOLLOW_UP_STEPS: dict[tuple[FollowUpState, str], FollowUpState] = {
    ("open", "answer"): "answered",
    ("answered", "answer"): "answered",
    ("open", "settle"): "settled",
    ("answered", "settle"): "settled",
}

KEPT_SETTLED = 100
"""So many settled lines of the ledger stay in sight; the journal has them all."""


class Office(msgspec.Struct):
    """Everything durable beside the cases. Keys are case ids unless said otherwise."""

    deposits: dict[str, PaperDeposit] = msgspec.field(default_factory=dict)
    """By deposit id."""
    deposits_of: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """Deposit ids of each case, oldest first."""
    choices: dict[str, tuple[DeliveryWay, str]] = msgspec.field(default_factory=dict)
    """Way and address chosen after the submission."""
    results: dict[str, ResultDocument] = msgspec.field(default_factory=dict)
    codes: dict[str, str] = msgspec.field(default_factory=dict)
    """Deposit id, or case id of a result in a locker, by living code."""
    cells: dict[str, dict[int, str]] = msgspec.field(default_factory=dict)
    """By terminal: what is in each cell that is taken (deposit id, or case id of a result)."""
    grades: dict[str, Grade] = msgspec.field(default_factory=dict)
    follow_ups: dict[str, FollowUp] = msgspec.field(default_factory=dict)
    """By follow-up id, oldest first. ``is_overdue`` is not kept here."""
    notifications: dict[str, NotificationOrdered] = msgspec.field(default_factory=dict)
    """By notification id: what the gateway has not answered yet."""
    unsent: dict[str, int] = msgspec.field(default_factory=dict)
    """How many of them each case has."""
    days: dict[date, CalendarDay] = msgspec.field(default_factory=dict)
    years: dict[int, str] = msgspec.field(default_factory=dict)
    """Source of each year published by the manager."""
    roster: tuple[RosterEntry, ...] = ()
    closed_items: dict[str, str] = msgspec.field(default_factory=dict)
    """Reason by item code."""
    skills: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """By reviewer id, as of the last login."""

    def is_pending(self, case_id: str) -> bool:
        """Whether papers, a result or a notification of this case still need an act: it cannot be forgotten."""
        result = self.results.get(case_id)
        return (
            self.unsent.get(case_id, 0) > 0
            or (result is not None and (result.state != "handed_over" or result.cell > 0))
            or any(self.deposits[id_].state not in SETTLED for id_ in self.deposits_of.get(case_id, ()))
        )

    def forget(self, case_id: str) -> None:
        """The case is dropped from the register. Only when it is not pending."""
        for deposit_id in self.deposits_of.pop(case_id, ()):
            del self.deposits[deposit_id]
        for per_case in (self.choices, self.results, self.grades):
            per_case.pop(case_id, None)

    def choice(self, case_id: str, way: DeliveryWay, address: str) -> tuple[DeliveryWay, str]:
        """How the result is to be fetched as chosen last; ``way`` and ``address`` are the application's own."""
        return self.choices.get(case_id, (way, address))

    def papers_of(self, case_id: str) -> list[PaperDeposit]:
        """The case's deposits, oldest first."""
        return [self.deposits[deposit_id] for deposit_id in self.deposits_of.get(case_id, ())]

    def original(self, case_id: str, slot: str) -> OriginalState:
        """Where the paper original of this slot is: what its newest deposit that is not void says."""
        papers = [deposit for deposit in self.papers_of(case_id) if slot in deposit.slots and deposit.state != "void"]
        return papers[-1].original if papers else "none"

    def is_deposit_due(self, case_id: str, slot: str) -> bool:
        """Whether a cell is reserved or open for this slot's original: it is on its way."""
        return any(slot in deposit.slots and deposit.state in IN_CELL for deposit in self.papers_of(case_id))


def apply(office: Office, time: datetime, fact: OfficeFact, remember: Remember) -> None:
    """Let one office fact take effect. Raises IllegalStep or KeyError when facts do not fit together."""
    match fact:
        case StaffLoggedIn():
            return
        case FollowUpOpened() | FollowUpAnswered():
            _apply_follow_up(office, time, fact, remember)
        case CalendarDaySet() | YearPublished() | RosterSet() | ItemOpenSet() | SkillsLearnt():
            _apply_hall(office, fact, remember)
        case _:
            _apply_case(office, time, fact, remember)


def _apply_case(office: Office, time: datetime, fact: OfficeCaseFact, remember: Remember) -> None:
    match fact:
        case Evaluated():
            office.grades[fact.case_id] = fact.grade
            remember(Evaluate(fact.request_id, fact.case_id, fact.grade, fact.comment), fact.case_id)
        case NotificationOrdered():
            office.notifications[fact.notification_id] = fact
            office.unsent[fact.case_id] = office.unsent.get(fact.case_id, 0) + 1
        case NotificationSent():
            del office.notifications[fact.notification_id]
            office.unsent[fact.case_id] -= 1
            if not office.unsent[fact.case_id]:
                del office.unsent[fact.case_id]
        case DeliveryChosen() | ResultBegun() | ResultHandled() | LockerOpened() | LockerClosed() | ResultReminded():
            _apply_result(office, fact, remember)
        case _:
            _apply_paper(office, time, fact, remember)


def _apply_paper(office: Office, time: datetime, fact: PaperFact, remember: Remember) -> None:
    if isinstance(fact, DepositAllocated):
        office.deposits[fact.deposit_id] = PaperDeposit(
            deposit_id=fact.deposit_id,
            case_id=fact.case_id,
            terminal_id=fact.terminal_id,
            terminal_name=fact.terminal_name,
            cell=fact.cell,
            code=fact.code,
            slots=fact.slots,
            pages=fact.pages,
            since=time,
            allocated_at=time,
        )
        office.deposits_of.setdefault(fact.case_id, []).append(fact.deposit_id)
        office.codes[fact.code] = fact.deposit_id
        _take_cell(office, fact.terminal_id, fact.cell, fact.deposit_id)
        remember(DepositPapers(fact.request_id, fact.case_id, fact.slots, fact.pages), fact.case_id)
        return
    deposit = office.deposits[fact.deposit_id]
    match fact:
        case DepositOpened():
            deposit.step("open", time)
            remember(OpenCell(fact.request_id, deposit.code), fact.case_id)
            del office.codes[deposit.code]
            deposit.code = ""
        case DepositStored():
            deposit.step("close", time)
            remember(CellClosed(fact.request_id, deposit.cell), fact.case_id)
        case DepositExpired():
            deposit.step("expire", time)
            del office.codes[deposit.code]
            deposit.code = ""
            _free_cell(office, deposit.terminal_id, deposit.cell)
        case DepositAlarmed():
            deposit.alarms += (fact.reason,)
        case DepositHandled():
            _handle_deposit(office, deposit, time, fact)
            remember(HandleDeposit(fact.request_id, fact.deposit_id, fact.act, fact.pages, fact.note), fact.case_id)
        case _:
            assert_never(fact)


def _handle_deposit(office: Office, deposit: PaperDeposit, time: datetime, fact: DepositHandled) -> None:
    if fact.act == "collect":
        _free_cell(office, deposit.terminal_id, deposit.cell)
    elif fact.act == "count":
        deposit.counted_pages = fact.pages
    deposit.step(step_of(deposit, fact.act, fact.pages), time)
    deposit.by, deposit.note = fact.by, fact.note


def step_of(deposit: PaperDeposit, act: str, pages: int) -> str:
    """The step of the table that an act of the collector is: a count matches what was declared, or differs."""
    if act != "count":
        return act
    return "match" if pages == deposit.pages else "differ"


def _apply_result(office: Office, fact: ResultFact, remember: Remember) -> None:
    case_id = fact.case_id
    if isinstance(fact, DeliveryChosen):
        office.choices[case_id] = fact.way, fact.address
        if case_id in office.results:
            office.results[case_id].way, office.results[case_id].address = fact.way, fact.address
        remember(ChooseDelivery(fact.request_id, case_id, fact.way, fact.address), case_id)
        return
    if isinstance(fact, ResultBegun):
        office.results[case_id] = ResultDocument(case_id, fact.way, fact.address)
        return
    result = office.results[case_id]
    match fact:
        case ResultHandled():
            _handle_result(office, result, fact)
            remember(HandleResult(fact.request_id, case_id, fact.act, fact.tracking, fact.terminal_id), case_id)
        case LockerOpened():
            result.step("open")
            remember(OpenCell(fact.request_id, result.code), case_id)
            del office.codes[result.code]
            result.code = ""
        case LockerClosed():
            remember(CellClosed(fact.request_id, result.cell), case_id)
            _leave_locker(office, result)
        case ResultReminded():
            result.reminders += (fact.reason,)
            if fact.reason == "expired":
                del office.codes[result.code]
                result.code = ""
        case _:
            assert_never(fact)


def _handle_result(office: Office, result: ResultDocument, fact: ResultHandled) -> None:
    if result.state == "in_locker":
        office.codes.pop(result.code, None)
        _leave_locker(office, result)
    result.step(fact.act)
    result.code, result.keep_until, result.by = fact.code, fact.keep_until, fact.by
    result.tracking = fact.tracking or result.tracking
    if fact.act == "put_in_locker":
        result.terminal_id, result.cell = fact.terminal_id, fact.cell
        office.codes[fact.code] = fact.case_id
        _take_cell(office, fact.terminal_id, fact.cell, fact.case_id)


def _leave_locker(office: Office, result: ResultDocument) -> None:
    _free_cell(office, result.terminal_id, result.cell)
    result.terminal_id, result.cell = "", 0


def _take_cell(office: Office, terminal_id: str, cell: int, content: str) -> None:
    office.cells.setdefault(terminal_id, {})[cell] = content


def _free_cell(office: Office, terminal_id: str, cell: int) -> None:
    cells = office.cells[terminal_id]
    del cells[cell]
    if not cells:
        del office.cells[terminal_id]


def _apply_follow_up(office: Office, time: datetime, fact: FollowUpFact, remember: Remember) -> None:
    if isinstance(fact, FollowUpOpened):
        office.follow_ups[fact.follow_up_id] = FollowUp(
            follow_up_id=fact.follow_up_id,
            source=fact.source,
            state="open",
            case_id=fact.about_case,
            item_name=fact.item_name,
            opened_at=time,
            due=fact.due,
            text=fact.text,
            grade=fact.grade,
            phone=fact.phone,
        )
        if fact.request_id:
            remember(ReportTrouble(fact.request_id, fact.about_case, fact.text, fact.phone), fact.follow_up_id)
        return
    follow_up = office.follow_ups[fact.follow_up_id]
    office.follow_ups[fact.follow_up_id] = msgspec.structs.replace(
        follow_up,
        state=next_state(FOLLOW_UP_STEPS, follow_up.state, "settle" if fact.is_settled else "answer"),
        answer=fact.answer,
        answered_by=fact.by,
    )
    remember(AnswerFollowUp(fact.request_id, fact.follow_up_id, fact.answer, fact.is_settled), fact.follow_up_id)
    settled = [id_ for id_, line in office.follow_ups.items() if line.state == "settled"]
    for old in settled[:-KEPT_SETTLED]:
        del office.follow_ups[old]


def _apply_hall(office: Office, fact: HallFact, remember: Remember) -> None:
    match fact:
        case CalendarDaySet():
            office.days[fact.entry.day] = fact.entry
            remember(SetCalendarDay(fact.request_id, fact.entry), HALL_OFFICE)
        case YearPublished():
            office.years[fact.year] = fact.source
            remember(PublishYear(fact.request_id, fact.year, fact.source), HALL_OFFICE)
        case RosterSet():
            office.roster = fact.entries
            remember(SetRoster(fact.request_id, fact.entries), HALL_OFFICE)
        case ItemOpenSet():
            if fact.is_open:
                office.closed_items.pop(fact.item_code, None)
            else:
                office.closed_items[fact.item_code] = fact.reason
            remember(SetItemOpen(fact.request_id, fact.item_code, fact.is_open, fact.reason), HALL_OFFICE)
        case SkillsLearnt():
            office.skills[fact.reviewer_id] = fact.skills
        case _:
            assert_never(fact)
