"""Playbooks of the preview: what is read is what is decided, once, whatever breaks in between."""

from datetime import timedelta

import msgspec
import pytest

from signaling.hall.events import Disconnected, DraftFailed, MessageReceived, NoticeDrafted, NoticeSealed
from signaling.hall.facts import Decided, NoticeOrdered, NumberReserved
from signaling.hall.rules import HallRules
from signaling.protocol.acts import ChooseDelivery, ConvertTicket, NoticePreviewed, PreviewNotice, SetCalendarDay
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import CallStarted, Decide, Done, Error, NoticePrinted, NoticeReceived
from signaling.protocol.office import CalendarDay
from signaling.protocol.values import Correction, Particulars


@pytest.fixture
def strict(play):
    """A hall that wants previews, desk 1 in a call with terminal 1."""
    play.RULES = HallRules()
    play.hall = play._new_hall()
    return play


def previewing(play, *slots):
    """The decision of desk 1 in its call, written out and read."""
    case, _ = play.talking()
    return play.preview("d1", play.decision(case, *slots))


def test_the_draft_says_what_the_notice_will_say(strict):
    decision = previewing(strict)
    (draft,) = strict.drafts
    reserved = next(entry.fact for entry in strict.entries if isinstance(entry.fact, NumberReserved))
    assert (draft.order.number, draft.order.notice_id) == (reserved.notice.number, reserved.notice.notice_id)
    assert (draft.order.kind, draft.order.acceptance, draft.order.preview) == ("acceptance", "full", "")
    assert draft.order.decided_at.utcoffset() == timedelta(hours=8)
    assert strict.view(decision.case_id).state == "reviewing", "nothing is decided yet"
    assert strict.orders == []
    strict.wait(90)
    assert Done(decision.request_id) in strict.say("d1", decision)
    (order,) = strict.orders
    assert order == msgspec.structs.replace(draft.order, preview=decision.preview)
    decided, ordered = strict.recorded()[:2]
    assert isinstance(decided, Decided)
    assert (decided.preview, decided.query_code) == (decision.preview, order.query_code)
    assert ordered == NoticeOrdered(decision.case_id, order.notice_id, order)
    assert strict.view(decision.case_id).notices[0].query_code == order.query_code


def test_the_case_is_untouched_by_a_preview(strict):
    case, _ = strict.talking()
    decision = strict.decision(case, "drawing")
    before = strict.view(case.case_id)
    strict.preview("d1", decision)
    assert strict.view(case.case_id) == msgspec.structs.replace(before, place=strict.view(case.case_id).place)
    assert strict.drafts[0].order.corrections == decision.corrections


def test_without_a_preview_nothing_is_decided_where_the_hall_wants_one(strict):
    case, _ = strict.talking()
    decision = strict.decision(case)
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_REQUIRED
    made_up = msgspec.structs.replace(decision, preview=strict.digest("made up"))
    assert strict.refusal("d1", made_up) == ErrorCode.PREVIEW_STALE


def test_what_has_no_notice_needs_no_preview_and_can_have_none(strict):
    strict.terminal()
    case_id = strict.submit(is_pre_review=True).case_id
    strict.desk()
    strict.open("d1", case_id)
    assert strict.refusal("d1", PreviewNotice("p", case_id, "advise")) == ErrorCode.WRONG_PARTICULARS
    odd = Decide("r", case_id, "advise", preview=strict.digest("x"))
    assert strict.refusal("d1", odd) == ErrorCode.PREVIEW_STALE
    assert Done("r2") in strict.say("d1", Decide("r2", case_id, "advise"))


def test_the_closing_notice_needs_no_preview(strict):
    case = strict.issued()
    strict.handed_over(case.case_id)
    strict.desk(2, roles=("issuer",))
    strict.open("d2", case.case_id)
    strict.decide("d2", case.case_id, "close")
    assert strict.orders[-1].kind == "closing"


def test_a_repeat_is_answered_alike(strict):
    decision = previewing(strict)
    again = strict.preview("d1", decision)
    assert again == decision
    first, second = (draft.order for draft in strict.drafts)
    assert second == msgspec.structs.replace(first, decided_at=second.decided_at)
    assert Done(decision.request_id) in strict.say("d1", decision), "the newest draft holds; it is the same"
    assert strict.say("d1", decision) == [Done(decision.request_id)], "and a double click decides once"
    assert len(strict.orders) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"corrections": (Correction("drawing", 0, "另一处", "按规范补充"),)},
        {"corrections": (Correction("drawing", 0, "比例尺缺失", "按规范补充", mark_number=3),)},
        {"particulars": Particulars(reason="x")},
        {"outcome": "accept", "corrections": ()},
    ],
)
def test_only_what_was_read_is_decided(strict, changes):
    decision = previewing(strict, "drawing")
    other = msgspec.structs.replace(decision, **changes)
    code = strict.refusal("d1", other)
    assert code == (ErrorCode.WRONG_PARTICULARS if "particulars" in changes else ErrorCode.PREVIEW_STALE)
    assert Done(decision.request_id) in strict.say("d1", decision)


