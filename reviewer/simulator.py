"""A reviewer without a window: takes calls or tasks of the work list, looks at every paper, and decides.

It uses the same session as the window and only what a person could do. For tests, load and demos: what it
decides, how long it takes, and whether it picks up are arguments. Without media it runs in numbers (quiet.py).
"""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Literal, Protocol
from uuid import uuid4

import msgspec

from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark, WetInk
from annotate.pages import PageSource
from reviewer.calls import Link
from reviewer.desk import ConnectTo, Desk, LegMessage, LegPort
from reviewer.effects import StartLeg
from reviewer.outcomes import CORRECTING, OFFERED
from reviewer.papers import Paper
from reviewer.quiet import QuietDesk
from reviewer.session import DeskSession
from reviewer.settings import Settings
from signaling.protocol.values import CaseView, Outcome, Particulars, WorkEntry

logger = logging.getLogger(__name__)

STROKE_POINTS = 64
WET_POINTS = 8
"""Points of a piece of wet ink, as a window sends it."""
WET_EVERY_S = 0.02
STEP_DEADLINE_S = 120.0
"""The longest anything may take in which the applicant has no part."""
NOTICE_DEADLINE_S = 60.0
"""How long it stays in the call for a notice to be printed; whoever prints later fetches it without a call."""

_PROBLEM = "总平面图未标注排放口位置"
_REQUIREMENT = "在图上标明排放口编号、坐标和去向后重新提交"

_PASSING = frozenset({"offline", "deciding", "unread", "fix_open", "sealing"})
"""Reasons that pass by waiting."""

PickUp = Literal["answer", "decline", "miss"]


class Verdict(msgspec.Struct, frozen=True):
    """What a simulated reviewer does with a case. ``ending`` None decides; else the call ends in that way instead."""

    outcome: Outcome = "accept"
    particulars: Particulars = Particulars()
    problem: str = _PROBLEM
    requirement: str = _REQUIREMENT
    ending: Literal["missed", "park", "window", "callback", "asynchronous"] | None = None


Decider = Callable[[CaseView], Verdict]
Handling = float | Callable[[CaseView], float]


def usual(case: CaseView) -> Verdict:
    """The usual next step of a case: accept what is complete, decide, issue, close."""
    return Verdict(OFFERED.get(case.state, ("accept",))[0])


def correct_once(case: CaseView) -> Verdict:
    """Ask for one correction of what has had none, then go on as usual."""
    return Verdict("request_corrections") if case.state == "reviewing" and not case.notices else usual(case)


class SourcesToLeg(Protocol):
    """Makes the WebRTC leg of a call, or a leg in memory."""

    def __call__(
        self, leg: StartLeg, say: Callable[[LegMessage], None], changed: Callable[[Link], None]
    ) -> LegPort: ...


class CallOver(Exception):
    """The call ended, or the case was taken off the desk, before it was decided."""


