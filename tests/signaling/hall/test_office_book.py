"""The office's state: facts applied, what keeps a case, what a deposit says about a slot, follow-up steps."""

from datetime import UTC, date, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall import office_book
from signaling.hall.office_book import FOLLOW_UP_STEPS, KEPT_SETTLED, Office
from signaling.hall.office_facts import (
    DepositAllocated,
    DepositExpired,
    DepositHandled,
    DepositOpened,
    DepositStored,
    FollowUpAnswered,
    FollowUpOpened,
    NotificationOrdered,
    NotificationSent,
    StaffLoggedIn,
)
from signaling.hall.tables import IllegalStep
from signaling.protocol.office import FollowUpState

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def office():
    return Office()


def play(office, *facts):
    """Apply the facts; the requests that were remembered."""
    remembered = []
    for fact in facts:
        office_book.apply(office, NOW, fact, lambda request, subject: remembered.append((request, subject)))
    return remembered


def allocated(name, slots=("form",), cell=1):
    return DepositAllocated("c1", f"r-{name}", name, "T-01", "1号终端", cell, f"00000{cell}", slots, 5)


def opened(follow_up_id):
    return FollowUpOpened(follow_up_id, "", "grade", "c1", "事项", "慢", date(2026, 12, 14), "dissatisfied")


@pytest.mark.parametrize(
    ("state", "step"), [*product(get_args(FollowUpState), sorted({step for _, step in FOLLOW_UP_STEPS}))]
)
def test_each_follow_up_takes_exactly_the_steps_of_the_table(office, state, step):
    play(office, opened("f1"))
    if state != "open":
        play(office, FollowUpAnswered("f1", "r1", "一", state == "settled", "甲"))
    assert office.follow_ups["f1"].state == state
    answer = FollowUpAnswered("f1", "r2", "二", step == "settle", "甲")
    if (state, step) in FOLLOW_UP_STEPS:
        play(office, answer)
        assert office.follow_ups["f1"].state == FOLLOW_UP_STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            play(office, answer)


def test_only_the_newest_settled_lines_stay_in_sight(office):
    for number in range(KEPT_SETTLED + 2):
        play(office, opened(f"f{number}"), FollowUpAnswered(f"f{number}", "r", "好", True, "甲"))
    play(office, opened("open"))
    assert len(office.follow_ups) == KEPT_SETTLED + 1
    assert "f0" not in office.follow_ups
    assert "open" in office.follow_ups


def test_the_newest_deposit_of_a_slot_that_is_not_void_counts(office):
    assert office.original("c1", "form") == "none"
    play(office, allocated("p1"), DepositOpened("c1", "r2", "p1"), DepositStored("c1", "r3", "p1"))
    play(office, DepositHandled("c1", "r4", "p1", "collect", 0, "", "甲"))
    play(office, DepositHandled("c1", "r5", "p1", "count", 4, "", "甲"))
    play(office, DepositHandled("c1", "r6", "p1", "return", 0, "", "甲"))
    assert office.original("c1", "form") == "returned"
    play(office, allocated("p2"), DepositExpired("c1", "p2"))
    assert office.original("c1", "form") == "returned", "a code that was never used changes nothing"
    play(office, allocated("p3"))
    assert (office.original("c1", "form"), office.is_deposit_due("c1", "form")) == ("none", True)
    assert not office.is_deposit_due("c1", "drawing")


def test_papers_and_messages_keep_a_case_and_it_is_forgotten_whole(office):
    play(office, allocated("p1"))
    assert office.is_pending("c1")
    play(office, DepositExpired("c1", "p1"))
    assert not office.is_pending("c1")
    play(office, NotificationOrdered("c1", "n1", "missed", {}), NotificationOrdered("c1", "n2", "missed", {}))
    play(office, NotificationSent("c1", "n1", True, ""))
    assert office.is_pending("c1")
    play(office, NotificationSent("c1", "n2", False, "no such number"))
    assert not office.is_pending("c1")
    office.forget("c1")
    assert office == Office()


def test_a_log_in_changes_nothing(office):
    assert play(office, StaffLoggedIn("m1", "s1")) == []
    assert office == Office()
