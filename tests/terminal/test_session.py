"""Playbooks of the applicant: every step, bad orders, repeats, restarts, and that nothing of a person stays."""

from typing import Any, get_args

import msgspec
import pytest

from annotate.codec import encode_wet
from annotate.marks import InkPoint
from annotate.operations import WetInk as WetPiece
from signaling.protocol.acts import ChooseDelivery, ConfirmFix, LeaveTerminal
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    CallEnded,
    CallRinging,
    CaseChanged,
    DeskChanged,
    Done,
    EndCall,
    Error,
    MarkNumbered,
    NoticeReady,
    Rejoin,
    SubmitCase,
    SubmitCorrection,
    TicketChanged,
    TicketIssued,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.values import CaseState, Correction, Fix, MaterialSlot, NoticeView, Place, SlotView, TicketState
from terminal.effects import Card, FetchMaterial, FetchNotice, Print, ReadCard, StartLeg, StopLeg, Wipe
from terminal.papers import Shot


def test_the_way_to_a_submitted_case(play: Any) -> None:
    session = play.session
    assert session.step == "welcome"
    play.online().session.begin()
    assert session.step == "identify"
    play.at_items()
    assert session.step == "items"
    session.choose_item("ENV-001")
    assert session.step == "materials"
    session.to_submit()
    assert session.step == "materials", "two required materials are missing"
    play.store("form", "a")
    play.store("plan", "b")
    session.to_submit()
    assert session.step == "submit"
    session.submit()
    assert not play.said(SubmitCase), "without the commitment nothing is submitted"
    session.set_commitment(True)
    session.set_video_consent(True)
    session.submit()
    session.submit()
    (asked,) = play.said(SubmitCase)
    assert [material.slot for material in asked.materials] == ["form", "plan"]
    assert asked.consents_to_video
    assert asked.applicant.legal_representative == "欧阳建国"
    assert asked.applicant.id_kind == "credit_code"
    assert session.is_sending
    assert not session.can_go_back


def test_the_ticket_leads_to_waiting(play: Any) -> None:
    session = play.waiting().session
    line = session.line
    assert (session.step, line.place.ahead, session.is_sending) == ("waiting", 2, False)
    session.receive(TicketChanged("c1", "waiting", Place(ahead=1)))
    assert line.place.ahead == 1
    session.receive(CallRinging("k1", "c1"))
    assert line.ringing == "k1"
    session.receive(CallEnded("k1", "no_answer"))
    assert line.ringing == ""
    session.receive(CallRinging("k2", "other"))
    assert line.ringing == "", "another case's ringing is not ours"


@pytest.mark.parametrize("step", ["welcome", "items", "submit", "waiting"])
def test_gestures_out_of_place_are_ignored(play: Any, step: str) -> None:
    {"welcome": play.online, "items": play.at_items, "submit": play.at_submit, "waiting": play.waiting}[step]()
    session, before = play.session, len(play.effects)
    session.card_read(Card("person", "王五", "x"))
    session.hang_up()
    session.submit_correction()
    session.delivery.print("n-acceptance")
    session.tray.shoot()
    session.tray.finish_capture()
    session.tray.hand_in("nowhere", ("/x",), "usb")
    session.talk.join()
    session.choose_item("no such item")
    assert len(play.effects) == before
    assert session.step == step


def test_back_goes_one_step_and_from_the_first_wipes(play: Any) -> None:
    session = play.at_submit().session
    for step in ("materials", "items", "identify"):
        session.back()
        assert session.step == step
    session.back()
    assert session.step == "welcome"
    assert play.of(Wipe)
    assert session.card is None


def test_another_item_drops_the_papers(play: Any) -> None:
    session = play.at_materials().session
    play.store("form", "a")
    session.back()
    session.choose_item("FOOD-1")
    assert not session.tray.papers


def test_a_card_with_a_wrong_number_is_refused(play: Any) -> None:
    play.online().session.begin()
    session = play.session
    session.read_card("person")
    session.read_card("person")
    assert len(play.of(ReadCard)) == 1
    session.card_read(Card("person", "李四", "110112190001011236"))
    assert (session.card, session.problem) == (None, "card_number_invalid")
    session.read_card("person")
    session.card_failed("card_unreadable")
    assert session.problem == "card_unreadable"
    session.clear_problem()
    assert session.problem == ""


