"""A reviewer without a window: takes calls, looks at every paper, draws, asks for one correction, accepts.

It uses the same session and joiner as the window and only what a person could do. For tests, load and demos.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark, WetInk
from annotate.pages import PageSource
from reviewer.calls import Link
from reviewer.desk import ConnectTo, Desk, LegMessage, LegPort
from reviewer.effects import StartLeg
from reviewer.papers import Paper
from reviewer.session import DeskSession
from reviewer.settings import Settings

logger = logging.getLogger(__name__)

STROKE_POINTS = 64
WET_POINTS = 8
"""Points of a piece of wet ink, as a window sends it."""
WET_EVERY_S = 0.02
STEP_DEADLINE_S = 120.0
"""The longest anything may take in which the applicant has no part."""

_PROBLEM = "总平面图未标注排放口位置"
_REQUIREMENT = "在图上标明排放口编号、坐标和去向后重新提交"


class SourcesToLeg(Protocol):
    """Makes the WebRTC leg of a call, or a leg in memory."""

    def __call__(
        self, leg: StartLeg, say: Callable[[LegMessage], None], changed: Callable[[Link], None]
    ) -> LegPort: ...


class CallOver(Exception):
    """The call ended before the case was decided."""


class SimulatedReviewer:
    """Drives one desk's session on the loop it is made on. ``corrects``: ask for a correction before accepting."""

    def __init__(self, connect: ConnectTo, open_leg: SourcesToLeg, corrects: bool = True) -> None:
        self._changed = asyncio.Event()
        self._corrects = corrects
        self._stroke_no = 0
        self._loop = asyncio.get_running_loop()
        self.desk = Desk(self._post, connect, open_leg, lambda _is_on: None, lambda: uuid4().hex)
        self.desk.session.subscribe(self._changed.set)
        self.accepted = 0

    @property
    def session(self) -> DeskSession:
        """The desk's session."""
        return self.desk.session

    async def run(self, url: str, reviewer: str, password: str, desk_id: str, cases: int | None = None) -> None:
        """Log in and handle this many cases, or until cancelled. Raises PermissionError when the hall refuses."""
        async with asyncio.TaskGroup() as tasks:
            desk = tasks.create_task(self.desk.run(), name="desk")
            self.session.log_in(url, reviewer, password, desk_id)
            while cases is None or self.accepted < cases:
                await self._be_ready()
                try:
                    await self._handle_call()
                except CallOver:
                    logger.info("call ended before a decision: %s", self.session.last_end)
            desk.cancel()

    def _post(self, act: Callable[[], None]) -> None:
        self._loop.call_soon(act)

    async def _be_ready(self) -> None:
        """Wait for a call, going back to ready whenever the hall has set us away."""
        session = self.session
        asked = False
        while session.offer is None and session.call is None:
            if session.connection == "refused":
                raise PermissionError(f"the hall refuses: {session.refusal}")
            if session.availability == "ready":
                asked = False
            elif session.can_change_availability and not asked:
                session.set_ready()
                asked = session.availability == "away"
            await self._next()

    async def _handle_call(self) -> None:
        session = self.session
        if session.offer is not None:
            session.answer()
            await self._until(lambda: session.call is not None, needs_call=False)
        while True:
            await self._look_at_everything()
            case = session.case
            if case is None or not self._corrects or case.notices:
                break
            await self._ask_for_correction()
            await self._until(lambda: session.case is not None and session.case.state == "reviewing", deadline_s=None)
        await self._until(lambda: not session.undecided_reasons("accept"))
        session.accept()
        await self._until(lambda: session.case is not None and session.case.state == "closed", deadline_s=None)
        self.accepted += 1
        session.end()
        await self._until(lambda: session.call is None, needs_call=False)

    async def _look_at_everything(self) -> None:
        session = self.session
        for paper in session.papers.current():
            digest = paper.material.digest
            await self._until(lambda paper=paper: _is_settled(paper))  # type: ignore[misc]
            for page in range(min(paper.page_count, 3)):
                session.show_material(digest, page)

    async def _ask_for_correction(self) -> None:
        """Circle a spot on the last paper and make a correction of it."""
        session = self.session
        paper = session.papers.current()[-1]
        digest = paper.material.digest
        session.show_material(digest, 0)
        mark_id = await self._draw(digest)
        await self._until(lambda: not session.papers.markup(digest).pending)
        session.add_correction(paper.material.slot, 0, mark_id)
        draft = session.drafts[-1]
        session.edit_correction(draft.draft_id, _PROBLEM, _REQUIREMENT)
        await self._until(lambda: not session.undecided_reasons("request_corrections"))
        session.request_corrections()
        await self._until(lambda: session.case is not None and bool(session.case.notices))

    async def _draw(self, digest: str) -> str:
        self._stroke_no += 1
        paper = self.session.papers.get(digest)
        pages = paper.opened.pages if paper and paper.opened else None
        width_pt, height_pt = pages.info.sizes_pt[0] if isinstance(pages, PageSource) else (595.0, 842.0)
        points = _circle(0.55 * width_pt, 0.45 * height_pt, 0.12 * min(width_pt, height_pt))
        style = MarkStyle(width_pt=max(2.4, width_pt / 400))
        for start in range(0, len(points), WET_POINTS):
            piece = points[start : start + WET_POINTS]
            self.session.wet(WetInk(self._stroke_no, start, 0, style.colour, style.width_pt, False, piece))
            await asyncio.sleep(WET_EVERY_S)
        mark_id = uuid4().hex
        self.session.operate(AddMark(mark_id, 0, Stroke(style, points), self._stroke_no))
        return mark_id

    async def _until(
        self, is_so: Callable[[], bool], needs_call: bool = True, deadline_s: float | None = STEP_DEADLINE_S
    ) -> None:
        """Wait for a state. Raises CallOver when the call that it needs is gone, TimeoutError after the deadline."""
        async with asyncio.timeout(deadline_s):
            while not is_so():
                over = self.session.call is None and self.session.offer is None
                if over and (needs_call or self.session.availability == "away"):
                    raise CallOver
                await self._next()

    async def _next(self) -> None:
        await self._changed.wait()
        self._changed.clear()


def _is_settled(paper: Paper) -> bool:
    """Open, or never going to be; what only could not be reached is fetched again after a reconnect."""
    return paper.state == "open" or (paper.state == "failed" and paper.problem != "unreachable")


def _circle(x: float, y: float, radius: float) -> tuple[InkPoint, ...]:
    """A hand-drawn ring: not quite round, heavier in the middle, ends past its start."""
    points = []
    for step in range(STROKE_POINTS):
        angle = 2.15 * math.pi * step / (STROKE_POINTS - 1) - 1.2
        swing = radius * (1 + 0.05 * math.sin(3 * angle) + 0.06 * step / STROKE_POINTS)
        pressure = 0.35 + 0.4 * math.sin(math.pi * step / STROKE_POINTS)
        points.append(InkPoint(x + 1.5 * swing * math.cos(angle), y + swing * math.sin(angle), pressure))
    return tuple(points)


async def simulate(settings: Settings, connect: ConnectTo, open_leg: SourcesToLeg) -> int:
    """Handle cases until cancelled; the exit status when the hall refuses."""
    login = settings.login
    if login is None:
        raise ValueError("a simulated reviewer needs a login")
    reviewer = SimulatedReviewer(connect, open_leg)
    try:
        await reviewer.run(settings.url, login.reviewer, login.password, login.desk_id)
    except* PermissionError as refusals:
        logger.error("%s", refusals.exceptions[0])
    return 1
