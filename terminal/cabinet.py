"""The material cabinet at the terminal: putting originals in, taking results out, one door at a time.

Part of ``TerminalSession``, as pure as it is. The hall gives a cell and a code that opens it once; ``CellOpened`` is
its permission, the device unlocks, and when the door is shut again the hall is told, even if the applicant has gone
meanwhile: from then on the papers are the hall's to keep.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from signaling.protocol.acts import CellClosed, CellOpened, DepositPapers, OpenCell
from signaling.protocol.values import CaseState, CaseView, Deposit, MaterialSlot
from terminal.asking import Asking
from terminal.effects import Effect, UnlockCell

MAX_PAGES = 10_000
_TAKES_PAPER: tuple[CaseState, ...] = (
    "received",
    "reviewing",
    "correction_requested",
    "accepted",
    "accepted_with_gap",
    "paused",
)


class Door(msgspec.Struct, frozen=True):
    """The door that is open, or was just shut. ``case_id`` tells whose papers lie behind it."""

    cell: int
    case_id: str
    state: Literal["open", "shut", "stuck"] = "open"
    problem: str = ""


class Cabinet:
    """Deposits of the case on screen, and the door."""

    def __init__(
        self,
        perform: Callable[[Effect], None],
        asking: Asking,
        case: Callable[[], CaseView | None],
        changed: Callable[[], None],
    ) -> None:
        self._perform = perform
        self._asking = asking
        self._case = case
        self._changed = changed
        self._unlocked: set[int] = set()
        self.is_there = False
        """Whether this terminal has a cabinet at all."""
        self.clear()

    def clear(self) -> None:
        """Forget what belongs to one applicant; a door that stands open is still watched."""
        self.is_open = False
        """Whether the applicant is busy at the cabinet."""
        self.chosen: frozenset[str] = frozenset()
        self.pages = 1
        self.door: Door | None = None

    # --- what can be asked ----------------------------------------------------------------

    @property
    def slots(self) -> tuple[MaterialSlot, ...]:
        """Slots whose paper can be put in now."""
        case = self._case()
        if case is None or not self.is_there or case.state not in _TAKES_PAPER:
            return ()
        held = (deposit for deposit in case.deposits if deposit.state not in ("void", "returned"))
        busy = {slot for deposit in held for slot in deposit.slots}
        handed = {material.slot for material in case.materials}
        return tuple(
            slot
            for slot in case.item.slots
            if slot.code not in busy and (slot.is_original_kept or (slot.is_gap_able and slot.code not in handed))
        )

    @property
    def waiting(self) -> Deposit | None:
        """A deposit whose cell has been given and waits for the papers, or stands open."""
        case = self._case()
        deposits = case.deposits if case is not None else ()
        return next((deposit for deposit in deposits if deposit.state in ("allocated", "opened")), None)

    @property
    def can_begin(self) -> bool:
        """Whether there is anything to do at the cabinet."""
        return self.is_there and (bool(self.slots) or self.waiting is not None)

    # --- gestures ---------------------------------------------------------------------------

    def begin(self) -> None:
        """Go to the cabinet."""
        if self.can_begin:
            self.is_open, self.door = True, None
            self.chosen = frozenset(slot.code for slot in self.slots)
            self.pages = max(1, len(self.chosen))
            self._changed()

    def leave(self) -> None:
        """Back to the case; not while the door stands open."""
        if self.door is None or self.door.state != "open":
            self.is_open, self.door = False, None
            self._changed()

    def choose(self, slot: str, *, is_chosen: bool) -> None:
        """This slot's paper is put in, or not."""
        self.chosen = self.chosen | {slot} if is_chosen else self.chosen - {slot}
        self._changed()

    def set_pages(self, pages: int) -> None:
        """How many sheets are put in, as counted by the applicant."""
        self.pages = min(max(1, pages), MAX_PAGES)
        self._changed()

    def deposit(self) -> None:
        """Ask for a cell."""
        case = self._case()
        slots = tuple(slot.code for slot in self.slots if slot.code in self.chosen)
        if case is not None and slots and self.waiting is None:
            self._asking.say(lambda request_id: DepositPapers(request_id, case.case_id, slots, self.pages))
            self._changed()

    def open_cell(self, code: str = "") -> None:
        """Show a code to the cabinet; without one, that of the deposit that waits."""
        deposit = self.waiting
        wanted = code or (deposit.code if deposit is not None else "")
        if wanted and (self.door is None or self.door.state == "shut"):
            self._asking.say(lambda request_id: OpenCell(request_id, wanted))
            self._changed()

    def unlock_again(self) -> None:
        """The door did not open: try the lock once more."""
        if self.door is not None and self.door.state == "stuck":
            self._unlock(self.door.cell, self.door.case_id)
            self._changed()

    def confirm_closed(self) -> None:
        """The applicant says that the door is shut: the program was restarted and has not heard it."""
        deposit = self.waiting
        if deposit is not None and deposit.state == "opened" and self.door is None:
            self._asking.say(lambda request_id: CellClosed(request_id, deposit.cell))
            self._changed()

    # --- results ------------------------------------------------------------------------------

    def opened(self, message: CellOpened) -> None:
        """The hall permits it: unlock. For an applicant who has gone nothing is unlocked."""
        if self._asking.answered(message.request_id):
            self._unlock(message.cell, message.case_id)

    def door_closed(self, cell: int) -> None:
        """The cabinet says that this door is shut."""
        if cell not in self._unlocked:
            return
        self._unlocked.discard(cell)
        self._asking.say(lambda request_id: CellClosed(request_id, cell))
        if self.door is not None and self.door.cell == cell:
            self.door = Door(cell, self.door.case_id, "shut")
        self._changed()

    def door_failed(self, cell: int, code: str) -> None:
        """The cabinet could not unlock it."""
        self._unlocked.discard(cell)
        if self.door is not None and self.door.cell == cell:
            self.door = Door(cell, self.door.case_id, "stuck", code)
            self._changed()

    def _unlock(self, cell: int, case_id: str) -> None:
        self.door = Door(cell, case_id)
        self._unlocked.add(cell)
        self._perform(UnlockCell(cell))
