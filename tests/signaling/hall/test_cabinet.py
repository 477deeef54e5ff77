"""Cells and codes: the lowest free cell, codes of six digits that no living code equals."""

import pytest

from signaling.hall import cabinet
from signaling.hall.events import Terminal
from signaling.protocol.errors import ErrorCode, Refused


def test_cells_are_counted_from_one_and_given_lowest_first(play):
    floor = play.hall._floor
    terminal = Terminal("T-01", "1号终端", cells=3)
    floor.register.office.cells["T-01"] = {1: "p1", 3: "p2"}
    assert cabinet.free_cells(floor, terminal) == [2]
    assert cabinet.free_cell(floor, terminal) == 2
    floor.register.office.cells["T-01"][2] = "p3"
    with pytest.raises(Refused) as refusal:
        cabinet.free_cell(floor, terminal)
    assert refusal.value.code == ErrorCode.NO_CELL_FREE
    floor.register.office.cells.clear()


def test_a_terminal_without_a_cabinet_has_no_cell(play):
    with pytest.raises(Refused):
        cabinet.free_cell(play.hall._floor, Terminal("T-02", "2号终端"))


def test_a_code_is_drawn_again_until_no_living_code_equals_it(play):
    floor = play.hall._floor
    floor.new_id = iter(["a", "a", "b"]).__next__
    first = cabinet.new_code(floor)
    assert len(first) == 6
    assert first.isdigit()
    floor.register.office.codes[first] = "p1"
    assert cabinet.new_code(floor) != first
    floor.register.office.codes.clear()


def test_only_a_connected_terminal_is_found(play):
    floor = play.hall._floor
    assert cabinet.connected(floor, "T-01") is None
    play.terminal(cells=2)
    assert cabinet.connected(floor, "T-01") == Terminal("T-01", "1号终端", cells=2)
    assert cabinet.connected(floor, "") is None
