"""The case is played again: an order that says anything else than the case is refused."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from signaling.hall.facts import CaseWithdrawn, DeemedAccepted, Entry, NoticeOrdered, Numbered, NumberReserved
from signaling.signer.errors import EvidenceRefused
from signaling.signer.evidence import HALL, examine, numbered_by

replace = msgspec.structs.replace


@pytest.fixture
def entries(hall: Any) -> Sequence[Entry]:
    """An accepted case, up to its decision."""
    hall.submit(1)
    hall.accept(1)
    loaded, _ = hall.store.load().result()
    return tuple(loaded[:-1])


def ordered(order: Any) -> NoticeOrdered:
    return NoticeOrdered(order.case_id, order.notice_id, order)


def test_an_order_that_the_case_bears_out_names_who_acted(hall: Any, entries: Sequence[Entry]) -> None:
    found = examine(entries, ordered(hall.order(1)))
    assert (found.persons, found.order) == (("shen",), hall.order(1))


def test_persons_are_who_decided_each_once_the_last_one_last(hall: Any, entries: Sequence[Entry]) -> None:
    request = hall.grant(1, "zhou")
    loaded, _ = hall.store.load().result()
    assert examine(loaded[:-1], loaded[-1].fact).persons == ("shen", "zhou")
    assert request.notice_id == "g-1"


CHANGES = {
    "number": "京通政务受〔2026〕000099号",
    "kind": "not_accepted",
    "materials": (),
    "applicant": None,
    "item": None,
    "ticket_number": "A999",
    "reviewer_name": "someone",
    "acceptance": "deemed",
    "accepted_on": None,
    "query_code": "AAAAAAAAAAAA",
    "terminal_name": "elsewhere",
    "replaces": "京通政务受〔2026〕000098号",
    "notice_id": "n-2",
    "case_id": "20261120-00002",
}


@pytest.mark.parametrize("field", CHANGES)
def test_an_order_that_says_anything_else_is_refused(hall: Any, entries: Sequence[Entry], field: str) -> None:
    order, value = hall.order(1), CHANGES[field]
    if field == "applicant":
        value = replace(order.applicant, name="别人")
    if field == "item":
        value = replace(order.item, promised_days=1)
    with pytest.raises(EvidenceRefused) as refused:
        examine(entries, ordered(replace(order, **{field: value})))
    assert refused.value.code == "not_borne_out"


def test_a_day_later_is_another_decision(hall: Any, entries: Sequence[Entry]) -> None:
    order = hall.order(1)
    examine(entries, ordered(replace(order, decided_at=order.decided_at.replace(hour=9))))
    with pytest.raises(EvidenceRefused, match="decided_at"):
        examine(entries, ordered(replace(order, decided_at=order.decided_at.replace(day=21))))


def test_a_case_without_the_decision_orders_nothing(hall: Any, entries: Sequence[Entry]) -> None:
    for cut in (entries[:-1], entries[:1], entries[1:], ()):
        with pytest.raises(EvidenceRefused):
            examine(cut, ordered(hall.order(1)))


def test_only_facts_that_bring_a_notice_about_number_it() -> None:
    numbered = Numbered("n", "termination", "1")
    assert numbered_by(CaseWithdrawn("c", "r", numbered)) == numbered
    assert numbered_by(NumberReserved("c", numbered, "s", 1)) is None, "reserved is not decided"


def test_what_the_law_does_the_hall_answers_for(hall: Any) -> None:
    case_id = hall.submit(1)
    order = replace(hall.order(1), acceptance="deemed", reviewer_name="hall")
    numbered = Numbered(order.notice_id, order.kind, order.number, order.query_code)
    hall.record(("hall", DeemedAccepted(case_id, order.accepted_on, numbered)))
    loaded, _ = hall.store.load().result()
    assert examine(loaded, ordered(order)).persons == (HALL,)
