"""Help says something for every step."""

from typing import Any, get_args

from terminal.qt.help import _ADVICE, HelpPanel
from terminal.session import Step


def test_help(play: Any, show: Any, clipped: Any) -> None:
    panel = show(HelpPanel(play.session))
    assert set(_ADVICE) == set(get_args(Step))
    welcome = panel.advice.text()
    play.at_materials()
    assert panel.advice.text() != welcome
    assert clipped(panel) == []