@pytest.mark.parametrize(
    "phone", ["", "123", "12a45678", "1234567890123", "1390013", "12800138000", "010555", "138001380001"]
)
def test_a_telephone_number_is_checked(play: Any, phone: str) -> None:
    session = play.identified().session
    session.set_phone(phone)
    session.confirm_identity()
    assert (session.step, session.problem) == ("identify", "phone_invalid")


def test_full_width_digits_are_normalised(play: Any) -> None:
    session = play.identified().session
    session.set_phone("１３８００１３８０００")
    session.confirm_identity()
    assert (session.step, session.phone) == ("items", "13800138000")


def test_a_refused_submission_can_be_repeated(play: Any) -> None:
    session = play.at_submit().session
    session.set_commitment(True)
    session.submit()
    first = play.said(SubmitCase)[-1].request_id
    session.receive(Error(ErrorCode.MATERIAL_MISSING, "", first))
    assert (session.is_sending, session.problem, session.step) == (False, "material_missing", "submit")
    session.submit()
    assert play.said(SubmitCase)[-1].request_id != first
    assert session.problem == ""


def test_the_call_and_its_end(play: Any) -> None:
    session = play.in_call().session
    assert session.step == "call"
    assert play.of(StartLeg) == [StartLeg("k1", 1, False)]
    session.hang_up()
    assert play.said(EndCall) == [EndCall("k1")]
    assert session.step == "call", "the hall decides that the call is over"
    session.receive(CallEnded("k1", "hung_up"))
    session.receive(CallEnded("k1", "hung_up"))
    assert session.step == "waiting"
    assert len(play.of(StopLeg)) == 1


def test_a_call_that_is_answered_just_as_the_applicant_goes_is_hung_up_and_left(play: Any) -> None:
    session = play.waiting().session
    session.finish()
    play.effects.clear()
    play.start_call()
    assert session.step == "welcome"
    assert play.said(EndCall) == [EndCall("k1")]
    assert [act.case_id for act in play.said(LeaveTerminal)] == ["c1"], "the first was refused: it was in a call"
    assert play.of(StartLeg) == []


def test_the_page_and_its_marks(play: Any) -> None:
    session = play.in_call().session
    play.show("b", 2)
    assert session.viewing.page == ("b" * 64, 2)
    assert not play.of(FetchMaterial), "the applicant's own file is here"
    play.mark(1)
    play.mark(1)
    assert len(session.viewing.markup("b" * 64).marks(0)) == 1
    play.show("e")
    play.show("e")
    assert play.of(FetchMaterial) == [FetchMaterial("e" * 64)]
    session.fetch_failed("e" * 64, "network")
    session.connection_changed("online")
    assert len(play.of(FetchMaterial)) == 2
    session.material_fetched("e" * 64, "/booth/e")
    assert session.tray.files["e" * 64] == "/booth/e"


def test_marks_that_cannot_be_read_do_no_harm(play: Any, play_time: Any) -> None:
    session = play.in_call().session
    session.receive(MarkNumbered("c1", "b" * 64, 1, "o1", "mark", "m1", b"\x00junk", "张敏", play_time))
    assert session.problem == "malformed_message"
    assert session.viewing.markup("b" * 64).marks() == ()


def test_wet_ink_goes_to_those_who_draw(play: Any) -> None:
    session = play.in_call().session
    seen: list[tuple[str, str]] = []
    session.viewing.subscribe_wet(lambda digest, author, piece: seen.append((digest, author)))
    piece = WetPiece(1, 0, 0, (224, 32, 32), 2.0, False, (InkPoint(1.0, 2.0, 0.5),))
    session.receive(WetInk("c1", "b" * 64, 0, encode_wet(piece), "张敏"))
    session.receive(WetInk("c1", "b" * 64, 0, b"junk", "张敏"))
    session.receive(WetInk("another", "b" * 64, 0, encode_wet(piece), "张敏"))
    assert seen == [("b" * 64, "张敏")]


def test_corrections_in_the_call(play: Any) -> None:
    session = play.in_call().corrections().session
    assert session.step == "call"
    assert [slot.code for slot in session.tray.slots] == ["plan"]
    session.submit_correction()
    assert not play.said(SubmitCorrection)
    session.tray.hand_in("form", ("/x",), "usb")
    assert not session.tray.papers, "only the named slot takes a paper"
    play.store("plan", "d")
    session.submit_correction()
    session.submit_correction()
    (asked,) = play.said(SubmitCorrection)
    assert [(material.slot, material.version) for material in asked.materials] == [("plan", 2)]
    session.receive(Done(asked.request_id))
    play.changed("reviewing", corrections=())
    assert not session.tray.papers
    assert session.step == "call"


