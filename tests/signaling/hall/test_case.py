"""A case record: every step pair, what counts as over, what both ends see."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall.calls import Call
from signaling.hall.case import STEPS, Case, Lease
from signaling.hall.material_items import MaterialItem
from signaling.hall.notices import Notice
from signaling.hall.tables import IllegalStep
from signaling.hall.tickets import Ticket
from signaling.protocol.values import CallState, CaseState

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def case(make_play):
    return Case(
        case_id="c1",
        ticket=Ticket("A001", NOW),
        terminal_id="T-01",
        terminal_name="1号终端",
        item=make_play.CATALOGUE[0],
        applicant=make_play.APPLICANT,
        materials=make_play.PAPERS,
        submitted_at=NOW,
        complete_at=NOW,
        tell_from=NOW,
        items={slot.code: MaterialItem(slot.code) for slot in make_play.CATALOGUE[0].slots},
    )


@pytest.mark.parametrize(("state", "step"), [*product(get_args(CaseState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(case, state, step):
    case.state = state
    assert case.can(step) == ((state, step) in STEPS)
    if case.can(step):
        case.step(step)
        assert case.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            case.step(step)
        assert case.state == state


@pytest.mark.parametrize(
    ("state", "is_live", "is_on"),
    [("ringing", True, False), ("active", True, True), ("held", True, True), ("ended", False, False)],
)
def test_a_call_is_live_until_it_ends_and_on_once_answered(case, state, is_live, is_on):
    assert state in get_args(CallState)
    case.call = Call("k1", "D-01", "r1", NOW, state)
    assert (case.live_call is not None, case.talk is not None) == (is_live, is_on)
    case.state = "closed"
    assert case.is_settled == (not is_live)


def test_a_case_is_over_when_settled_and_told(case, make_play):
    case.state = "withdrawn"
    assert case.is_over
    notice = Notice("n1", "correction", "1", NOW, NOW, "r", make_play.PAPERS, ())
    case.notices.append(notice)
    assert (case.is_settled, case.is_over, case.unsealed) == (True, False, notice)
    notice.step("seal")
    assert not case.is_over, "the applicant is still to get it"
    case.is_filed = True
    assert case.is_over, "or never came"
    case.is_filed = False
    notice.step("deliver")
    assert case.is_over


def test_the_newest_version_of_each_slot_counts_in_the_order_of_the_list(case, make_play):
    newer = make_play.material("form", "newer")
    case.materials = (make_play.material("extra"), *make_play.PAPERS, newer)
    assert case.current_materials() == (newer, make_play.PAPERS[1], make_play.material("extra"))


def test_a_case_is_in_the_hands_of_its_call_or_its_lease(case):
    assert case.holder_id == ""
    case.lease = Lease("r2", "审核员2", "D-02", NOW)
    assert case.holder_id == "r2"
    case.call = Call("k1", "D-01", "r1", NOW, "active")
    assert case.holder_id == "r1"
    case.call.step("end")
    assert case.holder_id == "r2"


def test_a_voided_notice_is_not_the_last_word(case, make_play):
    first, second = (Notice(id_, "acceptance", id_, NOW, NOW, "r", make_play.PAPERS, ()) for id_ in ("n1", "n2"))
    case.notices += [first, second]
    assert case.last_notice is second
    second.state = "voided"
    assert case.last_notice is first
    assert (case.notice("n2"), case.notice("n3")) == (second, None)


@pytest.mark.parametrize(
    ("state", "ticket", "notice", "misprints", "is_dismissible"),
    [
        ("received", "waiting", None, 0, False),
        ("received", "parked", None, 0, False),
        ("received", "converted", None, 0, True),
        ("accepted", "done", "sealing", 0, False),
        ("accepted", "done", "ready", 0, False),
        ("accepted", "done", "received", 0, False),
        ("accepted", "done", "received", 1, True),
        ("accepted", "done", "printed", 0, True),
        ("correction_requested", "done", "printed", 0, True),
        ("withdrawn", "cancelled", "sealing", 0, True),
    ],
)
def test_the_terminal_is_free_when_the_notice_is_out_and_the_place_given_up(
    case, make_play, state, ticket, notice, misprints, is_dismissible
):
    case.state, case.ticket.state = state, ticket
    if notice is not None:
        case.notices.append(
            Notice("n", "acceptance", "1", NOW, NOW, "r", make_play.PAPERS, (), state=notice, misprints=misprints)
        )
    assert case.is_dismissible == is_dismissible
