"""A terminal without a window: plays a whole case through the same session and booth as the real one.

For tests, load and the demo. The script says what the simulated applicant does; the waiting is on changes of the
session, never on time alone.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import CaseView
from terminal.booth import Booth
from terminal.session import TerminalSession

logger = logging.getLogger(__name__)

CAMERA: None = None
"""In a script: photograph this material instead of handing in a file."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What the applicant does. Empty ``item_code`` takes the first item.

    ``papers``: slot to file, or to ``CAMERA``; required slots that are not named are photographed.
    ``corrected``: the same for what a correction notice names, one mapping for each round.
    """

    kind: Literal["person", "organisation"] = "organisation"
    phone: str = "13800138000"
    item_code: str = ""
    papers: Mapping[str, Path | None] = {}
    corrected: tuple[Mapping[str, Path | None], ...] = ()
    consents_to_video: bool = True
    deadline_s: float = 60.0
    """For each single step."""


class StoryStopped(Exception):
    """The case did not go on within the deadline, or something was refused; ``code`` is the session's problem."""

    def __init__(self, step: str, code: str) -> None:
        super().__init__(f"stopped at {step}: {code or 'nothing happened'}")
        self.step = step
        self.code = code


class Simulator:
    """Drives a booth whose session lives in the running loop (``post`` and ``in_loop`` call at once)."""

    def __init__(self, booth: Booth, tell: Callable[[str], None] = lambda line: None) -> None:
        self._booth = booth
        self._tell = tell
        self._changed = asyncio.Event()
        booth.session.subscribe(self._changed.set)

    async def play(self, script: Script) -> CaseView:
        """One case from the first touch to the printed notice; the applicant's data is wiped afterwards.

        The booth must be running. Raises StoryStopped.
        """
        session = self._booth.session
        await self._until("connect", script, lambda s: s.connection.state == "online" and bool(s.items))
        session.begin()
        session.read_card(script.kind)
        await self._until("identify", script, lambda s: s.card is not None)
        session.set_phone(script.phone)
        session.confirm_identity()
        session.choose_item(script.item_code or session.items[0].code)
        await self._hand_in(script, script.papers)
        session.to_submit()
        session.set_commitment(True)
        session.set_video_consent(script.consents_to_video)
        session.submit()
        await self._until("submit", script, lambda s: s.case is not None)
        case = session.case
        if case is None:
            raise StoryStopped("submit", session.problem)
        self._tell(f"submitted {case.case_id} ticket {case.ticket_number}")
        rounds = iter(script.corrected)
        while True:
            await self._until("review", script, lambda s: s.step in ("correction", "result") or bool(s.corrections))
            if session.step == "result":
                break
            self._tell(f"corrections asked for: {len(session.corrections)}")
            await self._hand_in(script, next(rounds, {}))
            session.submit_correction()
            await self._until("correct", script, lambda s: not s.corrections)
            self._tell("corrections handed in")
        return await self._collect(script)

    async def _collect(self, script: Script) -> CaseView:
        session = self._booth.session
        await self._until("notice", script, _has_checked_notice)
        notice = session.delivery.newest("acceptance")
        if notice is None or not notice.is_genuine:
            raise StoryStopped("verify", notice.report.verdict if notice is not None and notice.report else "")
        self._tell(f"notice {notice.view.notice_id} verified")
        session.delivery.print(notice.view.notice_id)
        await self._until("print", script, lambda s: s.case is not None and s.case.state == "closed")
        closed = session.case
        if closed is None:
            raise StoryStopped("print", session.problem)
        self._tell(f"notice printed, case {closed.case_id} closed")
        session.finish()
        return closed

    async def _hand_in(self, script: Script, papers: Mapping[str, Path | None]) -> None:
        session, tray = self._booth.session, self._booth.session.tray
        for slot in tray.slots:
            path = papers.get(slot.code, CAMERA)
            if path is not None:
                tray.hand_in(slot.code, (str(path),), "file", path.name)
            elif slot.is_required or slot.code in papers or session.case is not None:
                tray.start_capture(slot.code)
                tray.shoot()
                await self._until("shoot", script, _has_shot)
                if tray.capture is None or not tray.capture.can_finish:
                    raise StoryStopped("shoot", tray.capture.problem if tray.capture is not None else "")
                tray.finish_capture()
        await self._until("hand in", script, lambda s: s.tray.is_complete)

    async def _until(self, step: str, script: Script, is_true: Callable[[TerminalSession], bool]) -> None:
        """Wait until the session is like this; stop when something fails on the way."""
        session = self._booth.session
        with suppress(TimeoutError):
            async with asyncio.timeout(script.deadline_s):
                while not is_true(session):
                    codes = (session.problem, *(paper.problem for paper in session.tray.papers.values()))
                    code = next((code for code in codes if code and code != "network"), "")  # that one heals itself
                    if code or session.connection.state == "refused":
                        raise StoryStopped(step, code or session.connection.code or str(ErrorCode.NOT_ALLOWED))
                    self._changed.clear()
                    await self._changed.wait()
                return
        raise StoryStopped(step, session.problem)


def _has_shot(session: TerminalSession) -> bool:
    return session.tray.capture is not None and not session.tray.capture.is_shooting


def _has_checked_notice(session: TerminalSession) -> bool:
    notice = session.delivery.newest("acceptance")
    return notice is not None and notice.report is not None