def test_only_the_newest_draft_is_decided(strict):
    case, _ = strict.talking()
    first = strict.preview("d1", strict.decision(case, "drawing"), "first")
    other = strict.decision(case, "drawing", "form")
    second = strict.preview("d1", other, "second")
    assert strict.refusal("d1", first) == ErrorCode.PREVIEW_STALE
    assert Done(second.request_id) in strict.say("d1", second)
    assert len({draft.order.number for draft in strict.drafts}) == 1


def test_what_is_still_being_written_is_not_decided_and_each_asker_is_answered(strict):
    case, _ = strict.talking()
    decision = strict.decision(case, "drawing")
    for request_id in ("p1", "p2"):
        strict.say("d1", PreviewNotice(request_id, case.case_id, "request_corrections", decision.corrections))
    early = msgspec.structs.replace(decision, preview=strict.digest("a"))
    assert strict.refusal("d1", early) == ErrorCode.PREVIEW_STALE
    for number, draft in enumerate(strict.drafts, 1):
        strict.event(NoticeDrafted(draft.preview_id, strict.digest("a")))
        answer = NoticePreviewed(f"p{number}", case.case_id, "京通政务补〔2026〕000001号", strict.digest("a"))
        assert strict.heard("d1") == [answer]
    assert Done(early.request_id) in strict.say("d1", early)


def test_a_change_behind_the_reviewers_back_makes_the_preview_stale(strict):
    decision = previewing(strict)
    strict.say("t1", ChooseDelivery(strict.request_id(), decision.case_id, "courier", "某某路1号"))
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_STALE
    again = strict.preview("d1", decision, "again")
    assert strict.drafts[-1].order.number == strict.drafts[0].order.number
    assert Done(again.request_id) in strict.say("d1", again)
    assert strict.orders[0].result.way == "courier"


def test_another_calendar_makes_the_preview_stale(strict):
    decision = previewing(strict)
    strict.staff("manager")
    strict.say(
        "s1", SetCalendarDay(strict.request_id(), CalendarDay((strict.now + timedelta(1)).date(), False, "停电"))
    )
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_STALE


def test_midnight_makes_the_preview_stale_and_the_year_its_number(strict):
    strict.now = strict.now.replace(month=12, day=31, hour=15, minute=50)  # 23:50 in Beijing
    decision = previewing(strict)
    strict.wait(1200)
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_STALE
    strict.preview("d1", decision, "next day")
    assert [draft.order.number for draft in strict.drafts] == [
        "京通政务受〔2026〕000001号",
        "京通政务受〔2027〕000001号",
    ]


def test_a_draft_that_fails_is_told_with_what_to_put_right(strict):
    case, _ = strict.talking()
    strict.look(case.case_id)
    message = PreviewNotice("p1", case.case_id, "accept")
    for code, detail, told in [
        ("missing_glyph", "applicant.name: U+2070E", "：applicant.name: U+2070E"),
        ("signer_away", "socket", ""),
    ]:
        strict.say("d1", message)
        strict.event(DraftFailed(strict.drafts[-1].preview_id, code, detail))
        assert strict.heard("d1") == [Error(ErrorCode(code), SENTENCES[ErrorCode(code)] + told, "p1")]
    strict.say("d1", message)
    strict.event(DraftFailed(strict.drafts[-1].preview_id, "rendering_failed", "x"))
    assert [error.code for error in strict.heard("d1", Error)] == [ErrorCode.DRAFT_FAILED]
    assert strict.event(DraftFailed("nobody asked", "x")) == []
    assert strict.event(NoticeDrafted("nobody asked", strict.digest("x"))) == []


def test_pictures_that_nobody_handed_in_stand_on_no_notice(strict):
    case, _ = strict.talking()
    strict.look(case.case_id)
    crop = strict.digest("crop")
    faults = (Correction("drawing", 0, "缺", "补", "m1", 1, crop),)
    message = PreviewNotice("p1", case.case_id, "request_corrections", faults)
    assert strict.refusal("d1", message, absent=(crop,)) == ErrorCode.MATERIAL_MISSING
    decision = strict.preview("d1", Decide("r", case.case_id, "request_corrections", faults))
    assert strict.refusal("d1", decision, absent=(crop,)) == ErrorCode.MATERIAL_MISSING
    strict.say("d1", decision)
    assert strict.orders[0].corrections == faults
    terminal, stranger = strict.hall._floor.sessions["t1"], strict.terminal(2)
    assert strict.hall.may_read(terminal, crop)
    assert not strict.hall.may_read(strict.hall._floor.sessions[stranger], crop)


