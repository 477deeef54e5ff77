"""Notices: every state x step pair, and their numbers."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall.notices import STEPS, Notice, counter_name, notice_number
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import NoticeState

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
NEW_YEAR_IN_BEIJING = datetime(2026, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(("state", "step"), [*product(get_args(NoticeState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    notice = Notice("n1", "acceptance", "1", NOW, NOW, "审核员", (), (), state=state)
    assert notice.can(step) == ((state, step) in STEPS)
    if notice.can(step):
        notice.step(step)
        assert notice.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            notice.step(step)
    assert notice.view().state == notice.state


def test_numbers_are_written_as_the_authorities_write_them():
    assert notice_number("京通政务", "acceptance", NOW, 123) == "京通政务受〔2026〕000123号"
    assert notice_number("京通政务", "not_accepted", NOW, 1) == "京通政务不受〔2026〕000001号"
    assert notice_number("京通政务", "correction", NOW, 7) == "京通政务补〔2026〕000007号"


def test_the_year_changes_at_midnight_in_beijing():
    assert notice_number("京", "acceptance", NEW_YEAR_IN_BEIJING, 1) == "京受〔2027〕000001号"
    assert counter_name("京", "acceptance", NEW_YEAR_IN_BEIJING) == "notice:京:acceptance:2027"
    assert counter_name("京", "correction", NOW) == "notice:京:correction:2026"
