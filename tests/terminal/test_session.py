"""Playbooks of the applicant: every step, bad orders, repeats, restarts, and that nothing of a person stays."""

from typing import Any

import pytest

from annotate.codec import encode_wet
from annotate.marks import InkPoint
from annotate.operations import WetInk as WetPiece
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
    assert (session.step, session.ahead, session.is_sending) == ("waiting", 2, False)
    session.receive(TicketChanged("c1", "waiting", 1))
    assert session.ahead == 1
    session.receive(CallRinging("k1", "c1"))
    assert session.ringing == "k1"
    session.receive(CallEnded("k1", "no_answer"))
    assert session.ringing == ""
    session.receive(CallRinging("k2", "other"))
    assert session.ringing == "", "another case's ringing is not ours"


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


def test_the_page_and_its_marks(play: Any) -> None:
    session = play.in_call().session
    play.show("b", 2)
    assert session.page == ("b" * 64, 2)
    assert not play.of(FetchMaterial), "the applicant's own file is here"
    play.mark(1)
    play.mark(1)
    assert len(session.markup("b" * 64).marks(0)) == 1
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
    assert session.markup("b" * 64).marks() == ()


def test_wet_ink_goes_to_those_who_draw(play: Any) -> None:
    session = play.in_call().session
    seen: list[tuple[str, str]] = []
    session.subscribe_wet(lambda digest, author, piece: seen.append((digest, author)))
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
    left = (session.card, session.phone, session.item, session.case, session.page, session.ringing, session.problem)
    assert not any(left)
    kept = (session.tray.papers, session.tray.files, session.markups, session.delivery.notices)
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


def test_withdrawing_wipes_when_the_hall_has_done_it(play: Any) -> None:
    session = play.waiting().session
    session.withdraw()
    session.withdraw()
    assert len(play.said(WithdrawCase)) == 1
    assert session.step == "waiting"
    play.changed("withdrawn")
    assert session.step == "welcome"


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