def test_another_desk_cannot_decide_with_this_desks_preview(strict):
    strict.terminal()
    case_id = strict.submit().case_id
    strict.say("t1", ConvertTicket(strict.request_id(), case_id, "asynchronous"))
    for desk in (1, 2):
        strict.desk(desk)
    strict.open("d1", case_id)
    strict.look(case_id)
    decision = strict.preview("d1", Decide("r", case_id, "accept"))
    assert strict.refusal("d2", decision) == ErrorCode.NOT_FOUND
    strict.put_back("d1", case_id)
    strict.open("d2", case_id)
    strict.look(case_id, "d2")
    assert strict.refusal("d2", decision) == ErrorCode.PREVIEW_STALE
    strict.put_back("d2", case_id)
    strict.open("d1", case_id)
    strict.look(case_id)
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_STALE, "it was given back in between"


def test_a_desk_that_reconnects_decides_what_it_read(strict):
    decision = previewing(strict)
    strict.event(Disconnected("d1"))
    strict.desk(1, session="d1b")
    assert Done(decision.request_id) in strict.say("d1b", decision)


class Crash(Exception):
    """The server died."""


class Breaking:
    """Drives one case to its printed notice as desk, terminal and server do; the server dies once, at one event."""

    def __init__(self, play, crash_at, is_written):
        self.play, self.left, self.is_written = play, crash_at, is_written
        play.terminal()
        self.case_id = play.submit().case_id
        play.say("t1", ConvertTicket(play.request_id(), self.case_id, "asynchronous"))
        play.desk()
        play.open("d1", self.case_id)
        play.look(self.case_id)
        self.has_died = False

    def event(self, event):
        """Handled, written and told; or the server dies after writing, or before."""
        self.left -= 1
        if self.left != 0:
            return self.play.event(event)
        if self.is_written:
            self.play.event(event)
        else:
            self.play.hall.handle(event, self.play.now)
        raise Crash

    def step(self):
        """What comes next by what is on the disk; everybody repeats what was not answered."""
        view = self.play.view(self.case_id)
        if not view.notices:
            self.decide()
        elif view.notices[0].state == "sealing":
            order = self.play.orders[-1]
            self.event(NoticeSealed(order.notice_id, self.play.digest("sealed"), self.play.now))
        elif view.notices[0].state == "ready":
            self.event(MessageReceived("t1", NoticeReceived("received", view.notices[0].notice_id, True)))
        elif view.notices[0].state == "received":
            self.event(MessageReceived("t1", NoticePrinted("printed", view.notices[0].notice_id, True)))
        else:
            return False
        return True

    def decide(self):
        self.event(MessageReceived("d1", PreviewNotice("preview", self.case_id, "accept")))
        draft = self.play.drafts[-1]
        self.event(NoticeDrafted(draft.preview_id, self.play.digest(draft.order.number)))
        (previewed,) = self.play.heard("d1", NoticePreviewed)
        self.event(MessageReceived("d1", Decide("decide", self.case_id, "accept", preview=previewed.digest)))
        assert self.play.heard("d1", Done) == [Done("decide")]

    def run(self):
        while True:
            try:
                if not self.step():
                    return
            except Crash:
                self.has_died = True
                self.play.kill()
                self.play.terminal()
                self.play.desk()


@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize("crash_at", range(1, 7))
def test_one_notice_whenever_the_server_dies(strict, crash_at, is_written):
    breaking = Breaking(strict, crash_at, is_written)
    breaking.run()
    assert breaking.has_died
    facts = [entry.fact for entry in strict.entries]
    assert sum(isinstance(fact, Decided) for fact in facts) == 1
    (order,) = [fact.order for fact in facts if isinstance(fact, NoticeOrdered)]
    assert set(strict.orders) == {order}
    (notice,) = strict.view(breaking.case_id).notices
    assert (notice.state, notice.number) == ("printed", "京通政务受〔2026〕000001号")
    assert strict.counters["notice:京通政务:acceptance:2026"] == 1
    assert order.preview == strict.digest(order.number)


def test_a_preview_from_before_the_restart_is_stale_and_its_number_stays(strict):
    decision = previewing(strict)
    strict.kill()
    strict.terminal()
    strict.desk()
    assert strict.heard("d1", CallStarted)
    assert strict.refusal("d1", decision) == ErrorCode.PREVIEW_STALE
    strict.preview("d1", decision)
    assert strict.drafts[0].order.number == strict.drafts[-1].order.number
