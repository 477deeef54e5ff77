"""Acts: what no act may hold is refused before the hall hears of it, and each side has its own."""

from typing import get_args

import msgspec
import pytest

from signaling.protocol import acts
from signaling.protocol.messages import FromHall, ToHall


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (acts.ClaimCase, {"request_id": "r", "token": "012345678"}),
        (acts.ClaimCase, {"request_id": "r", "token": "012345678I"}),  # I, L, O and U look like others
        (acts.ClaimCase, {"request_id": "r", "token": "0123456789\n"}),
        (acts.OpenCell, {"request_id": "r", "code": "12345"}),
        (acts.OpenCell, {"request_id": "r", "code": "１２３４５６"}),
        (acts.ConvertTicket, {"request_id": "r", "case_id": "c", "to": "tea"}),
        (acts.DepositPapers, {"request_id": "r", "case_id": "c", "slots": ["form"], "pages": 0}),
        (acts.Evaluate, {"request_id": "r", "case_id": "c", "grade": "fine"}),
        (acts.PublishYear, {"request_id": "r", "year": 1999, "source": "s"}),
        (acts.AskFix, {"request_id": "r", "case_id": "c", "fix_id": "f", "field": "id_number", "new": "1"}),
    ],
)
def test_what_no_act_may_hold_is_refused(kind, values):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, kind)


def test_every_act_and_every_tiding_is_on_the_wire():
    assert set(get_args(acts.Act)) <= set(get_args(ToHall))
    assert set(get_args(acts.Tidings)) <= set(get_args(FromHall))


def test_every_act_that_changes_something_can_be_repeated():
    without = {kind for kind in get_args(acts.Act) if "request_id" not in kind.__struct_fields__}
    # a question, and acts on a call or a desk whose repeat finds them done already
    assert without == {acts.AskSlots, acts.MarkMissed, acts.ParkCall, acts.ExtendWrapUp}