class SimulatedReviewer:
    """Drives one desk's session on the loop it is made on.

    ``corrects``: ask for a correction before accepting; ``decide`` says it for each case instead. ``handling`` is how
    long a case takes (s). ``pick_up`` answers, declines or misses a ring. ``does_work``: takes from the work list
    while no call rings. Without media no file is read and no video runs; ``open_leg`` may then be None.
    """

    def __init__(
        self,
        connect: ConnectTo,
        open_leg: SourcesToLeg | None = None,
        corrects: bool = True,
        *,
        has_media: bool = True,
        handling: Handling = 0.0,
        decide: Decider | None = None,
        pick_up: Callable[[CaseView], PickUp] | None = None,
        does_work: bool = False,
    ) -> None:
        self._changed = asyncio.Event()
        self._handling = handling
        self._verdict = decide or (correct_once if corrects else usual)
        self._pick_up = pick_up
        self._does_work = does_work
        self._draws = has_media
        self._stroke_no = 0
        self._given_up: set[str] = set()
        self._loop = asyncio.get_running_loop()
        self.desk: Desk | QuietDesk
        if has_media and open_leg is not None:
            self.desk = Desk(self._post, connect, open_leg, lambda _is_on: None, lambda: uuid4().hex)
        else:
            self.desk = QuietDesk(connect, lambda: uuid4().hex)
        self.desk.session.subscribe(self._changed.set)
        self.accepted = 0
        self.decided: list[tuple[str, Outcome]] = []
        """Case id and outcome of everything decided, in order."""

    @property
    def session(self) -> DeskSession:
        """The desk's session."""
        return self.desk.session

    async def run(self, url: str, reviewer: str, password: str, desk_id: str, cases: int | None = None) -> None:
        """Log in and handle this many cases, or until cancelled. Raises PermissionError when the hall refuses.

        A case counts when it was accepted, or decided in any other way that ends its stay on the desk.
        """
        async with asyncio.TaskGroup() as tasks:
            desk = tasks.create_task(self.desk.run(), name="desk")
            self.session.log_in(url, reviewer, password, desk_id)
            while cases is None or self.accepted < cases:
                task = await self._next_case()
                try:
                    await (self._do_task(task) if task else self._handle_call())
                except CallOver:
                    logger.info("case left before a decision: %s", self.session.last_end)
            desk.cancel()

    def _post(self, act: Callable[[], None]) -> None:
        self._loop.call_soon(act)

    async def _next_case(self) -> WorkEntry | None:
        """Wait for a call (None) or a task, going back to ready whenever the hall has set us away."""
        session = self.session
        asked = False
        while session.offer is None and session.call is None:
            if session.connection == "refused":
                raise PermissionError(f"the hall refuses: {session.refusal}")
            if session.availability == "ready":
                asked = False
                task = self._free_task()
                if task is not None:
                    return task
            elif session.can_change_availability and not asked:
                session.set_ready()
                asked = session.availability == "away"
            await self._next()
        return None

    def _free_task(self) -> WorkEntry | None:
        if not (self._does_work and self.session.can_open):
            return None
        return next((entry for entry in self.session.work if self._is_free(entry)), None)

    def _is_free(self, entry: WorkEntry) -> bool:
        return not entry.holder and entry.kind != "parked" and entry.case_id not in self._given_up

    # --- calls ----------------------------------------------------------------------------------

    async def _handle_call(self) -> None:
        session = self.session
        if session.offer is not None:
            if not await self._answered(session.offer.call_id):
                return
            await self._until(lambda: session.call is not None, needs_call=False)
        case = session.case
        if case is None:
            raise CallOver
        await self._take_time(case)
        while True:
            case = await self._look_at_everything()
            verdict = self._verdict(case)
            if verdict.ending is not None:
                self._end_as(verdict.ending)
                break
            if not await self._decide(verdict):
                break
            if verdict.outcome not in CORRECTING:
                await self._notice_printed()
                break
            await self._until(lambda: session.case is not None and session.case.state == "reviewing", deadline_s=None)
        session.end()
        await self._until(lambda: session.call is None, needs_call=False)

    async def _answered(self, call_id: str) -> bool:
        """Pick up, or not; False when the ring is over without a call."""
        session, case = self.session, self.session.case
        how = self._pick_up(case) if self._pick_up and case else "answer"
        if how == "answer":
            session.answer()
            return True
        if how == "decline":
            session.decline()
        await self._until(lambda: session.offer is None or session.offer.call_id != call_id, needs_call=False)
        return False

    def _end_as(self, ending: str) -> None:
        match ending:
            case "missed":
                self.session.mark_missed()
            case "park":
                self.session.park()
            case "window" | "callback" | "asynchronous":
                self.session.convert(ending)

    async def _notice_printed(self) -> None:
        """Stay until the applicant holds the notice, as a person would; not for ever, and not when the call ends."""
        session = self.session

        def is_printed() -> bool:
            case = session.case
            return case is None or not case.notices or case.notices[-1].state == "printed"

        try:
            await self._until(is_printed, deadline_s=NOTICE_DEADLINE_S)
        except (CallOver, TimeoutError):
            logger.info("call over before the notice was printed")

    # --- tasks of the work list -----------------------------------------------------------------------

    async def _do_task(self, task: WorkEntry) -> None:
        """Open the case, take its usual step, put it back."""
        session = self.session
        session.problem = ""
        session.open_case(task.case_id)
        await self._until(lambda: session.is_opened or bool(session.problem) or session.offer is not None, False)
        if not session.is_opened:
            return
        try:
            case = session.case
            is_done = case is not None and await self._work_on(case)
        except CallOver:
            is_done = False
        if not is_done:
            self._given_up.add(task.case_id)
        await self._until(lambda: session.is_online or not session.opened_id, needs_call=False)
        session.return_case()
        await self._until(lambda: not session.opened_id, needs_call=False)

    async def _work_on(self, case: CaseView) -> bool:
        await self._take_time(case)
        return await self._decide(self._verdict(await self._look_at_everything()))

    # --- what both have in common -----------------------------------------------------------------------

    async def _decide(self, verdict: Verdict) -> bool:
        """Take the step and wait until it is recorded; False when it is not possible or was refused."""
        session, outcome = self.session, verdict.outcome
        if outcome == "request_corrections":
            await self._write_correction(verdict)
        await self._until(lambda: not any(reason.code in _PASSING for reason in session.undecided_reasons(outcome)))
        session.problem = ""
        session.ask_preview(outcome, verdict.particulars)
        await self._until(
            lambda: session.can_seal(outcome, verdict.particulars) or session.preview.state in ("none", "failed")
        )
        session.decide(outcome, verdict.particulars)
        if session.decision is None or session.case is None:
            logger.warning("outcome %s not possible: %s", outcome, session.undecided_reasons(outcome))
            return False
        case_id = session.case.case_id
        await self._until(lambda: session.decision is None)
        if session.problem:
            logger.warning("outcome %s of case %s refused: %s", outcome, case_id, session.problem)
            return False
        self.decided.append((case_id, outcome))
        if outcome not in CORRECTING:
            self.accepted += 1
        return True

    async def _take_time(self, case: CaseView) -> None:
        """As long as a person would need; cut short when the call ends or the case goes."""
        needed_s = self._handling(case) if callable(self._handling) else self._handling
        if needed_s > 0:
            try:
                await self._until(lambda: False, deadline_s=needed_s)
            except TimeoutError:
                return

    async def _look_at_everything(self) -> CaseView:
        session = self.session
        for paper in session.papers.current():
            digest = paper.material.digest
            await self._until(lambda paper=paper: _is_settled(paper))  # type: ignore[misc]
            for page in range(min(paper.page_count, 3)):
                session.show_material(digest, page)
        if session.case is None:
            raise CallOver
        return session.case

    async def _write_correction(self, verdict: Verdict) -> None:
        """Circle a spot on the last paper and make a correction of it; without media, one by hand."""
        session = self.session
        paper = session.papers.current()[-1]
        digest = paper.material.digest
        mark_id = ""
        if self._draws:
            session.show_material(digest, 0)
            mark_id = await self._draw(digest)
            await self._until(lambda: not session.papers.markup(digest).pending)
        session.add_correction(paper.material.slot, 0, mark_id)
        session.edit_correction(session.drafts[-1].draft_id, verdict.problem, verdict.requirement)

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
        """Wait for a state. Raises CallOver when the call or open case it needs is gone, TimeoutError when late."""
        async with asyncio.timeout(deadline_s):
            while not is_so():
                over = not self.session.is_in_charge and self.session.offer is None
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
