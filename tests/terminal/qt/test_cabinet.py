"""The cabinet's panel: originals, sheets, the cell's number, the door in words."""

from typing import Any

import msgspec

from signaling.protocol.acts import CellOpened, DepositPapers, OpenCell
from signaling.protocol.values import Deposit, MaterialSlot
from terminal.effects import UnlockCell
from terminal.qt.cabinet import CabinetPanel


def begun(play: Any) -> Any:
    play.session.cabinet.is_there = True
    play.waiting()
    slot = MaterialSlot("orig", "环评批复原件", form="原件", is_original_kept=True)
    play.changed("received", item=msgspec.structs.replace(play.case.item, slots=(*play.case.item.slots, slot)))
    play.session.cabinet.begin()
    return play.session


def test_from_the_list_to_the_shut_door(play: Any, show: Any, clipped: Any) -> None:
    session = begun(play)
    panel = show(CabinetPanel(session))
    assert panel.choose.ticks["orig"].isChecked()
    panel.choose.more.click()
    panel.choose.ticks["orig"].click()
    assert not panel.choose.next.isEnabled()
    panel.choose.ticks["orig"].click()
    assert clipped(panel) == []
    panel.choose.next.click()
    assert play.said(DepositPapers)[0].pages == 2
    play.done(DepositPapers)
    play.changed("received", deposits=(Deposit("d1", "allocated", "T-01", 12, ("orig",), 2, "482913"),))
    assert (panel.cell.number.text(), panel.cell.code.text()) == ("12 号柜", "开柜码 482913")
    assert clipped(panel) == []
    panel.cell.open.click()
    session.receive(CellOpened(play.said(OpenCell)[0].request_id, 12, "c1"))
    assert panel.cell.state.text() == "柜门已打开"
    assert not panel.cell.done.isVisible()
    session.cabinet.door_closed(12)
    assert panel.cell.state.text() == "柜门已关好"
    panel.cell.done.click()
    assert session.step == "waiting"


def test_a_stuck_door_says_what_to_do(play: Any, show: Any, clipped: Any) -> None:
    session = begun(play)
    panel = show(CabinetPanel(session))
    play.changed("received", deposits=(Deposit("d1", "allocated", "T-01", 12, ("orig",), 2, "482913"),))
    panel.cell.open.click()
    session.receive(CellOpened(play.said(OpenCell)[0].request_id, 12, "c1"))
    session.cabinet.door_failed(12, "cabinet_stuck")
    assert "再开一次" in panel.cell.words.text()
    assert clipped(panel) == []
    panel.cell.open.click()
    assert len(play.of(UnlockCell)) == 2


def test_after_a_restart_the_door_is_confirmed_by_hand(play: Any, show: Any) -> None:
    session = begun(play)
    panel = show(CabinetPanel(session))
    play.changed("received", deposits=(Deposit("d1", "opened", "T-01", 12, ("orig",), 2),))
    assert (panel.cell.open.isVisible(), panel.cell.shut.isVisible()) == (False, True)
