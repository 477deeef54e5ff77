"""Random hours at the cabinets: whatever people do and in which order, no paper and no code is lost or given twice."""

from datetime import timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.hall.deposits import IN_CELL, SETTLED
from signaling.hall.events import TimerFired
from signaling.hall.office_facts import DepositAct, ResultAct
from signaling.protocol.acts import CellClosed, ChooseDelivery, DepositPapers, HandleDeposit, HandleResult, OpenCell
from signaling.protocol.values import DeliveryWay

TERMINALS = (1, 2)

picks = st.integers(0, 3)
moves = st.one_of(
    st.tuples(st.just("deposit"), st.sampled_from(["form", "drawing", "extra"])),
    st.tuples(st.just("open"), picks, st.sampled_from([None, None, *TERMINALS])),
    st.tuples(st.just("close"), picks),
    st.tuples(st.just("handle"), st.sampled_from(get_args(DepositAct)), picks, st.sampled_from([4, 5])),
    st.tuples(st.just("collect"), picks),
    st.tuples(st.just("choose"), st.sampled_from(["locker", "locker", *get_args(DeliveryWay)])),
    st.tuples(st.just("result"), st.sampled_from(get_args(ResultAct))),
    st.tuples(st.just("go_on"), picks),
    st.tuples(st.just("wait"), picks),
    st.tuples(st.just("restart")),
)


def nth(items, pick):
    """One of them, None when there is none."""
    return items[pick % len(items)] if items else None


class Hours:
    """A hall with an issued case at terminal 1 and a new one at terminal 2, two cells each."""

    def __init__(self, make_play):
        self.play = make_play()
        self.issued = self.play.issued("locker").case_id
        self.play.terminal(2, cells=2)
        self.new = self.play.submit("t2").case_id
        self.play.staff("collector", "issuer")

    @property
    def office(self):
        return self.play.hall._floor.register.office

    def move(self, kind, *given):
        play = self.play
        match kind, *given:
            case "deposit", slot:
                play.say("t2", DepositPapers(play.request_id(), self.new, (slot,), 5))
            case "open", pick, terminal:
                code = nth(sorted(self.office.codes), pick) or "000000"
                cabinet = terminal or self.terminal_of(self.office.codes.get(code, ""))
                play.say(f"t{cabinet}", OpenCell(play.request_id(), code))
            case "close", pick:
                taken = [(name, cell) for name, cells in self.office.cells.items() for cell in cells]
                name, cell = nth(taken, pick) or ("T-01", 1)
                play.say(f"t{int(name[2:])}", CellClosed(play.request_id(), cell))
            case "handle", act, pick, pages:
                papers = [paper.deposit_id for paper in self.office.deposits.values() if paper.state not in SETTLED]
                play.say("s1", HandleDeposit(play.request_id(), nth(papers, pick) or "none", act, pages))
            case "collect", pick:
                self.collect(pick)
            case "choose", way:
                play.say("t1", ChooseDelivery(play.request_id(), self.issued, way, "某街1号"))
            case "result", act:
                self.handle(act)
            case "go_on", pick:
                legal = [act for act in get_args(ResultAct) if self.office.results[self.issued].can(act)]
                self.handle(nth(legal, pick) or "make")
            case "wait", pick:
                self.wait(pick)
            case ("restart",):
                play.kill(only_open=False)
                for terminal in TERMINALS:
                    play.terminal(terminal, cells=2)
                play.staff("collector", "issuer")

    def terminal_of(self, content):
        paper = self.office.deposits.get(content)
        name = paper.terminal_id if paper is not None else self.office.results[self.issued].terminal_id
        return int(name[2:]) if name else 1

    def collect(self, pick):
        """The collector takes what lies in a cell and counts it right."""
        stored = [paper.deposit_id for paper in self.office.deposits.values() if paper.state == "stored"]
        if stored:
            self.play.say("s1", HandleDeposit(self.play.request_id(), nth(stored, pick), "collect"))
            self.play.say("s1", HandleDeposit(self.play.request_id(), nth(stored, pick), "count", 5))

    def handle(self, act):
        terminal = "T-01" if len(self.play.entries) % 2 else "T-02"
        self.play.say("s1", HandleResult(self.play.request_id(), self.issued, act, "EMS1", terminal))

    def wait(self, pick):
        """Until one of the timers of paper and results fires."""
        timers = sorted(name for name in self.play.timers if name.startswith(("deposit:", "result:")))
        if timers:
            name = timers[pick % len(timers)]
            self.play.now += timedelta(seconds=self.play.timers[name])
            self.play.event(TimerFired(name))

    def check(self):
        """Each paper is in the one cell that says so, each living code opens the one thing that waits for it."""
        office, result = self.office, self.office.results[self.issued]
        inside = {(p.terminal_id, p.cell): p.deposit_id for p in office.deposits.values() if p.state in IN_CELL}
        if result.cell:
            assert result.state in ("in_locker", "handed_over")
            inside[result.terminal_id, result.cell] = self.issued
        assert inside == {
            (terminal, cell): content for terminal, cells in office.cells.items() for cell, content in cells.items()
        }
        codes = {p.code: p.deposit_id for p in office.deposits.values() if p.state == "allocated"}
        if result.state == "in_locker" and result.code:
            codes[result.code] = self.issued
        assert office.codes == codes
        assert "" not in codes


@settings(max_examples=100, deadline=None)
@given(st.lists(moves, max_size=50))
def test_no_paper_is_lost_and_no_code_opens_two_doors(make_play, moves):
    hours = Hours(make_play)
    for move in moves:
        hours.move(*move)
        hours.check()
    twin = hours.play._new_hall()
    twin.restore(hours.play.entries, hours.play.counters)
    assert twin._floor.register.office == hours.office
