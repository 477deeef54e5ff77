"""Quick ways to the cases the board and the manager's page show: in line, or with a notice that can be voided.

Derived from the register case by case as facts are recorded (``Floor.note``), and built again after a restart;
nothing here is decided or durable. So no page ever goes through all cases.
"""

from collections.abc import Iterable

from signaling.hall.case import Case
from signaling.hall.events import Terminal
from signaling.protocol.values import TicketState

IN_LINE: tuple[TicketState, ...] = (
    "waiting",
    "offered",
    "serving",
    "interrupted",
    "parked",
    "summoned",
    "missed",
)
"""Tickets that still have a place, or are being served."""


class Lists:
    """Case ids, oldest change first, and every terminal that somebody saw connected since the start."""

    def __init__(self) -> None:
        self.in_line: dict[str, None] = {}
        self.voidable: dict[str, None] = {}
        self.terminals: dict[str, Terminal] = {}

    def note(self, case_id: str, case: Case | None) -> None:
        """The case changed, or is gone (None)."""
        is_alive = case is not None and not case.is_settled
        notice = None if case is None else case.last_notice
        _keep(self.in_line, case_id, case is not None and case.ticket.state in IN_LINE)
        _keep(self.voidable, case_id, is_alive and notice is not None and notice.state != "sealing")

    def meet(self, terminals: Iterable[Terminal]) -> None:
        """These terminals are connected."""
        self.terminals.update((terminal.terminal_id, terminal) for terminal in terminals)


def _keep(ids: dict[str, None], case_id: str, is_in: bool) -> None:
    ids.pop(case_id, None)
    if is_in:
        ids[case_id] = None
