"""The facts refuse what may not stand on a notice, and survive the way through JSON."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from esign import AcceptanceNotice, BadNotice, CorrectionNotice
from esign.facts import check_facts, texts_of

Build = Callable[..., Any]


def test_good_facts_pass(acceptance: Build, correction: Build) -> None:
    check_facts(acceptance())
    check_facts(correction())
    check_facts(acceptance(special_steps="听证20日"))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("number", "", "number"),
        ("handler", "   ", "handler"),
        ("handler", "李\u202e审核", "handler"),
        ("handler", "李\u200b审核", "handler"),
        ("place", "第一行\n第二行", "place"),
        ("delivery_way", "长" * 2001, "delivery_way"),
        ("copies", 0, "copies"),
        ("issued_on", date(2026, 11, 19), "issued_on"),
        ("accepted_on", date(2026, 11, 19), "accepted_on"),
        ("due_on", date(2026, 11, 22), "due_on"),
        ("statutory_days", 0, "statutory_days"),
        ("promised_days", 21, "promised_days"),
        ("materials", (), "materials"),
        ("fee", "每件50元", "fee"),
        ("query_code", "7K3M-9PQ2-XW4T", "check_address"),
        ("check_address", "https://hall.example/N", "check_address"),
    ],
)
def test_a_bad_acceptance_is_refused_with_its_field(acceptance: Build, field: str, value: Any, named: str) -> None:
    with pytest.raises(BadNotice) as caught:
        check_facts(acceptance(**{field: value}))
    assert caught.value.field == named


@pytest.mark.parametrize(
    ("code", "address", "named"),
    [
        ("7k3m-9pq2-xw4t", "https://hall.example/N", "query_code"),
        ("7K3M9PQ2XW4T", "https://hall.example/N", "query_code"),
        ("7K3M-9PQ2-XWIO", "https://hall.example/N", "query_code"),
        ("7K3M-9PQ2-XW4T", "javascript:alert(1)", "check_address"),
        ("7K3M-9PQ2-XW4T", "https://hall.example/N?x=1", "check_address"),
    ],
)
def test_a_query_code_has_its_form_and_a_plain_address(acceptance: Build, code: str, address: str, named: str) -> None:
    check_facts(acceptance(query_code="7K3M-9PQ2-XW4T", check_address="http://10.0.0.1:8080/N"))
    with pytest.raises(BadNotice) as caught:
        check_facts(acceptance(query_code=code, check_address=address))
    assert caught.value.field == named


def test_an_agent_comes_with_an_authorisation(acceptance: Build) -> None:
    applicant = acceptance().applicant
    full = {"agent": "王代理", "authorisation": "2026年11月1日授权委托书"}
    check_facts(acceptance(applicant=msgspec.structs.replace(applicant, **full)))
    for name in full:
        with pytest.raises(BadNotice, match="authorisation"):
            check_facts(acceptance(applicant=msgspec.structs.replace(applicant, **{name: full[name]})))


def test_only_texts_with_an_empty_default_may_be_empty_in_rows_too(acceptance: Build, materials: Build) -> None:
    (row,) = materials(1)
    check_facts(acceptance(materials=(msgspec.structs.replace(row, deposit=""),)))
    with pytest.raises(BadNotice, match=r"materials\[0\]\.form"):
        check_facts(acceptance(materials=(msgspec.structs.replace(row, form=""),)))


def test_rows_are_checked_one_by_one(acceptance: Build, correction: Build, materials: Build) -> None:
    rows = materials(3)
    for change, named in (
        ({"pages": 0}, "materials[1].pages"),
        ({"copies": 0}, "materials[1].copies"),
        ({"sha256": "AB" * 32}, "materials[1].sha256"),
    ):
        with pytest.raises(BadNotice) as caught:
            check_facts(acceptance(materials=(rows[0], msgspec.structs.replace(rows[1], **change))))
        assert caught.value.field == named
    (row,) = correction().corrections
    with pytest.raises(BadNotice, match=r"corrections\[0\].mark_number"):
        check_facts(correction(corrections=(msgspec.structs.replace(row, mark_number=0),)))
    with pytest.raises(BadNotice, match=r"corrections\[0\].crop"):
        check_facts(correction(corrections=(msgspec.structs.replace(row, crop=b"%PDF-1.7"),)))
    with pytest.raises(BadNotice, match="hand_in_by"):
        check_facts(correction(hand_in_by=date(2026, 11, 21)))


def test_an_organisation_needs_its_legal_representative(correction: Build) -> None:
    nobody = msgspec.structs.replace(correction().applicant, legal_representative=None)
    with pytest.raises(BadNotice, match="legal_representative"):
        check_facts(correction(applicant=nobody))


def test_every_text_is_walked_with_its_path(acceptance: Build) -> None:
    texts = dict(texts_of(acceptance()))
    assert texts["applicant.id_number"] == "110101199003072316"
    assert texts["materials[2].name"] == "总平面布置图（第3张）"
    assert "applicant.legal_representative" not in texts


def test_facts_survive_json(acceptance: Build, correction: Build) -> None:
    for facts in (acceptance(), correction()):
        kind = AcceptanceNotice | CorrectionNotice
        assert msgspec.json.decode(msgspec.json.encode(facts), type=kind) == facts
