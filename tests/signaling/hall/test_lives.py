"""Random lives of cases over weeks: every act of the law by whoever, in any order, with restarts and nights between.

Whatever is tried, the law holds: no notice while a required material is unread, no decision by who accepted, one
holder for each case, dates in their order, numbers without a gap, what was read is what is decided; and the journal
alone gives the same hall.
"""

import random
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from signaling.hall.events import NoticeDrafted, NoticeSealed, TimerFired
from signaling.hall.facts import Decided, NoticeOrdered
from signaling.hall.material_items import READ
from signaling.hall.notices import CHARACTERS
from signaling.hall.outcomes import RULES
from signaling.hall.tickets import local_day
from signaling.protocol.acts import (
    AskFix,
    ConfirmFix,
    ConvertTicket,
    NoticePreviewed,
    OpenCase,
    PreviewNotice,
    ReturnCase,
    VoidNotice,
)
from signaling.protocol.messages import (
    Decide,
    NoticePrinted,
    NoticeReceived,
    ShowPage,
    SubmitCorrection,
    WithdrawCase,
)
from signaling.protocol.values import Correction, Gap, MaterialSlot, Particulars

SLOTS = (
    MaterialSlot("form", "申请表"),
    MaterialSlot("drawing", "总平面图"),
    MaterialSlot("lease", "租赁合同", is_gap_able=True),
)
FITTING = {
    "not_accept": Particulars(reason="理由", ground="not_competent", competent_body="某局"),
    "pause": Particulars(reason="理由", days=5, step="hearing"),
    "extend": Particulars(reason="理由", days=5),
    "refuse": Particulars(reason="理由"),
    "accept_with_gap": Particulars(gaps=(Gap("lease", 3),)),
}
LATE = ("accepted", "granted", "issued", "delivered")
PARTICULARS = (
    Particulars(),
    Particulars(reason="理由"),
    Particulars(reason="理由", ground="not_needed"),
    Particulars(reason="理由", ground="not_competent", competent_body="某局"),
    Particulars(reason="理由", days=5),
    Particulars(reason="理由", days=5, step="hearing"),
    Particulars(gaps=(Gap("lease", 3),)),
    Particulars(override="遗漏"),
)


