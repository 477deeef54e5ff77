"""Cells and codes of the terminals' cabinets: which cell is free, and a new one-time code.

Papers that come in (depositing.py) and results that go out (delivering.py) share the cells of a cabinet.
"""

import hashlib

from signaling.hall.events import Terminal
from signaling.hall.floor import Floor
from signaling.protocol.errors import ErrorCode, Refused


def connected(floor: Floor, terminal_id: str) -> Terminal | None:
    """The terminal, if it is connected now."""
    party = floor.sessions.get(floor.terminals.get(terminal_id, ""))
    return party if isinstance(party, Terminal) else None


def free_cells(floor: Floor, terminal: Terminal) -> list[int]:
    """The free cells of the terminal's cabinet, counted from 1, lowest first."""
    taken = floor.register.office.cells.get(terminal.terminal_id, {})
    return [cell for cell in range(1, terminal.cells + 1) if cell not in taken]


def free_cell(floor: Floor, terminal: Terminal) -> int:
    """One free cell. Raises Refused(NO_CELL_FREE)."""
    cells = free_cells(floor, terminal)
    if not cells:
        raise Refused(ErrorCode.NO_CELL_FREE, f"{terminal.cells} cells at {terminal.terminal_id}")
    return cells[0]


def new_code(floor: Floor) -> str:
    """A code of six digits that no living code equals."""
    while True:
        drawn = hashlib.sha256(floor.new_id().encode()).digest()
        code = f"{int.from_bytes(drawn[:8]) % 1_000_000:06d}"
        if code not in floor.register.office.codes:
            return code