def test_corrections_after_the_call(play: Any) -> None:
    session = play.in_call().corrections().session
    play.store("plan", "d")
    session.receive(CallEnded("k1", "hung_up"))
    assert session.step == "correction"
    assert session.tray.is_complete, "what was handed in during the call stays"


def test_acceptance_to_the_end(play: Any) -> None:
    session = play.in_call().verified().session
    assert session.step == "result"
    assert play.of(FetchNotice) == [FetchNotice("n-acceptance", "f" * 64)]
    session.delivery.print("n-acceptance")
    session.delivery.print("n-acceptance")
    assert len(play.of(Print)) == 1
    session.delivery.printed("n-acceptance", "n.pdf")
    play.changed("closed")
    assert session.step == "result"
    session.finish()
    assert session.step == "welcome"
    assert play.said(EndCall), "the call was still on"
    assert play.of(StopLeg)


def test_everything_of_the_applicant_is_forgotten(play: Any) -> None:
    session = play.in_call().verified().session
    play.show()
    play.mark(1)
    session.finish()
    left = (
        session.card,
        session.phone,
        session.item,
        session.case,
        session.viewing.page,
        session.line.ringing,
        session.problem,
    )
    assert not any(left)
    kept = (session.tray.papers, session.tray.files, session.viewing.markups, session.delivery.notices)
    assert not any(kept)
    ticks = (session.has_committed, session.consents_to_video)
    assert not any(ticks)
    assert session.talk.call is None
    session.receive(CaseChanged(play.case))
    assert session.step == "welcome", "the hall's later news of a wiped case are not shown to the next person"
    session.material_fetched("e" * 64, "/booth/e")
    assert not session.tray.files


def test_a_restart_finds_the_case_again(play: Any) -> None:
    other = type(play)().online()
    play.in_call().corrections()
    other.session.receive(CaseChanged(play.case))
    assert other.session.step == "correction"
    other.case = play.case
    other.start_call(1, is_resumed=True)
    assert other.session.step == "call"
    assert not other.of(StartLeg), "consent is not known after a restart: the applicant is asked again"
    other.session.talk.join()
    assert other.said(Rejoin) == [Rejoin("k1", 1)]
    other.start_call(2)
    assert other.of(StartLeg) == [StartLeg("k1", 2, False)]


def test_a_restart_with_a_sealed_notice(play: Any) -> None:
    other = type(play)().online()
    play.in_call().accepted()
    ready = play.session.delivery.newest("acceptance").view
    other.case = play.case
    other.changed("accepted", notices=(ready,))
    assert other.session.step == "result"
    assert other.of(FetchNotice) == [FetchNotice("n-acceptance", "f" * 64)]
    other.session.receive(NoticeReady("c1", ready))
    assert len(other.of(FetchNotice)) == 1, "announced twice, fetched once"


def test_a_closed_case_is_not_taken_up(play: Any) -> None:
    other = type(play)().online()
    play.in_call().changed("closed")
    other.session.receive(CaseChanged(play.case))
    assert other.session.step == "welcome"


def test_withdrawing_ends_when_the_hall_has_done_it(play: Any) -> None:
    session = play.waiting().session
    session.withdraw()
    session.withdraw()
    assert len(play.said(WithdrawCase)) == 1
    assert session.step == "waiting"
    play.changed("withdrawn")
    assert session.step == "result"
    session.done()
    assert session.step == "welcome", "there is nothing to evaluate"
    assert len(play.said(LeaveTerminal)) == 1, "whatever became of it, the case is not in front of anybody any more"


def test_ticket_issued_twice_is_harmless(play: Any) -> None:
    session = play.in_call().session
    session.receive(TicketIssued("id-1", play.case, 0))
    assert session.step == "call"


@pytest.mark.parametrize(("prepare", "is_wiped"), [("at_submit", True), ("waiting", False), ("in_call", False)])
def test_idle(play: Any, prepare: str, is_wiped: bool) -> None:
    session = getattr(play, prepare)().session
    session.idle_expired()
    assert (session.step == "welcome") is is_wiped


def test_an_abandoned_notice_is_printed_before_it_is_forgotten(play: Any) -> None:
    session = play.in_call().verified().session
    session.receive(CallEnded("k1", "hung_up"))
    session.idle_expired()
    assert len(play.of(Print)) == 1
    assert session.step == "result"
    session.delivery.printed("n-acceptance")
    session.idle_expired()
    assert session.step == "welcome"


