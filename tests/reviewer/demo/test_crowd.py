"""The people of the busy hall: the same seed gives the same people, everything happens, and nothing impossible."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from reviewer.demo.crowd import Crowd, Habits, Visit
from reviewer.outcomes import faults
from signaling.protocol.identity import phone_fault
from signaling.protocol.values import Applicant, CaseView, MaterialSlot, Place, ServiceItem

FORM, PERMIT = MaterialSlot("form", "申请表"), MaterialSlot("permit", "原证", is_original_kept=True)
ITEM = ServiceItem(
    code="ENV-001",
    name="排污许可证核发",
    category="生态环境",
    authority="局",
    department="局",
    skill="environment",
    business_kind="新办",
    legal_basis="法",
    statutory_days=20,
    promised_days=10,
    has_fee=False,
    delivery="窗口",
    slots=(FORM,),
)
RENEWAL = msgspec.structs.replace(ITEM, code="ENV-005", slots=(FORM, PERMIT))
ELSEWHERE = msgspec.structs.replace(ITEM, code="ENV-009", sites=("TZ-HALL",))
ITEMS = (ITEM, RENEWAL, ELSEWHERE)
CASE = CaseView(
    case_id="c1",
    ticket_number="A001",
    state="reviewing",
    ticket_state="serving",
    item=ITEM,
    applicant=Applicant("person", "王小", "resident_id", "11010519491231002X", "13800000000"),
    materials=(),
    submitted_at=datetime(2026, 11, 19, 9, 30, tzinfo=UTC),
    terminal_id="T-02",
    terminal_name="自助终端 02",
)


def drawn(number: int, *, is_busy: bool = True, seed: int = 1) -> list[Visit]:
    crowd = Crowd(seed, Path("papers"))
    return [crowd.visit(ITEMS, is_busy=is_busy) for _ in range(number)]


def test_the_same_seed_gives_the_same_people() -> None:
    assert drawn(20) == drawn(20)
    assert drawn(20) != drawn(20, seed=2)


def test_everything_happens_and_mostly_the_usual() -> None:
    visits = drawn(600)
    habits = Counter(visit.habit for visit in visits)
    assert set(habits) == {"stays", "leaves", "pre_review", "converts", "deposits"}
    assert habits.most_common(1)[0][0] == "stays"
    assert {visit.script.grade for visit in visits} >= {None, "very_satisfied", "dissatisfied"}
    assert all(visit.script.leaves == (visit.habit == "leaves") for visit in visits)
    assert all((visit.script.converts_to is not None) == (visit.habit == "converts") for visit in visits)


def test_nobody_wants_something_else_than_to_wait_in_an_empty_hall() -> None:
    assert "converts" not in {visit.habit for visit in drawn(600, is_busy=False)}


def test_what_people_hand_in_can_be_handed_in_everywhere() -> None:
    for visit in drawn(300):
        script = visit.script
        assert script.item_code == ("ENV-005" if visit.habit == "deposits" else "ENV-001")
        assert script.deposits == script.to_follow == (("permit",) if visit.habit == "deposits" else ())
        assert phone_fault(script.phone) is None
        assert bool(script.address) == (script.delivery == "courier")
        assert visit.away_s > 0


def test_a_reviewer_takes_some_seconds_and_answers_nearly_always() -> None:
    habits = Habits(3)
    taken = [habits.handling_s(CASE) for _ in range(300)]
    assert 1 <= min(taken) < max(taken) <= 15
    assert 3 < sorted(taken)[150] < 5
    rings = Counter(habits.pick_up(CASE) for _ in range(600))
    assert rings["answer"] > 550
    assert set(rings) == {"answer", "decline", "miss"}


def test_what_is_decided_can_be_decided() -> None:
    habits = Habits(5)
    verdicts = [habits.decide(CASE) for _ in range(500)]
    assert {(verdict.ending or verdict.outcome) for verdict in verdicts} == {
        *("accept", "request_corrections", "not_accept"),
        *("missed", "park"),
    }
    assert all(not faults(CASE, verdict.outcome, verdict.particulars) for verdict in verdicts)
    assert {verdict.particulars.ground for verdict in verdicts} == {"", "not_needed", "not_competent"}


@pytest.mark.parametrize(
    "case",
    [
        msgspec.structs.replace(CASE, place=Place(misses=1)),
        msgspec.structs.replace(CASE, item=RENEWAL),
        msgspec.structs.replace(CASE, ticket_state="converted"),
    ],
    ids=["missed before", "papers in the cabinet", "without a call"],
)
def test_nobody_is_sent_around_twice(case: CaseView) -> None:
    habits = Habits(7)
    assert {habits.decide(case).outcome for _ in range(100)} == {"accept"}
    assert {habits.decide(case).ending for _ in range(100)} == {None}


def test_a_pre_review_gets_advice() -> None:
    assert Habits(1).decide(msgspec.structs.replace(CASE, state="pre_review")).outcome == "advise"
