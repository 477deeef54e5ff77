"""The register of notices: found by what is printed on one, as people type it, through an index, cases over as well."""

from typing import Any

import pytest

from signaling.hall.commands import Record
from signaling.hall.facts import CaseClosed, Entry, NoticeStored, NoticeVoided, Numbered
from signaling.protocol.values import OFFICIAL_TIME
from signaling.server import notice_register
from signaling.server.notice_register import NoticeRegister, query_code


@pytest.fixture
def register(hall: Any) -> NoticeRegister:
    for number in (1, 2, 3):
        hall.submit(number)
        hall.accept(number, preview="b" * 64)
    return NoticeRegister(hall.store)


def test_a_notice_is_found_by_its_code_and_by_its_number(hall: Any, register: NoticeRegister) -> None:
    found = register.by_query_code("7K3M9QXT0002").result()
    assert found is not None
    assert (found.number, found.case_id, found.state) == ("京通政务受〔2026〕000002号", "20261120-00002", "sealing")
    assert found.applicant == "龚*"
    assert register.by_number("京通政务受〔2026〕000002号").result() == found
    assert found.decided_at.astimezone(OFFICIAL_TIME).hour == 12


def test_a_case_that_is_over_is_found_like_any_other(hall: Any, register: NoticeRegister) -> None:
    moment = register.by_query_code("7K3M9QXT0001").result().decided_at  # type: ignore[union-attr]
    stored = NoticeStored("20261120-00001", "n-1", "a" * 64, moment, "b" * 64, "seal-1", "B-LTA")
    hall.record(("hall", stored))
    over = Entry(moment, "hall", "20261120-00001", CaseClosed("20261120-00001"))
    hall.store.commit([Record(over, is_open=False)]).result()
    assert "20261120-00001" not in {entry.case_id for entry in hall.store.load().result()[0]}
    found = register.by_query_code("7K3M9QXT0001").result()
    assert found is not None
    assert (found.state, found.level, found.base_digest) == ("issued", "B-LTA", "b" * 64)


def test_a_notice_and_the_one_in_its_place_lead_to_each_other(hall: Any, register: NoticeRegister) -> None:
    again = Numbered("n-1b", "acceptance", "京通政务受〔2026〕000004号", "7K3M9QXT0009")
    hall.record(
        ("hall", NoticeStored("20261120-00001", "n-1", "a" * 64, hall.order(1).decided_at)),
        ("supervisor", NoticeVoided("20261120-00001", "v", "n-1", "名称有误", False, "主管", again)),
    )
    old = register.by_number("京通政务受〔2026〕000001号").result()
    new = register.by_number(again.number).result()
    assert old is not None
    assert new is not None
    assert (old.state, old.successor) == ("replaced", new.number)
    assert (new.state, new.replaces, new.query_code) == ("sealing", old.number, "7K3M9QXT0009")


@pytest.mark.parametrize(
    "typed", ["7K3M9QXT0002", "7k3m-9qxt-0002", " 7K3M 9QXT OOO2 ", "7K3M–9QXT–0002", "7K3M-9QXT-ooo2"]
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert query_code(typed) == "7K3M9QXT0002"


@pytest.mark.parametrize(
    "typed", ["", "7K3M9QXT000", "7K3M9QXT00021", "7K3M9QXTU002", "七K3M9QXT0002", "%" * 12, "' OR 1=1 --"]
)
def test_what_is_no_code_finds_nothing(typed: str, register: NoticeRegister) -> None:
    assert query_code(typed) == ""
    assert register.by_query_code(typed).result() is None


def test_what_was_never_numbered_is_not_there(register: NoticeRegister) -> None:
    assert register.by_query_code("0" * 12).result() is None
    assert register.by_number("京通政务受〔2026〕000099号").result() is None
    assert register.by_number("").result() is None


@pytest.mark.parametrize(
    ("query", "index"),
    [("_BY_CODE", "journal_by_query_code"), ("_BY_NUMBER", "journal_by_notice_number"), ("_STORY", "journal_by_case")],
)
def test_no_question_goes_through_the_whole_journal(hall: Any, query: str, index: str) -> None:
    sql = getattr(notice_register, query)
    plan = hall.store.do(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",)).fetchall()).result()
    assert [index in step[3] for step in plan] == [True], plan