def test_a_try_to_reconnect_does_not_hide_the_loss(play: Any) -> None:
    session = play.online().session
    session.connection_changed("waiting", "", 3.0)
    session.connection_changed("connecting")
    assert (session.connection.state, session.connection.retry_s) == ("waiting", 0.0)
    session.connection_changed("refused", "wrong_device_key")
    assert session.connection.code == "wrong_device_key"


def test_subscribers_hear_of_changes_and_not_of_desk_matters(play: Any, play_time: Any) -> None:
    heard: list[str] = []
    play.session.subscribe(lambda: heard.append(play.session.step))
    play.online().session.begin()
    assert heard[-1] == "identify"
    count = len(heard)
    play.session.receive(DeskChanged("ready", "", play_time))
    assert len(heard) == count


@pytest.mark.parametrize(
    "phone", ["13800138000", "19900138000", "01055500118", "03715550118", "037155501180", "5550118"]
)
def test_whole_telephone_numbers(play: Any, phone: str) -> None:
    session = play.identified().session
    session.set_phone(phone)
    session.confirm_identity()
    assert (session.step, session.phone) == ("items", phone)


def test_a_new_file_takes_the_last_problem_away(play: Any) -> None:
    session = play.in_call().corrections().session
    session.receive(Error("r-9", ErrorCode.ILLEGAL_STEP, "x"))
    assert session.problem
    session.tray.hand_in("plan", ("/stick/new.pdf",), "usb", "new.pdf")
    assert session.problem == ""


def test_back_leaves_the_file_list_and_the_camera_but_no_pages(play: Any) -> None:
    session = play.at_materials().session
    session.tray.start_choosing("form")
    session.back()
    assert (session.step, session.tray.choosing) == ("materials", None)
    session.tray.start_capture("form")
    session.tray.shoot()
    session.tray.page_shot(session.tray.capture.capture_id, Shot("/booth/1.jpg", 0.9, True))
    assert not session.can_go_back
    session.back()
    assert session.tray.capture is not None
    session.tray.remove_shot(0)
    session.back()
    assert (session.step, session.tray.capture) == ("materials", None)
    session.back()
    assert session.step == "items"


CORRECTION = Correction("plan", 0, "图签栏缺少设计单位签章", "补盖设计单位出图专用章")
GAP = MaterialSlot("lease", "场地使用证明", is_gap_able=True)


def gap_item(play: Any) -> Any:
    sample = play.online().session.items[0]
    return msgspec.structs.replace(sample, slots=(*sample.slots, GAP))


def test_a_minor_paper_may_follow_when_the_letter_is_signed(play: Any) -> None:
    play.online(gap_item(play))
    session = play.at_items_of(gap_item(play)).session
    play.store("form", "a")
    play.store("plan", "b")
    session.to_submit()
    assert session.step == "materials"
    session.tray.follow_later("form", is_later=True)
    session.tray.follow_later("lease", is_later=True)
    assert session.tray.to_follow == ("lease",), "only what the item allows may follow"
    session.to_submit()
    session.set_commitment(True)
    session.submit()
    assert not play.said(SubmitCase), "what follows later is promised in the letter"
    session.options.set_signed(True)
    session.submit()
    (asked,) = play.said(SubmitCase)
    assert (asked.to_follow, asked.has_committed) == (("lease",), True)


def test_papers_that_were_to_follow_are_handed_in(play: Any) -> None:
    session = play.waiting().session
    item = gap_item(play)
    play.changed("accepted_with_gap", item=item, list=(SlotView("lease", "waived"),))
    assert session.step == "result"
    session.fill_gaps()
    assert (session.step, [slot.code for slot in session.tray.slots]) == ("correction", ["lease"])
    assert not session.can_submit_correction, "nothing is there yet"
    play.store("lease", "e")
    play.changed("accepted_with_gap", item=item, list=(SlotView("lease", "waived"),), address="x")
    assert session.tray.is_complete, "other news do not throw the paper away"
    session.submit_correction()
    (asked,) = play.said(SubmitCorrection)
    assert [material.slot for material in asked.materials] == ["lease"]
    session.receive(Done(asked.request_id))
    play.changed("accepted", list=(SlotView("lease", "uploaded"),))
    assert (session.step, session.is_filling) == ("result", False)


def test_filling_gaps_can_be_left(play: Any) -> None:
    session = play.waiting().session
    play.changed("accepted_with_gap", item=gap_item(play), list=(SlotView("lease", "waived"),))
    session.fill_gaps()
    session.back()
    assert (session.step, session.tray.slots) == ("result", ())