class Life:
    """A hall with three terminals and three desks of all roles, played by dice."""

    def __init__(self, play, seed):
        self.play, self.dice = play, random.Random(seed)  # noqa: S311 - dice, not a secret
        self.start()
        self.item = play.offer(*SLOTS, is_on_commitment=True, correction_days=6)

    def start(self):
        for number in (1, 2, 3):
            self.play.terminal(number)
            roles = ("reviewer", "decider", "issuer", "supervisor")[: self.dice.choice((1, 3, 4))]
            self.play.desk(number, roles=roles)

    def cases(self):
        return [view for view in self.play.hall.case_views() if view.state not in ("closed", "withdrawn")]

    def step(self):
        acts = (self.submit, self.night, self.restart, self.seal, self.deliver, self.withdraw, self.void)
        usual = (self.open, self.decide, self.decide, self.put_back, self.correct, self.fix, self.print, self.seal)
        self.dice.choice((*acts, *usual, *usual, *usual, *usual))()

    def any_case(self):
        """Any open case; some more often, so that lives reach their end."""
        cases = self.cases()
        late = [view for view in cases if view.state in LATE]
        return self.dice.choice(late if late and self.dice.random() < 0.5 else cases) if cases else None

    def desk(self):
        return f"d{self.dice.randint(1, 3)}"

    def paper(self, slot):
        return self.play.material(slot, f"{slot}{self.dice.randint(1, 50)}")

    def submit(self):
        if len(self.cases()) > 5:
            return
        session = f"t{self.dice.randint(1, 3)}"
        slots = [slot.code for slot in SLOTS if slot.code != "lease" or self.dice.random() < 0.5]
        changes = {
            "item": self.item,
            "materials": tuple(self.paper(slot) for slot in slots),
            "to_follow": () if "lease" in slots else ("lease",),
            "has_committed": self.dice.random() < 0.8,
            "is_pre_review": self.dice.random() < 0.3,
        }
        self.play.say(session, self.play.submission(**changes))
        for view in self.cases():
            if view.ticket_state == "waiting" and view.terminal_id:
                session = f"t{int(view.terminal_id[-1])}"
                self.play.say(session, ConvertTicket(self.play.request_id(), view.case_id, "asynchronous"))

    def night(self):
        self.play.now += timedelta(hours=self.dice.choice((10, 20, 70)))
        self.play.event(TimerFired("day"))

    def restart(self):
        if self.dice.random() < 0.3:
            self.play.kill(only_open=False)
            self.start()
            self.item = self.play.offer(*SLOTS, is_on_commitment=True, correction_days=6)

    def seal(self):
        for order in self.play.orders[-6:]:
            self.play.event(NoticeSealed(order.notice_id, self.play.digest(order.notice_id), self.play.now))

    def deliver(self):
        for view in self.cases():
            if view.state == "issued":
                self.play.handed_over(view.case_id)

    def withdraw(self):
        view = self.any_case()
        if view is not None and view.terminal_id and self.dice.random() < 0.2:
            self.play.say(f"t{view.terminal_id[-1]}", WithdrawCase(self.play.request_id(), view.case_id))

    def void(self):
        view = self.any_case()
        if view is not None and view.notices and self.dice.random() < 0.5:
            notice = self.dice.choice(view.notices)
            is_back = self.dice.random() < 0.7
            self.play.say(self.desk(), VoidNotice(self.play.request_id(), notice.notice_id, "有误", is_back))

    def open(self):
        view = self.any_case()
        if view is not None:
            self.play.say(self.desk(), OpenCase(self.play.request_id(), view.case_id))

    def put_back(self):
        view = self.any_case()
        if view is not None:
            self.play.say(self.desk(), ReturnCase(self.play.request_id(), view.case_id))

    def look(self, view):
        for material in view.materials:
            self.play.say(self.holder(view) or self.desk(), ShowPage(view.case_id, material.digest, 0))

    def holder(self, view):
        lease = self.play.hall._floor.register.cases[view.case_id].lease
        return f"d{lease.reviewer_id[-1]}" if lease is not None else None

    def decide(self):
        view = self.any_case()
        if view is None:
            return
        if self.dice.random() < 0.8:
            self.look(view)
            view = self.play.view(view.case_id)
        outcome = self.dice.choice(view.outcomes or tuple(RULES))
        slots = self.dice.sample([slot.code for slot in SLOTS], self.dice.randint(0, 2))
        corrections = tuple(Correction(slot, 0, "问题", "要求") for slot in slots)
        if outcome not in ("advise", "request_corrections") and self.dice.random() < 0.9:
            corrections = ()
        said = FITTING.get(outcome, Particulars()) if self.dice.random() < 0.7 else self.dice.choice(PARTICULARS)
        message = Decide(self.play.request_id(), view.case_id, outcome, corrections, said)
        before = {line.slot: line.state for line in view.list if line.version}
        session = self.holder(view) or self.desk()
        message = self.preview(session, message)
        if message is None:
            return
        self.play.say(session, message)
        for fact in self.play.recorded():
            if isinstance(fact, Decided):
                self.check_decision(view, before, fact)

    def preview(self, session, message):
        """Half of the decisions are read before; of these some are then not taken, or only after something else."""
        if self.dice.random() < 0.5:
            return message
        before = len(self.play.drafts)
        fields = msgspec.structs.asdict(message)
        del fields["preview"]
        self.play.say(session, PreviewNotice(**fields))
        for draft in self.play.drafts[before:]:
            self.play.event(NoticeDrafted(draft.preview_id, self.play.digest(draft.preview_id)))
            message = msgspec.structs.replace(message, preview=self.play.heard(session, NoticePreviewed)[0].digest)
        if self.dice.random() < 0.2:
            self.step()
        return None if self.dice.random() < 0.2 else message

    def check_decision(self, view, before, fact):
        rule = RULES[fact.outcome]
        required = {slot.code for slot in view.item.slots if slot.is_required}
        if rule.must_have_read:
            assert all(state in READ for slot, state in before.items() if slot in required), "unread"
        assert not rule.by_two or view.accepted_by != fact.reviewer_id
        assert not (view.state == "paused" and fact.outcome != "resume")

    def correct(self):
        view = self.any_case()
        if view is not None and view.terminal_id:
            asked = {correction.slot for correction in view.corrections} or {"lease"}
            papers = tuple(self.paper(slot) for slot in sorted(asked))
            session = f"t{view.terminal_id[-1]}"
            self.play.say(session, SubmitCorrection(self.play.request_id(), view.case_id, papers))

    def fix(self):
        view = self.any_case()
        if view is not None and view.terminal_id:
            fix_id = f"f{self.dice.randint(1, 1000)}"
            session = self.holder(view) or self.desk()
            self.play.say(session, AskFix(self.play.request_id(), view.case_id, fix_id, "name", f"张{fix_id}"))
            answer = ConfirmFix(self.play.request_id(), view.case_id, fix_id, self.dice.random() < 0.5)
            self.play.say(f"t{view.terminal_id[-1]}", answer)

    def print(self):
        for view in self.cases():
            if view.terminal_id and view.notices:
                notice_id, session = view.notices[-1].notice_id, f"t{view.terminal_id[-1]}"
                self.play.say(session, NoticeReceived(self.play.request_id(), notice_id, True))
                self.play.say(session, NoticePrinted(self.play.request_id(), notice_id, self.dice.random() < 0.8))

    def check(self):
        register = self.play.hall._floor.register
        held = [case.lease.reviewer_id for case in register.cases.values() if case.lease is not None]
        assert sorted(held) == sorted(register.leases), "one case for each desk, one desk for each case"
        for case in register.cases.values():
            self.check_case(case)
        self.check_numbers(register)

    def check_numbers(self, register):
        """Each number of each series was used once, is kept by one case, or is free; and what was read is sealed."""
        orders = [entry.fact.order for entry in self.play.entries if isinstance(entry.fact, NoticeOrdered)]
        said = {draft.preview_id: draft.order for draft in self.play.drafts}
        read = {self.play.digest(preview_id): order for preview_id, order in said.items()}
        assert all(
            order == msgspec.structs.replace(read[order.preview], preview=order.preview)
            for order in orders
            if order.preview
        )
        kept = [case.reserved.notice.number for case in register.cases.values() if case.reserved is not None]
        prefix = self.play.RULES.number_prefix
        free, given = [], []
        for name, value in self.play.counters.items():
            _, is_notices, series = name.partition("notice:")
            if not is_notices:
                continue
            _, kind, year, *count = series.split(":")
            numbers = [f"{prefix}{CHARACTERS[kind]}〔{year}〕{n:06d}号" for n in range(1, value + 1)]
            if name.startswith("free:"):
                free += [f"{prefix}{CHARACTERS[kind]}〔{year}〕{int(count[0]):06d}号"] * value
            else:
                given += numbers
        assert sorted([order.number for order in orders] + kept + free) == sorted(given)
        codes = [order.query_code for order in orders]
        assert len(set(codes)) == len(codes)
        assert all(case.holder_id for case in register.cases.values() if case.reserved is not None)

    def check_case(self, case):
        assert sum(notice.state == "sealing" for notice in case.notices) <= 2, "the decision's and the withdrawal's"
        decided = [notice.decided_at for notice in case.notices]
        assert all(before <= after for before, after in pairwise(decided))
        if case.accepted_on is not None:
            assert case.accepted_on >= local_day(case.submitted_at)
            assert case.acceptance == "deemed" or case.accepted_on >= local_day(case.complete_at)
        assert case.state != "granted" or case.granted_on is not None
        assert case.state != "paused" or case.pauses[-1].until is None
        assert case.state in ("accepted_with_gap", "withdrawn") or not case.gaps
        view = self.play.view(case.case_id)
        assert msgspec.convert(msgspec.to_builtins(view), type(view)) == view, "what is shown can travel"


@pytest.mark.parametrize("seed", range(40))
def test_no_life_breaks_the_law(play, seed):
    life = Life(play, seed)
    for _ in range(400):
        life.step()
    life.check()


def test_random_lives_reach_every_end(make_play):
    """The dice above are worth something only if every kind of fact and notice comes up."""
    facts, kinds = set(), set()
    for seed in range(60, 100):
        play = make_play()
        life = Life(play, seed)
        for _ in range(400):
            life.step()
        facts |= {type(entry.fact).__name__ for entry in play.entries}
        kinds |= {order.kind for order in play.orders}
    assert facts >= {
        "DeemedAccepted",
        "CorrectionsLapsed",
        "CorrectionSubmitted",
        "GapLapsed",
        "Escalated",
        "ReviewOpened",
        "ReviewReturned",
        "FixAnswered",
        "NoticeVoided",
        "CaseDelivered",
        "CaseClosed",
        "CaseWithdrawn",
        "NumberReserved",
        "NumberReleased",
    }
    assert kinds == {
        "acceptance",
        "correction",
        "not_accepted",
        "gap_acceptance",
        "special_procedure",
        "extension",
        "grant",
        "refusal",
        "closing",
        "termination",
        "voiding",
    }
