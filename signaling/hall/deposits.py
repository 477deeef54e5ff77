"""The machine of a deposit (材料柜交存): papers on their way through a cell of a cabinet into the hall's custody.

A cell is reserved and its code opens it once; shut again, the papers are stored; the collector takes them (the cell
is free then), counts the pages against what was declared, and archives or returns them. Changed only by
office_book.py; who may do what is depositing.py's.
"""

from datetime import datetime

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import Deposit, DepositState, OriginalState

STEPS: dict[tuple[DepositState, str], DepositState] = {
    ("allocated", "open"): "opened",
    ("allocated", "expire"): "void",
    ("opened", "close"): "stored",
    ("opened", "collect"): "collected",
    ("stored", "collect"): "collected",
    ("collected", "match"): "matched",
    ("collected", "differ"): "mismatched",
    ("mismatched", "match"): "matched",
    ("mismatched", "differ"): "mismatched",
    ("matched", "archive"): "archived",
    ("matched", "return"): "returned",
    ("mismatched", "return"): "returned",
    ("archived", "return"): "returned",
}
"""``collect`` from ``opened``: the door stood open, the collector found the papers. ``match``, ``differ``: a count."""

IN_CELL: tuple[DepositState, ...] = ("allocated", "opened", "stored")
"""While in these, the cell is taken."""

SETTLED: tuple[DepositState, ...] = ("void", "archived", "returned")
"""Nothing more has to happen."""

_ORIGINAL: dict[DepositState, OriginalState] = {
    "allocated": "none",
    "opened": "none",
    "stored": "deposited",
    "collected": "deposited",
    "matched": "matched",
    "archived": "matched",
    "mismatched": "mismatched",
    "returned": "returned",
    "void": "none",
}


class PaperDeposit(msgspec.Struct):
    """One deposit. ``code`` is empty once it is used up; ``since`` is when the present state began."""

    deposit_id: str
    case_id: str
    terminal_id: str
    terminal_name: str
    cell: int
    code: str
    slots: tuple[str, ...]
    pages: int
    since: datetime
    allocated_at: datetime
    state: DepositState = "allocated"
    by: str = ""
    note: str = ""
    counted_pages: int = 0
    alarms: tuple[str, ...] = ()
    """Alarms of the present state, as in DepositAlarmed."""

    def step(self, step: str, now: datetime) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)
        self.since = now
        self.alarms = ()

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    @property
    def original(self) -> OriginalState:
        """What this says about the originals of its slots."""
        return _ORIGINAL[self.state]

    def view(self) -> Deposit:
        """The deposit as the terminal, the desk and the collector see it."""
        return Deposit(
            deposit_id=self.deposit_id,
            state=self.state,
            terminal_id=self.terminal_id,
            cell=self.cell,
            slots=self.slots,
            pages=self.pages,
            code=self.code,
            since=self.since,
            by=self.by,
            note=self.note,
            counted_pages=self.counted_pages,
        )
