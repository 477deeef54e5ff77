"""A correction on the spot: old and new side by side, yes or no, once."""

from typing import Any

import pytest

from signaling.protocol.acts import ConfirmFix
from signaling.protocol.values import Fix
from terminal.qt.fix import FixCard


@pytest.mark.parametrize(("button", "is_confirmed"), [("confirm", True), ("refuse", False)])
def test_the_answer(play: Any, show: Any, clipped: Any, button: str, is_confirmed: bool) -> None:
    panel = FixCard(play.in_call().session)
    show(panel, 900, 130)
    play.changed("reviewing", fixes=(Fix("f1", "legal_representative", "欧阳建国", "欧阳健国"),))
    assert (panel.old.text(), panel.new.text()) == ("欧阳建国", "欧阳健国")
    assert "法定代表人" in panel.title.text()
    assert clipped(panel) == []
    getattr(panel, button).click()
    getattr(panel, button).click()
    (asked,) = play.said(ConfirmFix)
    assert (asked.fix_id, asked.is_confirmed) == ("f1", is_confirmed)
