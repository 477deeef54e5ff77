"""A terminal without a window: plays whole visits through the same session and booth as the real one.

For tests, load and the demo. The script says what the simulated applicant does; the waiting is on changes of the
session, never on time alone. A visit ends at the outcome or when the applicant leaves; ``come_back`` is the next one.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import CaseView, Conversion, DeliveryWay, Grade, PriorityGroup
from terminal.booth import Booth
from terminal.delivery import NOTICED
from terminal.opinion import BAD
from terminal.session import TerminalSession

logger = logging.getLogger(__name__)

CAMERA: None = None
"""In a script: photograph this material instead of handing in a file."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What the applicant does. Empty ``item_code`` takes the first item that is open.

    ``papers``: slot to file, or to ``CAMERA``; required slots that are not named are photographed, or handed in as
    tiny PDF files in ``tiny``, a folder, when there is one. ``corrected``: the same for what a correction notice or
    advice names, one mapping for each round; ``filled`` for what was to follow.
    """

    kind: Literal["person", "organisation"] = "organisation"
    phone: str = "13800138000"
    item_code: str = ""
    papers: Mapping[str, Path | None] = {}
    corrected: tuple[Mapping[str, Path | None], ...] = ()
    filled: Mapping[str, Path | None] | None = None
    """Papers that were to follow, when the applicant comes back with them."""
    tiny: Path | None = None
    to_follow: tuple[str, ...] = ()
    """Slots left empty: handed in later, or put into the cabinet."""
    consents_to_video: bool = True
    is_pre_review: bool = False
    priority: PriorityGroup = ""
    delivery: DeliveryWay = "hall"
    address: str = ""
    converts_to: Conversion | None = None
    """Takes this instead of waiting as soon as it is proposed (the first free appointment), then leaves."""
    deposits: tuple[str, ...] = ()
    """Slots whose originals are put into the cabinet."""
    deposit_pages: int = 1
    leaves: bool = False
    """Goes away with the place kept, right after submitting (and depositing)."""
    grade: Grade | None = None
    comment: str = ""
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

    # --- visits: the booth must be running; each raises StoryStopped -------------------------------

    async def play(self, script: Script) -> CaseView:
        """One visit from the first touch to the printed notice, or to the slip of who leaves. The case at its end.

        The applicant's data is wiped afterwards; ``token`` of the case is what the next visit needs.
        """
        session = self._booth.session
        await self._until("connect", script, lambda s: s.connection.state == "online" and bool(s.items))
        session.begin()
        session.read_card(script.kind)
        await self._until("identify", script, lambda s: s.card is not None)
        session.set_phone(script.phone)
        session.confirm_identity()
        first = (item.code for item in session.items if session.catalogue.is_open(item.code))
        session.choose_item(script.item_code or next(first, ""))
        for slot in script.to_follow:
            session.tray.follow_later(slot, is_later=True)
        await self._hand_in(script, script.papers)
        session.to_submit()
        session.set_commitment(True)
        session.set_video_consent(script.consents_to_video)
        options = session.options
        options.set_signed(bool(script.to_follow) or (session.item is not None and session.item.is_on_commitment))
        options.set_priority(script.priority)
        options.set_delivery(script.delivery)
        options.set_address(script.address)
        session.submit(is_pre_review=script.is_pre_review)
        await self._until("submit", script, lambda s: s.case is not None)
        case = self._case("submit")
        self._tell(f"submitted {case.case_id} ticket {case.ticket_number}")
        return await self._stay(script)

    async def come_back(self, token: str, script: Script) -> CaseView:
        """The next visit, with the slip's token. The case at its end."""
        session = self._booth.session
        await self._until("connect", script, lambda s: s.connection.state == "online")
        session.begin_claim()
        session.entry.type(token)
        session.set_video_consent(script.consents_to_video)
        session.claim()
        await self._until("claim", script, lambda s: s.case is not None)
        case = self._case("claim")
        self._tell(f"came back to {case.case_id} ticket {case.ticket_number} {case.ticket_state}")
        return await self._stay(script)

    async def open_with(self, code: str, script: Script) -> int:
        """Put in or take out with a cabinet's code, from the welcome screen. The number of the cell."""
        session = self._booth.session
        await self._until("connect", script, lambda s: s.connection.state == "online")
        session.begin_pickup()
        session.entry.type(code)
        session.open_cell()
        await self._until("open", script, _is_door_shut)
        door = session.cabinet.door
        cell = door.cell if door is not None else 0
        self._tell(f"cell {cell} opened and shut")
        session.finish()
        return cell

    # --- what happens at the terminal -------------------------------------------------------------

    async def _stay(self, script: Script) -> CaseView:
        """Do what is asked until there is an outcome, or go."""
        session = self._booth.session
        if script.converts_to is not None:
            await self._convert(script, script.converts_to)
        if script.deposits:
            await self._deposit(script)
        if script.leaves or script.converts_to is not None or self._case("stay").state == "pre_review":
            return await self._leave(script)
        rounds = iter(script.corrected)
        while session.step != "result":
            await self._until("review", script, _asks_something)
            await self._answer(script, rounds)
        if session.gap_slots and script.filled is not None:
            session.fill_gaps()
            await self._hand_in(script, script.filled)
            session.submit_correction()
            await self._until("fill", script, lambda s: not s.gap_slots and not s.is_sending)
            self._tell("papers that were to follow handed in")
        return await self._collect(script)

    async def _answer(self, script: Script, rounds: Iterator[Mapping[str, Path | None]]) -> None:
        """Whatever the hall or the reviewer asks now."""
        session = self._booth.session
        if session.line.can_rejoin:
            session.line.rejoin()
            await self._until("rejoin", script, lambda s: s.line.state != "missed")
            self._tell("rejoined the line")
        elif session.line.state == "parked":
            session.line.resume()
            await self._until("resume", script, lambda s: s.line.state != "parked")
        elif session.fix is not None:
            session.confirm_fix(is_confirmed=True)
            await self._until("fix", script, lambda s: s.fix is None)
            self._tell("correction on the spot confirmed")
        elif session.corrections or session.step == "correction":
            self._tell(f"corrections asked for: {len(session.corrections)}")
            await self._hand_in(script, next(rounds, {}))
            session.submit_correction()
            await self._until("correct", script, lambda s: not s.corrections and s.step != "correction")
            self._tell("corrections handed in")

    async def _convert(self, script: Script, to: Conversion) -> None:
        session = self._booth.session
        await self._until("convert", script, lambda s: to in s.line.place.proposals)
        session.line.convert(to)
        if to == "appointment":
            await self._until("appointment", script, lambda s: s.line.slots is not None)
            free = next((slot for slot in session.line.slots or () if slot.free), None)
            if free is None:
                raise StoryStopped("appointment", str(ErrorCode.SLOT_TAKEN))
            session.line.book(free.start)
        await self._until("convert", script, lambda s: s.line.state == "converted")
        self._tell(f"converted to {to}")

    async def _deposit(self, script: Script) -> None:
        cabinet = self._booth.session.cabinet
        cabinet.begin()
        for slot in cabinet.slots:
            cabinet.choose(slot.code, is_chosen=slot.code in script.deposits)
        cabinet.set_pages(script.deposit_pages)
        cabinet.deposit()
        await self._until("deposit", script, lambda s: s.cabinet.waiting is not None)
        cabinet.open_cell()
        await self._until("deposit", script, _is_door_shut)
        door = cabinet.door
        self._tell(f"originals in cell {door.cell if door is not None else 0}")
        cabinet.leave()

    async def _leave(self, script: Script) -> CaseView:
        session = self._booth.session
        session.leave()
        await self._until("leave", script, lambda s: s.slip is not None)
        case = session.slip
        if case is None:
            raise StoryStopped("leave", session.problem)
        self._tell(f"left with the slip of {case.case_id}")
        session.finish()
        return case

    async def _collect(self, script: Script) -> CaseView:
        session = self._booth.session
        if self._case("collect").notices or self._case("collect").state in NOTICED:
            await self._until("notice", script, _has_checked_notice)
            notice = session.notice
            if notice is None or not notice.is_genuine:
                raise StoryStopped("verify", notice.report.verdict if notice is not None and notice.report else "")
            self._tell(f"notice {notice.view.notice_id} verified")
            if notice.print_state != "printed":
                session.delivery.print(notice.view.notice_id)
                await self._until("print", script, _is_printed)
                self._tell(f"notice printed, case {self._case('print').case_id} {self._case('print').state}")
        if script.grade is not None and session.opinion.can_grade:
            await self._evaluate(script, script.grade)
        case = self._case("collect")
        session.finish()
        return case

    async def _evaluate(self, script: Script, grade: Grade) -> None:
        session = self._booth.session
        session.opinion.begin_grading()
        session.opinion.write(script.comment)
        session.opinion.choose(grade)
        if grade in BAD:
            session.opinion.send_grade()
        await self._until("evaluate", script, lambda s: s.opinion.is_graded)
        self._tell(f"evaluated {grade}")

    async def _hand_in(self, script: Script, papers: Mapping[str, Path | None]) -> None:
        session, tray = self._booth.session, self._booth.session.tray
        for slot in tray.slots:
            path = papers.get(slot.code, CAMERA)
            is_wanted = slot.is_required or slot.code in papers or session.case is not None
            if slot.code in tray.to_follow:
                continue
            if path is None and is_wanted and script.tiny is not None:
                path = script.tiny / f"{uuid.uuid4().hex}.pdf"
                await asyncio.to_thread(path.write_bytes, tiny_pdf(path.stem))
            if path is not None:
                tray.hand_in(slot.code, (str(path),), "file", path.name)
            elif is_wanted:
                tray.start_capture(slot.code)
                tray.shoot()
                await self._until("shoot", script, _has_shot)
                if tray.capture is None or not tray.capture.can_finish:
                    raise StoryStopped("shoot", tray.capture.problem if tray.capture is not None else "")
                tray.finish_capture()
        await self._until("hand in", script, lambda s: s.tray.is_complete or not s.tray.slots)

    def _case(self, step: str) -> CaseView:
        case = self._booth.session.case
        if case is None:
            raise StoryStopped(step, self._booth.session.problem)
        return case

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


def tiny_pdf(text: str) -> bytes:
    """A valid PDF of one empty page (ISO 32000-2, 7.5); other text, other digest."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    )
    written = b"%PDF-1.4\n%" + text.encode("ascii") + b"\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count, start = len(objects) + 1, len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    return written + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def _asks_something(session: TerminalSession) -> bool:
    is_at_work = session.step in ("correction", "result") or bool(session.corrections) or session.fix is not None
    return is_at_work or session.line.can_rejoin or session.line.state == "parked"


def _has_shot(session: TerminalSession) -> bool:
    return session.tray.capture is not None and not session.tray.capture.is_shooting


def _has_checked_notice(session: TerminalSession) -> bool:
    notice = session.notice
    return notice is not None and notice.report is not None


def _is_printed(session: TerminalSession) -> bool:
    notice, case = session.notice, session.case
    is_known = notice is not None and notice.view.state == "printed"
    return is_known or (case is not None and case.state == "closed")


def _is_door_shut(session: TerminalSession) -> bool:
    door = session.cabinet.door
    return door is not None and door.state == "shut" and not session.asking.is_asking()
