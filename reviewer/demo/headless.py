"""The demo without windows: the same server, the simulated reviewer and the simulated applicant.

For machines that lack Qt's system libraries; everything but screenshots and the marked drawing is the same.
"""

import asyncio
import time
from collections.abc import Callable

from reviewer.__main__ import connect_to_hall, open_synthetic_leg
from reviewer.demo.papers import KnownReader, Papers
from reviewer.settings import Settings as DeskSettings
from reviewer.simulator import SimulatedReviewer
from terminal.machine import build_booth, call_sources
from terminal.settings import Settings as BoothSettings
from terminal.simulator import Script, Simulator

ITEM = "ENV-001"
_WORDS = {
    "submitted": "提交，席位自动振铃",
    "corrections asked": "审核人员要求补正",
    "corrections handed": "交来新版材料",
    "notice printed": "通知书已打印，办件关闭",
    "notice": "受理通知书盖章送达，终端核验通过",
}
"""What the simulated terminal tells, for the person who watches; the first that fits counts."""


def play_headless(
    desk: DeskSettings, booth: BoothSettings, papers: Papers, tell: Callable[[str], None]
) -> dict[str, float]:
    """One case with one correction; figures by name in seconds. Raises StoryStopped."""
    return asyncio.run(_play(desk, booth, papers, tell))


async def _play(
    desk: DeskSettings, booth_settings: BoothSettings, papers: Papers, tell: Callable[[str], None]
) -> dict[str, float]:
    login = desk.login
    if login is None:
        raise ValueError("the demo's desk has a login file")
    began = time.monotonic()
    lines = 0

    def line(words: str) -> None:
        nonlocal lines
        lines += 1
        chinese = next((chinese for english, chinese in _WORDS.items() if words.startswith(english)), words)
        tell(f"{lines:3d}  {time.monotonic() - began:6.2f} s  {chinese}（{words}）")

    reviewer = SimulatedReviewer(connect_to_hall, open_synthetic_leg)
    booth = build_booth(
        booth_settings, call_sources(booth_settings), lambda job: job(), lambda job: job(), reader=KnownReader()
    )
    script = Script(
        item_code=ITEM,
        papers={"approval": papers.scan, "plan": papers.drawing},
        corrected=({"plan": papers.corrected_drawing},),
    )
    async with asyncio.TaskGroup() as group:
        at_desk = group.create_task(
            reviewer.run(login.url, login.reviewer, login.password, login.desk_id, cases=1), name="reviewer"
        )
        in_booth = group.create_task(booth.run(), name="booth")
        await Simulator(booth, line).play(script)
        await at_desk
        await booth.flush()
        in_booth.cancel()
    return {"全程": time.monotonic() - began}