def test_advice_leads_to_the_application(play: Any) -> None:
    session = play.at_submit().session
    session.set_commitment(True)
    session.submit(is_pre_review=True)
    play.waiting_after_submit()
    play.changed("advised")
    assert session.step == "correction"
    session.submit_correction()
    assert play.said(SubmitCorrection)[0].materials == ()
    play.done(SubmitCorrection)
    play.changed("advised", corrections=(CORRECTION,))
    assert not session.can_submit_correction
    play.store("plan", "d")
    session.submit_correction()
    assert len(play.said(SubmitCorrection)) == 2


@pytest.mark.parametrize("state", get_args(CaseState))
@pytest.mark.parametrize("ticket", get_args(TicketState))
def test_a_restart_finds_every_state_again(play: Any, state: CaseState, ticket: TicketState) -> None:
    play.waiting().changed(state, ticket_state=ticket)
    other = type(play)().online()
    other.session.receive(CaseChanged(play.case))
    expected = "welcome" if state in ("closed", "withdrawn") else play.session.step
    assert other.session.step == expected
    assert other.session.patience in ("endless", "draft", "done")


def test_an_on_the_spot_correction_is_answered_once(play: Any) -> None:
    session = play.in_call().session
    session.confirm_fix(is_confirmed=True)
    assert not play.said(ConfirmFix)
    play.changed("reviewing", fixes=(Fix("f0", "name", "a", "b", "refused"), Fix("f1", "phone", "1", "2")))
    session.confirm_fix(is_confirmed=False)
    session.confirm_fix(is_confirmed=True)
    (asked,) = play.said(ConfirmFix)
    assert (asked.fix_id, asked.is_confirmed) == ("f1", False)


def test_the_way_of_fetching_is_changed(play: Any) -> None:
    session = play.waiting().changed("granted").session
    session.options.set_delivery("courier")
    session.choose_delivery()
    assert not play.said(ChooseDelivery), "without an address"
    session.options.set_address("北京市通州区新华东街 48 号")
    session.choose_delivery()
    (asked,) = play.said(ChooseDelivery)
    assert (asked.way, asked.address) == ("courier", "北京市通州区新华东街 48 号")


@pytest.mark.parametrize("state", get_args(CaseState))
def test_what_can_be_withdrawn(play: Any, state: CaseState) -> None:
    session = play.waiting().changed(state).session
    session.withdraw()
    open_states = ("pre_review", "advised", "received", "reviewing", "correction_requested")
    accepted = ("accepted", "accepted_with_gap", "paused")
    assert bool(play.said(WithdrawCase)) is (state in open_states + accepted)


def test_an_older_notice_is_not_taken_for_the_outcome(play: Any, play_time: Any) -> None:
    session = play.in_call().corrections().session
    correction = NoticeView("n-1", "correction", "1", "printed", play_time, "a" * 64, play_time)
    acceptance = NoticeView("n-2", "acceptance", "2", "sealing", play_time)
    play.changed("correction_requested", notices=(correction,))
    assert session.notice.view.notice_id == "n-1"
    play.changed("accepted", corrections=(), notices=(correction, acceptance))
    assert session.notice is None, "it is being sealed"
    sealed = msgspec.structs.replace(acceptance, state="ready", digest="b" * 64, decided_at=play_time)
    play.changed("accepted", notices=(correction, sealed))
    assert session.delivery.notices["n-2"].view == sealed
    play.changed("received", notices=(correction, msgspec.structs.replace(sealed, state="voided")))
    assert session.notice.view.notice_id == "n-1", "a void notice tells nothing"


def test_who_goes_away_while_correcting_keeps_the_place(play: Any) -> None:
    session = play.waiting().corrections().session
    assert (session.step, session.patience) == ("correction", "draft")
    paper_id = play.check("plan", "d")
    assert session.patience == "endless", "a long upload is not a sleeping applicant"
    session.tray.paper_stored(paper_id)
    session.idle_expired()
    play.done(LeaveTerminal)
    assert (session.step, session.patience) == ("slip", "done")
    session.idle_expired()
    assert session.step == "welcome"


def test_asking_anew_takes_the_last_problem_away(play: Any) -> None:
    session = play.waiting().session
    session.receive(Error(ErrorCode.SLOT_TAKEN, "", "r"))
    session.leave()
    assert session.problem == ""
