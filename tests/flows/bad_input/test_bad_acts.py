"""Acts at the wrong moment or by the wrong party, and a camera that vanishes in mid-call."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark
from reviewer.__main__ import connect_to_hall
from reviewer.demo.papers import APPLICANT
from reviewer.desk import Desk
from signaling.peer.connection import CallLeg
from signaling.peer.devices import DeviceSources
from signaling.peer.picture import Picture
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    Decide,
    DeclineCall,
    Done,
    EndCall,
    MarkNumbered,
    OperateMark,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
)
from signaling.protocol.values import Correction
from terminal.settings import Settings

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))


async def test_a_second_answer_to_a_ring(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, _ = await terminal.ring(desk)
        await other.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        await desk.refused(AnswerCall(offer.call_id), ErrorCode.CALL_TAKEN)
        await other.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        assert not [heard for party in (terminal, desk) for heard in party.heard if isinstance(heard, CallEnded)]
        await terminal.leave(offer.case.case_id)
    assert len(nothing_is_lost("CallAnswered")) == 1


async def test_an_answer_after_the_ring_ended(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer()) as [terminal, desk]:
        offer, _ = await terminal.ring(desk)
        assert (await desk.ask(DeclineCall(offer.call_id))).reason == "declined"
        await desk.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        since = len(desk.heard)
        desk.client.say(SetAvailability(is_ready=True))
        again: CallOffered = await desk.hear(CallOffered, since)
        since = len(desk.heard)
        await terminal.leave(offer.case.case_id)
        assert (await desk.hear(CallEnded, since)).reason == "withdrawn"
        await desk.refused(AnswerCall(again.call_id), ErrorCode.CALL_GONE)
    assert nothing_is_lost("CallAnswered") == []
    assert len(nothing_is_lost("CaseWithdrawn")) == 1


async def test_bad_decisions(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, _ = await terminal.ring(desk)
        case_id = offer.case.case_id
        fault = Correction("plan", 0, "缺少排放口", "标明排放口")
        await desk.refused(Decide("early", case_id, "accept"), ErrorCode.NOT_FOUND)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        for number, corrections in enumerate(
            ((), (Correction("plan", 0, " ", "标明"),), (Correction("attic", 0, "无", "有"),))
        ):
            act = Decide(f"bad-{number}", case_id, "request_corrections", corrections)
            await desk.refused(act, ErrorCode.INVALID_CORRECTIONS)
        await desk.refused(Decide("both", case_id, "accept", (fault,)), ErrorCode.INVALID_CORRECTIONS)
        await other.refused(Decide("mine", case_id, "accept"), ErrorCode.NOT_FOUND)
        await terminal.refused(Decide("self", case_id, "accept"), ErrorCode.NOT_ALLOWED)  # type: ignore[arg-type]
        assert nothing_is_lost("Decided") == []
        await desk.refused(Decide("unread", case_id, "accept"), ErrorCode.NOT_LOOKED_AT)
        for material in offer.case.materials:
            desk.client.say(ShowPage(case_id, material.digest, 0))
        await desk.refused(Decide("unseen", case_id, "accept"), ErrorCode.PREVIEW_REQUIRED)
        await desk.refused(Decide("made-up", case_id, "accept", preview="0" * 64), ErrorCode.PREVIEW_STALE)
        yes = await desk.read(Decide("yes", case_id, "accept"))
        other = msgspec.structs.replace(yes, request_id="other", outcome="request_corrections", corrections=(fault,))
        await desk.refused(other, ErrorCode.PREVIEW_STALE)
        assert isinstance(await desk.ask(yes), Done)
        assert isinstance(await desk.ask(yes), Done), "a repeat is answered the same"
        await desk.refused(Decide("yes", case_id, "request_corrections", (fault,)), ErrorCode.REQUEST_REUSED)
        await desk.refused(Decide("again", case_id, "accept"), ErrorCode.ILLEGAL_STEP)
    assert [fact["request_id"] for fact in nothing_is_lost("Decided")] == ["yes"]


async def test_bad_submissions(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal()) as [terminal]:
        materials = await terminal.hand_in()

        def act(request_id: str, **changes: Any) -> SubmitCase:
            good = SubmitCase(request_id, people.ITEM, APPLICANT, materials, consents_to_video=True)
            return msgspec.structs.replace(good, **changes)

        wrong = msgspec.structs.replace(APPLICANT, id_number=APPLICANT.id_number[:-1] + "A")
        nameless = msgspec.structs.replace(APPLICANT, name="  ")
        absent = terminal.material("plan", b"%PDF- never uploaded")
        doubled = (*materials, materials[0])
        bigger = (*materials[:2], msgspec.structs.replace(materials[2], size=materials[2].size + 1))
        for number, (code, changes) in enumerate(
            (
                (ErrorCode.INVALID_APPLICANT, {"applicant": wrong}),
                (ErrorCode.INVALID_APPLICANT, {"applicant": nameless}),
                (ErrorCode.MATERIAL_MISSING, {"materials": materials[:2]}),
                (ErrorCode.MATERIAL_MISSING, {"materials": ()}),
                (ErrorCode.MATERIAL_MISSING, {"materials": (*materials[:2], absent)}),
                (ErrorCode.MATERIAL_MISSING, {"materials": bigger}),
                (ErrorCode.MATERIAL_MISSING, {"materials": doubled}),
                (ErrorCode.NOT_FOUND, {"item_code": "XXX-999"}),
                (ErrorCode.NOT_FOUND, {"materials": (msgspec.structs.replace(materials[0], slot="attic"),)}),
            )
        ):
            await terminal.refused(act(f"bad-{number}", **changes), code)
        assert nothing_is_lost("CaseSubmitted") == []
        ticket = await terminal.ask(act("good"))
        assert isinstance(ticket, TicketIssued)
        await terminal.refused(act("good", consents_to_video=False), ErrorCode.REQUEST_REUSED)
        await terminal.refused(act("second"), ErrorCode.ILLEGAL_STEP)
        assert (await terminal.ask(act("good"))).case == ticket.case
        await terminal.leave(ticket.case.case_id)
    assert [fact["request_id"] for fact in nothing_is_lost("CaseSubmitted")] == ["good"]


async def test_marks_of_those_who_may_not(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, materials = await terminal.ring(desk)
        case_id, digest = offer.case.case_id, materials[0].digest

        def act(operation_id: str, op_class: Any = "mark", target: str = "", on: str = digest) -> OperateMark:
            return OperateMark(case_id, on, operation_id, op_class, target or f"m-{operation_id}", b"ink")

        await desk.refused(act("early"), ErrorCode.NOT_FOUND)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        assert (await desk.ask(act("o1"))).seq == 1
        await terminal.refused(act("t1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("x1"), ErrorCode.NOT_FOUND)
        await desk.refused(act("o2", target="m-o1"), ErrorCode.ILLEGAL_STEP)
        await desk.refused(act("o3", on="0" * 64), ErrorCode.NOT_FOUND)
        await desk.refused(act("o1", target="m-else"), ErrorCode.REQUEST_REUSED)
        since = len(other.heard)
        other.client.say(SetAvailability(is_ready=True))
        assert (await desk.ask(EndCall(offer.call_id))).reason == "hung_up"
        again: CallOffered = await other.hear(CallOffered, since)
        assert isinstance(await other.ask(AnswerCall(again.call_id)), CallStarted)
        assert (await other.hear(MarkNumbered)).operation_id == "o1", "the next reviewer sees it"
        await other.refused(act("u1", "undo", "o1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("e1", "erase", "m-o1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("u2", "undo", "o9"), ErrorCode.NOT_FOUND)
        assert (await other.ask(act("o4"))).seq == 2
        await terminal.leave(case_id)
    assert [fact["operation_id"] for fact in nothing_is_lost("MarkRecorded")] == ["o1", "o4"]


# --- a camera that vanishes in mid-call ----------------------------------------------------------------------


async def test_the_call_goes_on_when_the_camera_vanishes(
    hall: Any, people: Any, at_booth: Any, tmp_path: Path, nothing_is_lost: Any
) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    for number in range(45):
        cv2.imwrite(str(folder / f"shot_{number:03d}.png"), np.full((240, 320, 3), 250, np.uint8))
    is_there: list[bool] = []
    sources = DeviceSources(str(folder / "shot_%03d.png"), None, is_there.append)
    seen: list[Picture] = []
    loop, login = asyncio.get_running_loop(), people.reviewer()

    def open_leg(leg: Any, say: Any, changed: Any) -> CallLeg:
        synthetic = SyntheticSources("席位")
        return CallLeg(leg.call_id, leg.generation, leg.is_offerer, synthetic, say, seen.append, changed)

    terminal = people.terminal()
    device = msgspec.structs.replace(hall.device(), terminal_id=terminal.terminal_id, private_key=terminal.private_key)
    settings = Settings(device=device, url=hall.url, out=tmp_path / "prints")
    desk = Desk(
        lambda job: loop.call_soon(job) and None,
        connect_to_hall,
        open_leg,
        lambda _: None,
        lambda: secrets.token_hex(8),
    )
    at_desk, paper = desk.session, tmp_path / "paper.png"
    paper.write_bytes(at_booth.picture("PNG"))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        working = group.create_task(desk.run(), name="desk")
        at_desk.log_in(hall.url, login.reviewer, login.password, login.desk_id)
        async with at_booth.open(settings, sources) as booth:
            session = booth.session
            await at_booth.until(at_desk, lambda: at_desk.can_change_availability)
            at_desk.set_ready()
            await at_booth.to_papers(booth)
            for slot in at_booth.SLOTS:
                assert await at_booth.hand_in(booth, slot, paper) == ""
            session.to_submit()
            session.set_commitment(True)
            session.set_video_consent(True)
            session.submit()
            await at_booth.until(at_desk, lambda: at_desk.offer is not None)
            at_desk.answer()
            await at_booth.until(at_desk, lambda: at_desk.call is not None and at_desk.call.link == "connected")
            await until_true(lambda: any(brightness(frame) > 200 for frame in seen[-1:]))
            shutil.rmtree(folder)
            await until_true(lambda: is_there[-1:] == [False])
            await until_true(lambda: brightness(seen[-1]) < 100, "the still")
            count = len(seen)
            await until_true(lambda: len(seen) > count + 3, "pictures go on coming")
            assert at_desk.call is not None
            assert session.talk.call is not None
            assert (at_desk.call.link, session.talk.call.link) == ("connected", "connected")
            digest = at_desk.papers.current()[0].material.digest
            at_desk.show_material(digest)
            stroke = Stroke(MarkStyle(width_pt=2.0), (InkPoint(1, 1, 0.5), InkPoint(9, 9, 0.5)))
            at_desk.operate(AddMark("m1", 0, stroke, 1))
            await at_booth.until(session, lambda: len(session.viewing.markup(digest).marks()) == 1)
            at_desk.end()
            await at_booth.until(session, lambda: session.talk.call is None)
            session.withdraw()
            await at_booth.until(session, lambda: session.step == "result")
            session.finish()
            await at_booth.until(session, lambda: session.case is None)
        working.cancel()
    assert [len(nothing_is_lost(kind)) for kind in ("CallRejoined", "MarkRecorded", "CaseWithdrawn")] == [0, 1, 1]


def brightness(frame: Picture) -> float:
    return float(np.asarray(frame.bgra).reshape(frame.height, frame.width, 4)[..., :3].mean())


async def until_true(is_so: Callable[[], bool], what: str = "") -> None:
    """For what tells nobody when it changes."""
    never = asyncio.Event()
    while not is_so():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.02)
