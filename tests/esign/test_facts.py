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
    ],
)
def test_a_bad_acceptance_is_refused_with_its_field(acceptance: Build, field: str, value: Any, named: str) -> None:
    with pytest.raises(BadNotice) as caught:
        check_facts(acceptance(**{field: value}))
    assert caught.value.field == named


def test_rows_are_checked_one_by_one(acceptance: Build, correction: Build, materials: Build) -> None:
    rows = materials(3)
    for change, named in (({"pages": 0}, "materials[1].pages"), ({"sha256": "AB" * 32}, "materials[1].sha256")):
        with pytest.raises(BadNotice) as caught:
            check_facts(acceptance(materials=(rows[0], msgspec.structs.replace(rows[1], **change))))
        assert caught.value.field == named
    (row,) = correction().corrections
    with pytest.raises(BadNotice, match=r"corrections\[0\].mark_number"):
        check_facts(correction(corrections=(msgspec.structs.replace(row, mark_number=0),)))
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
