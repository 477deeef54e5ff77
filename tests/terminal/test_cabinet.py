"""The cabinet: a cell, a code that opens once, one door at a time, and a door that is never forgotten."""

from typing import Any

import msgspec
import pytest

from signaling.protocol.acts import CellClosed, CellOpened, DepositPapers, OpenCell
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Error
from signaling.protocol.values import Deposit, DepositState, MaterialSlot
from terminal.effects import UnlockCell

ORIGINAL = MaterialSlot("orig", "环评批复原件", is_original_kept=True)


def with_original(play: Any) -> Any:
    """Waiting, with an item whose original is kept, at a terminal with a cabinet."""
    play.session.cabinet.is_there = True
    play.waiting()
    item = msgspec.structs.replace(play.case.item, slots=(*play.case.item.slots, ORIGINAL))
    play.changed("received", item=item)
    return play.session.cabinet


def allocated(play: Any, state: DepositState = "allocated") -> None:
    deposit = Deposit("d1", state, "T-01", 12, ("orig",), 3, "482913" if state == "allocated" else "")
    play.changed("received", deposits=(deposit,))


def test_a_deposit_from_the_first_touch_to_the_shut_door(play: Any) -> None:
    cabinet = with_original(play)
    cabinet.begin()
    assert play.session.step == "cabinet"
    cabinet.set_pages(3)
    cabinet.deposit()
    cabinet.deposit()
    (asked,) = play.said(DepositPapers)
    assert (asked.slots, asked.pages) == (("orig",), 3)
    play.done(DepositPapers)
    allocated(play)
    assert cabinet.slots == (), "what has its cell needs no second one"
    cabinet.open_cell()
    (code,) = play.said(OpenCell)
    assert code.code == "482913"
    play.session.receive(CellOpened(code.request_id, 12, "c1"))
    assert play.of(UnlockCell) == [UnlockCell(12)]
    assert (cabinet.door.state, play.session.can_go_back) == ("open", False)
    cabinet.leave()
    assert cabinet.is_open, "not while the door stands open"
    cabinet.door_closed(12)
    cabinet.door_closed(12)
    assert [told.cell for told in play.said(CellClosed)] == [12]
    play.done(CellClosed)
    allocated(play, "stored")
    cabinet.leave()
    assert play.session.step == "waiting"
    assert not cabinet.can_begin


def test_nothing_is_chosen_nothing_is_asked(play: Any) -> None:
    cabinet = with_original(play)
    cabinet.begin()
    cabinet.choose("orig", is_chosen=False)
    cabinet.deposit()
    assert not play.said(DepositPapers)
    cabinet.set_pages(0)
    assert cabinet.pages == 1


def test_without_a_cabinet_or_after_the_end_there_is_nothing_to_do(play: Any) -> None:
    cabinet = with_original(play)
    assert cabinet.can_begin
    play.changed("refused")
    cabinet.begin()
    assert not cabinet.is_open
    play.changed("accepted")
    cabinet.is_there = False
    assert not cabinet.can_begin


def test_a_code_that_is_used_up_is_said(play: Any) -> None:
    session = play.session
    session.cabinet.is_there = True
    play.online().session.begin_pickup()
    session.entry.type("482913")
    session.open_cell()
    session.open_cell()
    (asked,) = play.said(OpenCell)
    session.receive(Error(ErrorCode.CODE_USED, "", asked.request_id))
    assert (session.step, session.problem) == ("pickup", "code_used")
    assert not play.of(UnlockCell)


def test_a_result_is_taken_out_from_the_welcome_screen(play: Any) -> None:
    session = play.session
    session.cabinet.is_there = True
    play.online().session.begin_pickup()
    session.entry.type("482913")
    session.open_cell()
    session.receive(CellOpened(play.said(OpenCell)[0].request_id, 7, "c9"))
    assert session.step == "cabinet"
    session.cabinet.door_closed(7)
    assert len(play.said(CellClosed)) == 1
    session.finish()
    assert session.step == "welcome"


def test_a_stuck_door_is_tried_again(play: Any) -> None:
    cabinet = with_original(play)
    allocated(play)
    cabinet.begin()
    cabinet.open_cell()
    play.session.receive(CellOpened(play.said(OpenCell)[0].request_id, 12, "c1"))
    cabinet.door_failed(12, "cabinet_stuck")
    assert (cabinet.door.state, cabinet.door.problem) == ("stuck", "cabinet_stuck")
    cabinet.unlock_again()
    assert len(play.of(UnlockCell)) == 2
    assert len(play.said(OpenCell)) == 1, "the code opens once: the second time only the lock is tried"


def test_the_hall_hears_of_a_door_that_was_shut_after_the_applicant_went(play: Any) -> None:
    cabinet = with_original(play)
    allocated(play)
    cabinet.begin()
    cabinet.open_cell()
    play.session.receive(CellOpened(play.said(OpenCell)[0].request_id, 12, "c1"))
    play.session.finish()
    cabinet.door_closed(12)
    assert [told.cell for told in play.said(CellClosed)] == [12]
    assert play.session.step == "welcome"


def test_nothing_is_unlocked_for_who_has_gone(play: Any) -> None:
    cabinet = with_original(play)
    allocated(play)
    cabinet.begin()
    cabinet.open_cell()
    play.session.finish()
    play.session.receive(CellOpened(play.said(OpenCell)[0].request_id, 12, "c1"))
    assert not play.of(UnlockCell)


@pytest.mark.parametrize("state", ["allocated", "opened"])
def test_a_restart_shows_the_cell_again(play: Any, state: DepositState) -> None:
    with_original(play)
    allocated(play, state)
    other = type(play)().online()
    other.session.cabinet.is_there = True
    other.session.receive(CaseChanged(play.case))
    cabinet = other.session.cabinet
    cabinet.begin()
    assert cabinet.waiting.state == state
    cabinet.confirm_closed()
    assert len(other.said(CellClosed)) == (1 if state == "opened" else 0)
