"""Numbers side by side: what the hall gave and what was sealed."""

from datetime import UTC, datetime

from signaling.hall.facts import (
    CaseWithdrawn,
    Entry,
    Fact,
    NoticeStored,
    NoticeVoided,
    Numbered,
    NumberReleased,
    NumberReserved,
)
from signaling.signer.series import numberings

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def number(count: int, year: int = 2026) -> str:
    return f"京通政务终〔{year}〕{count:06d}号"


def entries(*facts: Fact) -> list[Entry]:
    return [Entry(NOW, "hall", getattr(fact, "case_id", None), fact) for fact in facts]


def withdrawn(count: int) -> CaseWithdrawn:
    return CaseWithdrawn(f"c-{count}", "r", Numbered(f"n-{count}", "termination", number(count)))


def statuses(facts: list[Entry], sealed: list[tuple[str, str]]) -> list[tuple[int, str]]:
    return [(one.count, one.status) for one in numberings(facts, sealed)]


def test_every_number_up_to_the_last_has_a_state() -> None:
    reserved = Numbered("n-5", "termination", number(5))
    facts = entries(
        withdrawn(1),
        NoticeStored("c-1", "n-1", "d", NOW),
        withdrawn(2),
        withdrawn(3),
        NumberReserved("c-5", reserved, "s", 5),
    )
    assert statuses(facts, [(number(3), "c-3")]) == [
        (1, "sealed"),
        (2, "waiting"),
        (3, "sealed"),
        (4, "unexplained"),
        (5, "reserved"),
    ]


def test_a_number_given_back_is_told_with_its_reason_until_it_is_used() -> None:
    given = NumberReserved("c-1", Numbered("n-1", "termination", number(1)), "s", 1)
    back = NumberReleased("c-1", "n-1", number(1), "left")
    (one,) = numberings(entries(given, back), [])
    assert (one.status, one.detail, one.case_id) == ("released", "left", "c-1")
    assert statuses(entries(given, back, withdrawn(1)), []) == [(1, "waiting")]


def test_void_numbers_stay_used() -> None:
    replaced = Numbered("n-2", "termination", number(2))
    facts = entries(
        withdrawn(1),
        NoticeStored("c-1", "n-1", "d", NOW),
        NoticeVoided("c-1", "r", "n-1", "wrong", False, "z", replaced),
    )
    first, second = numberings(facts, [(number(2), "c-1")])
    assert (first.status, first.is_void) == ("sealed", True)
    assert (second.status, second.is_void) == ("sealed", False)


def test_what_was_sealed_and_never_given_out_is_a_finding() -> None:
    (one,) = numberings([], [(number(1), "c-1")])
    assert (one.status, one.detail) == ("unexplained", "sealed, but not in the journal")


def test_each_year_counts_by_itself() -> None:
    assert statuses(entries(withdrawn(2)), [(number(1, 2027), "c")]) == [
        (1, "unexplained"),
        (2, "waiting"),
        (1, "unexplained"),
    ]
