"""The demo without windows closes a real case."""

from pathlib import Path

import pytest

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.headless import play_headless
from reviewer.demo.papers import draw_papers
from reviewer.settings import Settings as DeskSettings
from terminal.settings import Settings as BoothSettings

pytestmark = pytest.mark.flow


def test_a_case_is_played_to_its_end(tmp_path: Path) -> None:
    told: list[str] = []
    with HallProcess(tmp_path / "hall", tmp_path / "log") as hall:
        desk = DeskSettings(url=hall.url, login=hall.login(), is_simulated=True)
        booth = BoothSettings(device=hall.device(), url=hall.url, out=tmp_path / "prints")
        figures = play_headless(desk, booth, draw_papers(tmp_path / "papers"), told.append)
    assert "办件关闭" in told[-1]
    assert [line.split()[0] for line in told] == ["1", "2", "3", "4", "5"]
    assert 0 < figures["全程"] < 60
    assert list((tmp_path / "prints").glob("*.pdf"))
