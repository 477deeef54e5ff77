"""Playbooks of the desk's session: what each message and each gesture does, in every state it can come in."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from annotate.codec import decode_operation
from annotate.marks import InkPoint
from annotate.operations import Redo, Undo
from annotate.operations import WetInk as WetPoints
from reviewer.decisions import Reason
from reviewer.effects import (
    Connect,
    ExportMarked,
    FetchMaterial,
    MuteLeg,
    ReleaseMaterials,
    Ring,
    Say,
    StartLeg,
    StopLeg,
    TellLeg,
)
from signaling.protocol.acts import (
    CallBack,
    CaseOpened,
    ConvertTicket,
    ExtendWrapUp,
    MarkMissed,
    OpenCase,
    ParkCall,
    PreviewNotice,
    ReturnCase,
    SlotsOffered,
    WorkChanged,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallHeld,
    CallOffered,
    CallStarted,
    CaseChanged,
    Decide,
    DeclineCall,
    Description,
    DeskChanged,
    Done,
    EndCall,
    Error,
    HoldCall,
    MarkRefused,
    OperateMark,
    QueueChanged,
    Rejoin,
    SetAvailability,
    ShowPage,
    WetInk,
)
from signaling.protocol.values import AppointmentSlot, WaitingEntry, WorkEntry

STATES = (
    "online", "ready", "ringing", "in_call", "looked", "drafted", "waiting_for_correction", "accepted", "wrapping_up",
    "opened",
)  # fmt: skip

GESTURES: dict[str, tuple[Callable, type, set[str]]] = {
    "set_ready": (lambda s: s.set_ready(), SetAvailability, {"online", "ready", "wrapping_up", "opened"}),
    "set_away": (lambda s: s.set_away("小憩"), SetAvailability, {"online", "ready", "wrapping_up", "opened"}),
    "answer": (lambda s: s.answer(), AnswerCall, {"ringing"}),
    "decline": (lambda s: s.decline(), DeclineCall, {"ringing"}),
    "hold": (
        lambda s: s.hold(True),
        HoldCall,
        {"in_call", "looked", "drafted", "waiting_for_correction", "accepted"},
    ),
    "end": (lambda s: s.end(), EndCall, {"in_call", "looked", "drafted", "waiting_for_correction", "accepted"}),
    "preview": (lambda s: s.ask_preview("accept"), PreviewNotice, {"looked", "opened"}),
    "decide unseen": (lambda s: s.decide("accept"), Decide, set()),
    "mark_missed": (
        lambda s: s.mark_missed(),
        MarkMissed,
        {"in_call", "looked", "drafted", "waiting_for_correction", "accepted"},
    ),
    "park": (lambda s: s.park(), ParkCall, {"in_call", "looked", "drafted", "waiting_for_correction", "accepted"}),
    "extend_wrap_up": (lambda s: s.extend_wrap_up(), ExtendWrapUp, {"wrapping_up"}),
    "open_case": (lambda s: s.open_case("C-9"), OpenCase, {"online", "ready", "wrapping_up"}),
    "call_back": (lambda s: s.call_back("C-9"), CallBack, {"online", "ready", "wrapping_up"}),
    "return_case": (lambda s: s.return_case(), ReturnCase, {"opened"}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("gesture", GESTURES)
def test_every_gesture_in_every_state(stage, gesture, state):
    act, kind, allowed = GESTURES[gesture]
    getattr(stage, state)()
    before = len(stage.said(kind))
    act(stage.session)
    assert len(stage.said(kind)) - before == (1 if state in allowed else 0)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("gesture", GESTURES)
def test_offline_no_gesture_says_anything(stage, gesture, state):
    getattr(stage, state)()
    stage.session.connection_changed("waiting", None, 2.0)
    before = len(stage.done(Say))
    GESTURES[gesture][0](stage.session)
    assert len(stage.done(Say)) == before


@pytest.mark.parametrize("state", STATES)
def test_other_gestures_never_raise(stage, build, state):
    getattr(stage, state)()
    session = stage.session
    session.show_material("0" * 64)
    session.show_material(build.material("form").digest, 99)
    session.operate(build.stroke("other"))
    session.wet(WetPoints(1, 0, 0, (224, 32, 32), 2.0, False, (InkPoint(1.0, 1.0),)))
    session.undo()
    session.redo()
    session.add_correction("no-such-slot", 0)
    session.edit_correction("no-such-draft", "a", "b")
    session.remove_correction("no-such-draft")
    session.set_sources(has_microphone=False, has_camera=True)
    session.retry_material("0" * 64)
    session.export_marked("0" * 64, "x.pdf")
    session.material_progress("0" * 64, 1)
    session.material_fetched("0" * 64)
    session.material_failed("0" * 64, "empty")
    session.link_changed("other", 1, "failed")
    session.dismiss_problem()
    assert session.problem == ""


def test_log_in_connects_and_a_refusal_is_kept(stage):
    stage.session.log_in("ws://h/hall", "r", "p", "D-01")
    assert stage.done(Connect) == [Connect("ws://h/hall", "r", "p", "D-01")]
    assert stage.session.connection == "connecting"
    stage.session.connection_changed("refused", ErrorCode.WRONG_PASSWORD)
    assert stage.session.refusal is ErrorCode.WRONG_PASSWORD
    assert stage.session.name == ""


def test_the_name_survives_a_reconnect(stage):
    stage.online()
    stage.session.connection_changed("waiting", None, 1.5)
    assert (stage.session.name, stage.session.retry_s) == ("张敏", 1.5)


def test_the_queue_is_kept_as_the_hall_has_it(stage, build):
    entry = WaitingEntry("A017", "排污许可证核发", "永顺镇", build.noon, "waiting")
    stage.ready().hear(QueueChanged((entry,)))
    assert stage.session.waiting == (entry,)


def test_a_ring_fetches_the_materials_before_the_answer(stage, build):
    stage.ringing()
    offer = stage.session.offer
    assert offer is not None
    assert offer.ends_at == stage.now + timedelta(seconds=20)
    assert [fetch.digest for fetch in stage.done(FetchMaterial)] == [m.digest for m in build.case().materials]
    assert stage.done(Ring) == [Ring(True)]
    assert not stage.said(AnswerCall)


def test_papers_can_be_read_while_it_rings_without_telling_the_terminal(stage, build):
    stage.ringing().open_all()
    stage.session.show_material(build.material("plan").digest)
    assert stage.session.shown == (build.material("plan").digest, 0)
    assert not stage.session.papers.get(build.material("plan").digest).is_looked_at, "the applicant saw nothing of it"
    assert not stage.said(ShowPage)
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T"))
    looked = [paper.material.slot for paper in stage.session.papers.current() if paper.is_looked_at]
    assert looked == ["plan"], "what is on the screen when the call starts counts from then"


def test_answering_twice_says_it_once(stage):
    stage.ringing()
    stage.session.answer()
    stage.session.answer()
    assert len(stage.said(AnswerCall)) == 1
    assert stage.done(Ring)[-1] == Ring(False)


@pytest.mark.parametrize("code", [ErrorCode.CALL_GONE, ErrorCode.CALL_TAKEN])
def test_a_late_answer_clears_the_ring_with_a_problem(stage, code):
    stage.ringing()
    stage.session.answer()
    stage.hear(Error(code, "", "call-1"))
    assert stage.session.offer is None
    assert stage.session.case is None
    assert stage.session.problem == code.value
    stage.session.dismiss_problem()
    assert stage.session.problem == ""


def test_an_offer_said_again_after_a_reconnect_can_be_answered_again(stage, build):
    stage.ringing()
    stage.session.answer()
    stage.hear(CallOffered("call-1", build.case("received"), 12.0))
    assert stage.session.can_answer
    assert len(stage.done(FetchMaterial)) == 3  # papers that are here are not fetched again


def test_no_answer_leaves_the_desk_away_and_wipes_the_papers(stage):
    stage.ringing()
    stage.hear(CallEnded("call-1", "no_answer"))
    stage.desk("away", "no_answer")
    assert stage.session.offer is None
    assert stage.session.case is None
    assert stage.session.last_end == "no_answer"
    assert len(stage.done(ReleaseMaterials)[0].digests) == 3
    assert stage.done(Ring)[-1] == Ring(False)


def test_the_call_starts_a_leg_and_leads_to_the_first_page(stage, build):
    stage.in_call()
    assert stage.done(StartLeg) == [StartLeg("call-1", 1, True)]
    assert stage.said(ShowPage) == [ShowPage("C-1", build.material("form").digest, 0)]
    assert stage.session.handled["C-1"].state == "reviewing"


def test_the_page_seen_before_the_answer_is_where_the_call_starts(stage, build):
    stage.ringing().open_all()
    stage.session.show_material(build.material("licence").digest, 2)
    stage.session.answer()
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T"))
    assert stage.said(ShowPage) == [ShowPage("C-1", build.material("licence").digest, 2)]


def test_the_start_said_twice_opens_one_leg(stage, build):
    stage.in_call().hear(CallStarted("call-1", build.case(), 1, True, "T"))
    assert len(stage.done(StartLeg)) == 1


def test_a_living_leg_is_kept_when_the_call_is_resumed(stage, build):
    stage.in_call().session.link_changed("call-1", 1, "connected")
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T", is_resumed=True))
    assert not stage.said(Rejoin)
    assert len(stage.done(StartLeg)) == 1


def test_a_link_that_was_still_coming_up_is_begun_anew_when_the_call_is_resumed(stage, build):
    stage.in_call().session.link_changed("call-1", 1, "connecting")
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T", is_resumed=True))
    assert stage.said(Rejoin) == [Rejoin("call-1", 1)], "its descriptions may have been lost in the outage"


@pytest.mark.parametrize(("before", "is_asked"), [("ready", True), ("away", False)])
def test_who_was_ready_is_ready_again_after_the_hall_restarted(stage, before, is_asked):
    stage.online().desk(before)
    stage.session.connection_changed("waiting", None, 1.0)
    stage.online()
    assert stage.said(SetAvailability) == ([SetAvailability(is_ready=True)] if is_asked else [])
    stage.desk("away")
    assert len(stage.said(SetAvailability)) == int(is_asked), "asked once, not for ever"


def test_a_ring_shows_the_first_paper(stage, build):
    stage.ringing()
    assert stage.session.shown == (build.case().materials[0].digest, 0)
    assert not stage.said(ShowPage), "the applicant sees nothing of it before the call"


def test_a_restarted_program_rejoins(stage, build):
    stage.online().hear(CallStarted("call-1", build.case(), 3, True, "T", is_resumed=True))
    assert stage.said(Rejoin) == [Rejoin("call-1", 3)]
    assert not stage.done(StartLeg)
    stage.hear(ShowPage("C-1", build.material("plan").digest, 0))
    assert stage.session.shown == (build.material("plan").digest, 0)
    stage.hear(CallStarted("call-1", build.case(), 4, True, "T"))
    assert stage.done(StartLeg) == [StartLeg("call-1", 4, True)]


def test_the_old_leg_goes_when_the_new_one_carries_media(stage, build):
    stage.in_call().hear(CallStarted("call-1", build.case(), 2, True, "T"))
    assert not stage.done(StopLeg)
    stage.session.link_changed("call-1", 1, "connected")  # the old one says something: of no interest
    assert stage.session.call.link == "connecting"
    stage.session.link_changed("call-1", 2, "connected")
    assert stage.done(StopLeg) == [StopLeg("call-1", 1)]
    stage.hear(CallEnded("call-1", "hung_up"))
    assert stage.done(StopLeg) == [StopLeg("call-1", 1), StopLeg("call-1", 2)]


def test_hold_mutes_both_and_resume_gives_back_what_was_on(stage):
    stage.in_call()
    stage.session.set_sources(has_microphone=True, has_camera=False)
    stage.hear(CallHeld("call-1", True))
    assert stage.done(MuteLeg)[-1] == MuteLeg(True, True)
    stage.hear(CallHeld("call-1", False))
    assert stage.done(MuteLeg)[-1] == MuteLeg(False, True)
    stage.hear(CallHeld("other", True))
    assert stage.session.call.is_held is False


def test_negotiation_is_handed_to_the_leg_of_this_call_only(stage):
    stage.in_call()
    stage.hear(Description("call-1", 1, "answer", "v=0"), Description("other", 1, "answer", "v=0"))
    assert [effect.message.call_id for effect in stage.done(TellLeg)] == ["call-1"]


def test_a_call_that_ended_while_away_is_learnt_from_the_desk_state(stage):
    stage.in_call().desk("ready")
    assert stage.session.call is None
    assert stage.session.case is None
    assert stage.done(StopLeg) == [StopLeg("call-1", 1)]


def test_the_case_stays_through_the_wrap_up_and_is_wiped_after_it(stage, build):
    stage.wrapping_up()
    assert stage.session.case.state == "closed"
    assert stage.session.call is None
    papers = tuple(paper.material.digest for paper in stage.session.papers.all())
    stage.desk("ready")
    assert stage.session.case is None
    assert [effect.digests for effect in stage.done(ReleaseMaterials)] == [(build.draft,), papers]
    assert stage.session.handled["C-1"].state == "closed"


def test_marks_are_seen_at_once_and_become_final_when_numbered(stage, build):
    stage.looked().session.operate(build.stroke())
    markup = stage.session.shown_markup()
    assert [placed.mark_id for placed in markup.marks()] == ["m1"]
    assert len(markup.pending) == 1
    said = stage.said(OperateMark)[0]
    assert (said.op_class, said.target, said.digest) == ("mark", "m1", build.material("plan").digest)
    assert decode_operation(said.body).mark_id == "m1"
    stage.number_all()
    stage.number_all()  # a repeat changes nothing
    assert markup.pending == ()
    assert [placed.mark_id for placed in markup.marks()] == ["m1"]


def test_a_refused_mark_is_taken_off(stage, build):
    stage.looked().session.operate(build.stroke())
    stage.hear(MarkRefused(stage.said(OperateMark)[0].operation_id, ErrorCode.NOT_ALLOWED))
    assert stage.session.shown_markup().marks() == ()
    assert stage.session.problem == "not_allowed"


def test_undo_and_redo_name_the_own_last_operation(stage, build):
    stage.looked().session.operate(build.stroke())
    stage.number_all()
    drawn = stage.said(OperateMark)[0].operation_id
    stage.session.undo()
    assert decode_operation(stage.said(OperateMark)[-1].body) == Undo(drawn)
    assert stage.session.shown_markup().marks() == ()
    stage.session.redo()
    assert decode_operation(stage.said(OperateMark)[-1].body) == Redo(drawn)
    assert len(stage.session.shown_markup().marks()) == 1


def test_marks_drawn_offline_are_kept_to_be_said(stage, build):
    stage.looked().session.connection_changed("waiting", None, 2.0)
    stage.session.operate(build.stroke())
    assert len(stage.said(OperateMark)) == 1
    assert len(stage.session.shown_markup().pending) == 1


def test_a_mark_nobody_could_read_is_told_and_hurts_nothing(stage, build):
    stage.looked().session.operate(build.stroke())
    good = stage.numbered(stage.said(OperateMark)[0])
    stage.hear(build.replace(good, body=b"\xff\xff", operation_id="x", seq=7))
    assert stage.session.problem == "mark_unreadable"
    stage.hear(good, build.replace(good, case_id="C-other", operation_id="y"))
    assert len(stage.session.shown_markup().marks()) == 1


def test_wet_ink_goes_out_while_drawing(stage):
    stage.looked().session.wet(WetPoints(5, 0, 0, (224, 32, 32), 2.0, False, (InkPoint(1.0, 1.0),)))
    assert [message.page for message in stage.said(WetInk)] == [0]


def test_nothing_is_accepted_while_a_paper_is_unread(stage, build):
    stage.in_call()
    assert stage.session.undecided_reasons("accept") == (
        Reason("unread", "营业执照及环评批复扫描件"),
        Reason("unread", "厂区总平面布置图"),
    )
    stage.session.show_material(build.material("licence", pages=3).digest)
    stage.session.show_material(build.material("plan").digest)
    assert stage.session.undecided_reasons("accept") == ()


def test_where_the_export_went_is_told_until_another_paper_or_state_comes(stage, build):
    stage.in_call().session.material_exported("out.pdf")
    stage.session.show_material(build.material("licence", pages=3).digest, 0)
    assert stage.session.exported == ""
    stage.session.material_exported("out.pdf")
    stage.session.show_material(build.material("licence", pages=3).digest, 1)
    stage.hear(CaseChanged(build.case()))
    assert stage.session.exported == "out.pdf", "another page of the same paper changes nothing"
    stage.hear(CaseChanged(build.case("accepted", notices=(build.notice(state="sealing"),))))
    assert stage.session.exported == ""


def test_a_restarted_program_fetches_older_versions_too_after_those_that_count(stage, build):
    new = build.material("plan", version=2)
    again = build.case(materials=(*build.case().materials, new))
    stage.online().hear(CallStarted("call-1", again, 3, True, "T", is_resumed=True))
    fetched = [fetch.digest for fetch in stage.done(FetchMaterial)]
    assert fetched[2:] == [new.digest, build.material("plan").digest]


def test_a_page_counts_as_looked_at_only_once_it_is_open(stage, build):
    stage.ringing().hear(CallStarted("call-1", build.case(), 1, True, "T"))
    digest = build.material("form").digest
    assert stage.session.shown == (digest, 0)
    assert not stage.session.papers.get(digest).is_looked_at
    stage.session.material_fetched(digest)
    stage.session.material_opened(digest, build.opened(build.material("form")))
    assert stage.session.papers.get(digest).is_looked_at


def test_acceptance_is_said_once_and_progress_follows_the_hall(stage, build):
    stage.looked().decide("accept")
    stage.decide("accept")
    assert len(stage.said(Decide)) == 1
    assert stage.session.undecided_reasons("accept") == (Reason("deciding"),)
    stage.hear(CaseChanged(build.case("accepted", notices=(build.notice(state="sealing"),))))
    assert stage.session.decision is None
    assert [time for _, time in stage.session.notice_times()] == [None, None, None]
    stage.hear(CaseChanged(build.case("accepted", notices=(build.notice(state="received"),))))
    delivered = stage.now
    stage.hear(CaseChanged(build.case("closed", notices=(build.notice(state="printed"),))))
    assert stage.session.notice_times() == (
        ("sealed", build.noon), ("delivered", delivered), ("printed", stage.now),
    )  # fmt: skip


def test_a_refused_decision_can_be_made_again(stage):
    stage.looked().decide("accept")
    stage.hear(Error(ErrorCode.ILLEGAL_STEP, "", stage.said(Decide)[0].request_id))
    assert stage.session.problem == "illegal_step"
    assert stage.session.undecided_reasons("accept") == ()
    stage.decide("accept")
    assert len(stage.said(Decide)) == 2


def test_corrections_travel_with_their_mark_and_the_draft_is_emptied(stage):
    stage.waiting_for_correction()
    sent = stage.said(Decide)[0]
    assert sent.outcome == "request_corrections"
    assert [(c.slot, c.page, c.problem, c.requirement, c.mark_id) for c in sent.corrections] == [
        ("plan", 0, "未标注排放口", "在图上标明", "m1")
    ]
    assert stage.session.drafts == ()
    assert stage.session.undecided_reasons("accept") == (Reason("not_reviewing"),)


def test_a_mark_gives_one_correction_and_drafts_block_acceptance(stage):
    stage.drafted().session.add_correction("plan", 0, "m1")
    assert len(stage.session.drafts) == 1
    assert stage.session.undecided_reasons("accept") == (Reason("corrections_drafted", "1"),)
    stage.session.remove_correction(stage.session.drafts[0].draft_id)
    assert stage.session.undecided_reasons("accept") == ()


def test_a_new_version_is_fetched_shown_and_must_be_read(stage, build):
    stage.waiting_for_correction()
    new = build.material("plan", version=2)
    stage.hear(CaseChanged(build.case(materials=(*build.case().materials, new))))
    assert stage.done(FetchMaterial)[-1] == FetchMaterial(new.digest, "application/pdf")
    assert stage.session.shown == (new.digest, 0)
    assert stage.session.undecided_reasons("accept") == (Reason("unread", "厂区总平面布置图"),)
    stage.session.material_opened(new.digest, build.opened(new))
    assert stage.session.undecided_reasons("accept") == ()


def test_a_paper_that_came_to_nothing_is_fetched_again_after_the_reconnect(stage, build):
    stage.ringing()
    digest = build.material("form").digest
    stage.session.material_failed(digest, "unreachable")
    stage.session.connection_changed("online")
    assert [fetch.digest for fetch in stage.done(FetchMaterial)].count(digest) == 2
    stage.session.material_failed(digest, "encrypted")
    stage.session.connection_changed("online")
    assert [fetch.digest for fetch in stage.done(FetchMaterial)].count(digest) == 2
    stage.session.retry_material(digest)
    assert [fetch.digest for fetch in stage.done(FetchMaterial)].count(digest) == 3


def test_the_export_carries_the_marks(stage, build):
    stage.drafted().session.export_marked(build.material("plan").digest, "out.pdf")
    effect = stage.done(ExportMarked)[0]
    assert ([placed.mark_id for placed in effect.marks], effect.target) == (["m1"], "out.pdf")
    stage.session.material_exported("out.pdf")
    assert stage.session.exported == "out.pdf"


def test_another_case_never_shows_papers_or_drafts_of_the_one_before(stage, build):
    stage.drafted().desk("ready")
    stage.hear(CallOffered("call-2", build.case("received", case_id="C-2", materials=(build.material("form"),)), 20.0))
    assert stage.session.drafts == ()
    assert [paper.material.slot for paper in stage.session.papers.all()] == ["form"]
    assert stage.session.shown == (build.material("form").digest, 0)
    stage.hear(CaseChanged(build.case("closed")))  # the old case goes on elsewhere
    assert stage.session.case.case_id == "C-2"
    assert stage.session.handled["C-1"].state == "closed"


def test_a_task_is_opened_and_put_back(stage, build):
    entry = WorkEntry("C-1", "decide", "排污许可证核发", "accepted", build.noon)
    stage.ready().hear(WorkChanged((entry,)))
    assert stage.session.work == (entry,)
    stage.session.open_case("C-1")
    assert [said.case_id for said in stage.said(OpenCase)] == ["C-1"]
    stage.hear(CaseOpened("C-1"), CaseChanged(build.case("accepted")))
    assert (stage.session.is_opened, stage.session.is_in_charge, stage.session.call) == (True, True, None)
    assert len(stage.done(FetchMaterial)) == 3
    assert not stage.session.can_open, "one at a time"
    stage.session.open_case("C-2")
    assert len(stage.said(OpenCase)) == 1
    stage.session.return_case()
    assert stage.session.is_opened, "until the hall has it back"
    stage.hear(Done(stage.said(ReturnCase)[0].request_id))
    assert (stage.session.case, stage.session.opened_id) == (None, "")
    assert len(stage.done(ReleaseMaterials)) == 1


def test_the_view_may_come_before_the_word_that_the_case_is_open(stage, build):
    stage.ready().hear(CaseChanged(build.case("accepted")), CaseOpened("C-1"))
    assert stage.session.is_opened


def test_an_open_case_outlives_the_desk_s_own_changes(stage, build):
    stage.opened()
    stage.desk("ready")
    stage.desk("away", "小憩")
    assert stage.session.is_opened
    stage.hear(CaseOpened("C-1"), CaseChanged(build.case()))  # said again after a reconnect
    assert len(stage.done(ReleaseMaterials)) == 0


def test_a_case_the_hall_no_longer_has_open_here_is_cleared_away(stage):
    stage.opened().session.return_case()
    stage.hear(Error(ErrorCode.NOT_FOUND, "", stage.said(ReturnCase)[0].request_id))
    assert stage.session.case is None
    assert stage.session.opened_id == ""


def test_the_applicant_of_an_open_case_is_summoned_and_the_case_put_back(stage):
    stage.opened().session.call_back("C-1")
    (said,) = stage.said(CallBack)
    stage.hear(Done(said.request_id))
    assert stage.session.opened_id == ""
    stage.session.call_back("C-9")
    assert [said.case_id for said in stage.said(CallBack)] == ["C-1", "C-9"]


def test_a_call_takes_the_place_of_a_case_that_was_open(stage, build):
    stage.opened().hear(CallOffered("call-1", build.case("received", case_id="C-2"), 20.0))
    assert (stage.session.case.case_id, stage.session.is_opened) == ("C-2", False)


def test_the_ways_a_call_can_end(stage):
    stage.in_call()
    stage.session.mark_missed()
    stage.session.park()
    stage.session.convert("window")
    stage.session.convert("appointment")  # without a time it is none
    stage.session.convert("callback", stage.now)  # and others have no time
    assert stage.said(MarkMissed) == [MarkMissed("call-1")]
    assert stage.said(ParkCall) == [ParkCall("call-1")]
    assert [(said.case_id, said.to) for said in stage.said(ConvertTicket)] == [("C-1", "window")]
    stage.hear(CallEnded("call-1", "no_show"))
    assert stage.session.last_end == "no_show"


def test_free_appointments_are_asked_for_when_they_are_wanted(stage):
    slot = AppointmentSlot(stage.now, stage.now + timedelta(minutes=15), 2)
    stage.in_call().session.ask_slots()
    stage.hear(SlotsOffered("other", (slot,)))
    assert stage.session.slots is None
    stage.hear(SlotsOffered("C-1", (slot,)))
    assert stage.session.slots == (slot,)
    stage.session.convert("appointment", slot.start)
    assert stage.said(ConvertTicket)[0].start == slot.start


def test_the_wrap_up_has_an_end_and_can_be_made_longer(stage):
    stage.wrapping_up()
    end = stage.now + timedelta(seconds=45)
    stage.hear(DeskChanged("wrap_up", "", stage.now, end))
    assert stage.session.until == end
    stage.session.extend_wrap_up()
    assert stage.said(ExtendWrapUp) == [ExtendWrapUp()]
    stage.desk("ready")
    stage.session.extend_wrap_up()
    assert len(stage.said(ExtendWrapUp)) == 1
